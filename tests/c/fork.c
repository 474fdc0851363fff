/* Forks again and again while threads use the library: locks, pools and TLS connections are in use
 * at the moment of fork.
 *   fork storm FORKS EVERY               each EVERYth child asks the gateway, too
 *   fork first STEP                      forks at each STEPth allocation of a process's first call
 *   fork client STEP                     the same, of a process's first momo_create_client
 *   fork locked FORKS OTHER_URL NEW_URL  forks while the resolver's lock is held, for certain */
#include <dlfcn.h>
#include <netdb.h>

#include "host.h"

enum { THREADS = 4, CHILDREN = 4 };

static struct tally *tally;
static atomic_bool over;

/* What the C library's resolver may have: a lock that a thread holds during a look-up. */
static atomic_bool with_lock, within;
static pthread_mutex_t resolver = PTHREAD_MUTEX_INITIALIZER;

/* In place of the C library's: the program's own comes first. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
  __typeof__(getaddrinfo) *real = NULL;
  *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
  if (!atomic_load(&with_lock)) return real(name, service, hints, found);
  pthread_mutex_lock(&resolver);
  atomic_store(&within, 1);
  pause_ms(20);
  int failed = real(name, service, hints, found);
  atomic_store(&within, 0);
  pthread_mutex_unlock(&resolver);
  return failed;
}

static void *work(void *client) {
  while (!atomic_load(&over)) {
    for (int i = 0; i < 20; i++) get(client);
    create(client, tally);
  }
  return NULL;
}

static _Noreturn void be_child(momo_client *client, long number, int asks) {
  limit_child();
  get(client);
  if (asks) {
    create(client, tally);
    create(client, tally);
    get(client);
  }
  switch (number % 4) {
  case 0:
    take(momo_get_token, client); /* never freed */
    break;
  case 1:
    momo_free_client(client);
    break;
  case 2:
    momo_clear_cache();
    momo_free_client(client);
    exit(0);
  default:
    get(client);
  }
  _exit(0);
}

static void storm(long forks, long every) {
  momo_client *client = new_client();
  pthread_t threads[THREADS];
  pid_t children[CHILDREN] = {0};
  create(client, tally);
  for (int i = 0; i < THREADS; i++) threads[i] = start_thread(work, client);
  for (long i = 0; i < forks; i++) {
    pid_t *place = &children[i % CHILDREN];
    if (*place != 0) reap(*place);
    get(client);
    *place = fork();
    CHECK(*place >= 0, "fork");
    if (*place == 0) be_child(client, i, i % every == 0);
  }
  for (int i = 0; i < CHILDREN; i++) reap(children[i]);
  atomic_store(&over, 1);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  create(client, tally);
  momo_free_client(client);
}

/* In place of the C library's: a thread is held at its next allocation but so many. */
static _Thread_local long until_held;
static atomic_int state;
enum { RUNNING, HELD, RELEASED, ENDED };

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static void step(void) {
  if (until_held == 0 || --until_held != 0) return;
  atomic_store(&state, HELD);
  while (atomic_load(&state) == HELD) pause_ms(1);
}

void *malloc(size_t size) {
  step();
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  step();
  return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  step();
  return __libc_realloc(block, size);
}

struct first {
  momo_client *client; /* NULL: a client is to be made */
  long at;
};

static void *call_first(void *place) {
  struct first *first = place;
  until_held = first->at;
  if (first->client != NULL) get(first->client);
  else momo_free_client(new_client());
  until_held = 0;
  atomic_store(&state, ENDED);
  return NULL;
}

/* In a process that has not called the library yet, or has not even made a client. */
static _Noreturn void be_first(long at, int has_client) {
  struct first first = {has_client ? new_client() : NULL, at};
  limit_child();
  pthread_t thread = start_thread(call_first, &first);
  while (atomic_load(&state) == RUNNING) pause_ms(1);
  if (atomic_load(&state) == ENDED) atomic_store(&tally->done, 1);
  pid_t child = fork();
  if (child == 0) {
    limit_child();
    momo_client *client = has_client ? first.client : new_client();
    create(client, tally);
    get(client);
    momo_free_client(new_client());
    _exit(0);
  }
  reap(child);
  atomic_store(&state, RELEASED);
  pthread_join(thread, NULL);
  if (has_client) atomic_fetch_add(&tally->requests, 1);
  _exit(0);
}

/* Until the call is over before it comes to so many allocations. */
static void first_calls(long every, int has_client) {
  long at = 1;
  for (; !atomic_load(&tally->done); at += every) {
    pid_t child = fork();
    if (child == 0) be_first(at, has_client);
    reap(child);
  }
  CHECK(at > 100, "the library allocates elsewhere: %ld", at);
}

static momo_client *client_at(const char *base_url) {
  return client_with((const char *[]){"base_url", base_url, NULL}, NULL, NULL);
}

/* A port that refuses: each failure makes the library forget the address, and look it up anew. */
static void *look_up(void *base_url) {
  momo_client *client = client_at(base_url);
  while (!atomic_load(&over)) {
    momo_token *token = NULL;
    momo_status status = momo_create_token(client, 5000, &token, NULL);
    CHECK(status == MOMO_CONNECT_FAILED, "%s", momo_status_name(status));
  }
  momo_free_client(client);
  return NULL;
}

/* The documented limit: the C library's resolver may be locked for ever in a child. */
static void be_stranger(const char *base_url) {
  momo_client *client = client_at(base_url);
  momo_token *token = NULL;
  int64_t began = now_ns();
  momo_status status = momo_create_token(client, 500, &token, NULL);
  int64_t took_ms = (now_ns() - began) / MS;
  CHECK(took_ms < 20000, "%lld ms", (long long)took_ms);
  CHECK(status == MOMO_OK || status == MOMO_TIMED_OUT, "%s", momo_status_name(status));
  atomic_fetch_add(status == MOMO_OK ? &tally->requests : &tally->timed_out, 1);
}

static void locked(long forks, char *other_url, const char *new_url) {
  momo_client *client = new_client();
  pthread_t threads[2];
  create(client, tally);
  atomic_store(&with_lock, 1);
  for (int i = 0; i < 2; i++) threads[i] = start_thread(look_up, other_url);
  for (long i = 0; i < forks; i++) {
    while (!atomic_load(&within)) pause_ms(1);
    pid_t child = fork();
    if (child == 0) {
      limit_child();
      create(client, tally); /* the address is known from the parent */
      if (i % 4 == 0) be_stranger(new_url);
      _exit(0);
    }
    reap(child);
  }
  atomic_store(&over, 1);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  momo_free_client(client);
}

int main(int argc, char **argv) {
  CHECK(argc >= 3, "what, and how often");
  long count = atol(argv[2]);
  tally = new_tally();
  if (strcmp(argv[1], "storm") == 0) storm(count, atol(argv[3]));
  else if (strcmp(argv[1], "first") == 0) first_calls(count, 1);
  else if (strcmp(argv[1], "client") == 0) first_calls(count, 0);
  else if (strcmp(argv[1], "locked") == 0) locked(count, argv[3], argv[4]);
  else CHECK(0, "%s", argv[1]);
  printf("%ld requests, %ld timed out\n", atomic_load(&tally->requests),
         atomic_load(&tally->timed_out));
  return 0;
}
