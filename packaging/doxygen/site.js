/* Marks the page in the list of pages, and searches all of them without a server. */
(() => {
  const root = document.currentScript.dataset.root;
  const here = location.pathname.split('/').pop() || 'index.html';
  const pages = document.querySelector('nav.site details');

  for (const link of pages.querySelectorAll('a')) {
    if (link.getAttribute('href').split('/').pop() === here) link.setAttribute('aria-current', 'page');
  }
  // On a phone the list is folded; without this script it is, too, and opens by a touch.
  const wide = matchMedia('(min-width: 60rem)');
  const unfold = () => { pages.open = wide.matches; };
  wide.addEventListener('change', unfold);
  unfold();

  const input = document.querySelector('form[role=search] input');
  const results = document.getElementById('results');
  let index = null;

  /* By a script, since a page that was opened from a file may fetch nothing. */
  const load = () => {
    if (index !== null) return;
    index = [];
    const script = document.createElement('script');
    script.src = root + 'search-index.js';
    script.onload = () => { index = searchIndex; show(); };
    document.head.append(script);
  };

  /* A title that has the words counts more than a text that has them. */
  const score = (entry, phrase, words) => {
    const title = entry.title.toLowerCase();
    const text = title + ' ' + entry.text;
    if (!words.every((word) => text.includes(word))) return 0;
    if (title.startsWith(phrase)) return 5;
    if (title.includes(phrase)) return 4;
    if (words.every((word) => title.includes(word))) return 3;
    return text.includes(phrase) ? 2 : 1;
  };

  const show = () => {
    const phrase = input.value.trim().toLowerCase();
    results.hidden = phrase === '';
    if (results.hidden) return;
    const words = phrase.split(/\s+/);
    const found = index
      .map((entry) => ({ entry, score: score(entry, phrase, words) }))
      .filter((each) => each.score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, 20);
    const list = document.createElement('ul');
    for (const { entry } of found) {
      const link = document.createElement('a');
      link.href = root + entry.url;
      link.textContent = entry.title;
      link.addEventListener('click', () => { results.hidden = true; });
      const page = document.createElement('small');
      page.textContent = entry.page;
      const item = document.createElement('li');
      item.append(link, ' ', page);
      list.append(item);
    }
    results.replaceChildren(found.length ? list : 'Nothing found.');
  };

  input.addEventListener('focus', load);
  input.addEventListener('input', () => { load(); show(); });
  input.form.addEventListener('submit', (event) => {
    event.preventDefault();
    results.querySelector('a')?.click();
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') results.hidden = true;
    if (event.key === '/' && document.activeElement !== input) {
      event.preventDefault();
      input.focus();
    }
  });
})();
