/* What a worker of the soak test does with the library. */
#ifndef SOAK_ACTIONS_H
#define SOAK_ACTIONS_H

#include "soak_calls.h"

/* The first refreshes on its callers' threads, the second has no logger, the last is for
 * momo_create_token. That one mostly has another product: each of its tokens would be a refresh of
 * the others' otherwise. */
enum { CALLER, SILENT, SLOTS = 8, CREATOR = SLOTS - 1 };

static struct slot slots[SLOTS];
static long number;

static void log_line(void *unused, int32_t level, const char *line) {
  (void)unused, (void)level;
  atomic_fetch_add(&counts->log_lines, 1);
  check_for_secrets("a log line", line);
}

static momo_client *client_of(int place) {
  char agent[64];
  snprintf(agent, sizeof agent, "soak-%ld-%s", number, place == CREATOR ? "create" : "get");
  const char *const options[] = {
      "timeout", TIMEOUT,
      "attempt_timeout", "1500ms",
      "connect_timeout", "1s",
      "refresh", place == CALLER ? "caller" : "background",
      "product", place == CREATOR && random_below(32) != 0 ? "collection" : "disbursement",
      "user_agent", agent,
      NULL,
  };
  return client_with(options, place == SILENT ? NULL : log_line, NULL);
}

static void fill(struct slot *slot) {
  int place = (int)(slot - slots);
  slot->client = client_of(place);
  slot->never_waits = place != CALLER && strcmp(getenv("MOMO_CACHE"), "none") != 0;
  slot->good_until_ns = 0;
  memset(slot->invalidated, 0, sizeof slot->invalidated);
}

/* So that its client is not replaced meanwhile. */
static struct slot *hold(int place) {
  pthread_rwlock_rdlock(&slots[place].lock);
  return &slots[place];
}

static void let_go(struct slot *slot) { pthread_rwlock_unlock(&slot->lock); }

static hand *usual(const struct slot *slot) {
  return slot - slots == CREATOR ? momo_create_token : momo_get_token;
}

static void get_token(struct slot *slot) {
  static const long limits_ms[] = {-1, -1, 0, 0, 300, 3000};
  long limit = limits_ms[random_below(6)];
  struct call call = {.client = slot->client,
                      .function = momo_get_token,
                      .timeout_ms = limit > 0 ? 1 + random_below(limit) : limit,
                      .slot = slot};
  ask(&call);
}

static void create_token(struct slot *slot) {
  struct call call = {.client = slot->client,
                      .function = momo_create_token,
                      .timeout_ms = random_below(3000)};
  ask(&call);
}

/* Nothing is certain to be at hand while tokens are forgotten, and nothing is afterwards. */
static pthread_mutex_t one_forgets = PTHREAD_MUTEX_INITIALIZER;

static void nothing_is_certain(void) {
  pthread_mutex_lock(&knowledge);
  epoch++;
  for (int i = 0; i < SLOTS; i++) slots[i].good_until_ns = 0;
  pthread_mutex_unlock(&knowledge);
}

static void invalidate_token(struct slot *slot) {
  struct call call = {.client = slot->client, .function = momo_get_token, .timeout_ms = 500};
  make(&call);
  if (call.token == NULL) return;
  pthread_mutex_lock(&one_forgets);
  nothing_is_certain();
  int64_t late = lateness_ns(now_ns()), began = now_ns();
  momo_status status = momo_invalidate_token(slot->client, call.token->access_token, NULL);
  int64_t ended = now_ns();
  CHECK(status == MOMO_OK, "%s", momo_status_name(status));
  CHECK_TIME("time", most_late_us, "momo_invalidate_token", began, ended,
             lateness_ns(ended) - late, 500 * MS);
  note_invalidated(slot, fingerprint_of(call.token->access_token), ended);
  nothing_is_certain();
  pthread_mutex_unlock(&one_forgets);
  momo_free_token(call.token);
}

static void clear_cache(struct slot *unused) {
  (void)unused;
  pthread_mutex_lock(&one_forgets);
  nothing_is_certain();
  momo_clear_cache();
  nothing_is_certain();
  pthread_mutex_unlock(&one_forgets);
}

static _Noreturn void be_child(struct slot *slot, struct slot *creator) {
  limit_child();
  watch_the_machine();
  watch_this_thread();
  for (int i = 0; i < GIVEN; i++) given[i].fingerprint = 0; /* the parent tells of those */
  pthread_mutex_unlock(&knowledge);
  struct call calls[] = {
      {.client = slot->client, .function = momo_get_token, .timeout_ms = 0, .slot = slot},
      {.client = slot->client, .function = momo_get_token, .timeout_ms = 2000, .slot = slot},
      {.client = creator->client, .function = momo_create_token, .timeout_ms = 300},
  };
  for (int i = 0; i < 3; i++) ask(&calls[i]);
  if (random_below(2) == 0) momo_free_client(slot->client);
  tell_all_given();
  _exit(0);
}

static void fork_a_child(struct slot *slot) {
  struct slot *creator = hold(CREATOR);
  /* Not while another thread has it: it would stay locked in the child. */
  pthread_mutex_lock(&knowledge);
  pid_t child = fork();
  CHECK(child >= 0, "fork");
  if (child == 0) be_child(slot, creator);
  pthread_mutex_unlock(&knowledge);
  let_go(creator);
  reap(child);
  atomic_fetch_add(&counts->forks, 1);
}

struct canceller {
  const momo_client *client;
  long after_ms;
  int64_t cancelled_ns;
};

static void *cancel_later(void *place) {
  struct canceller *canceller = place;
  pause_ms(canceller->after_ms);
  momo_cancel_client(canceller->client);
  canceller->cancelled_ns = now_ns();
  return NULL;
}

static void cancel_a_call(struct slot *slot) {
  momo_client *clone = momo_clone_client(slot->client);
  struct canceller canceller = {.client = clone, .after_ms = random_below(80)};
  struct call call = {
      .client = clone, .function = usual(slot), .timeout_ms = -1, .may_be_cancelled = 1};
  pthread_t thread = start_thread(cancel_later, &canceller);
  make(&call);
  pthread_join(thread, NULL);
  int64_t cancelled = canceller.cancelled_ns - call.began_ns;
  check_time(&call, (cancelled > 0 ? cancelled : 0) + CANCELLED_WITHIN_MS * MS);
  momo_free_token(call.token);
  if (call.status == MOMO_CANCELLED) atomic_fetch_add(&counts->cancelled, 1);
  struct call later = {
      .client = clone, .function = momo_get_token, .timeout_ms = 0, .may_be_cancelled = 1};
  if (ask(&later) != MOMO_CANCELLED)
    FAULT("statuses", "a cancelled client: %s", momo_status_name(later.status));
  momo_free_client(clone);
}

/* As a request of PHP has it: freed as soon as it was used, whatever goes on in the background. */
static void use_once(struct slot *unused) {
  (void)unused;
  momo_client *client = client_of(SLOTS);
  struct call call = {
      .client = client, .function = momo_get_token, .timeout_ms = random_below(2) * 300};
  ask(&call);
  momo_free_client(client);
}

static void renew(struct slot *unused) {
  (void)unused;
  struct slot *slot = &slots[random_below(SLOTS)];
  if (pthread_rwlock_trywrlock(&slot->lock) != 0) return; /* calls on it are under way */
  momo_free_client(slot->client);
  pthread_mutex_lock(&knowledge);
  fill(slot);
  pthread_mutex_unlock(&knowledge);
  pthread_rwlock_unlock(&slot->lock);
}

static void check_stats(struct slot *slot) {
  momo_stats s = stats_of(slot->client);
  if (s.requests < 0 || s.waits < 0 || s.token_expires_in < 0 || s.token_origin < 0 ||
      s.token_origin > 3 || s.cooldown_ms < 0 || s.cooldown_ms > 60000)
    FAULT("statuses", "counters: %lld requests, %lld s left, a cooldown of %lld ms",
          (long long)s.requests, (long long)s.token_expires_in, (long long)s.cooldown_ms);
  momo_option *options = NULL;
  CHECK(momo_get_options(slot->client, &options, NULL) == MOMO_OK, "options");
  if (strcmp(options->name, "base_url") != 0) FAULT("statuses", "options: %s", options->name);
  momo_free_options(options);
}

/* At intervals, on whichever thread comes first. */
static struct action {
  void (*run)(struct slot *);
  long interval_ms;
  int on_creator;
  atomic_llong last_ns;
} actions[] = {
    {create_token, 2700, 1, 0},   {invalidate_token, 7300, 0, 0}, {clear_cache, 13100, 0, 0},
    {fork_a_child, 1100, 0, 0},   {cancel_a_call, 700, 0, 0},     {cancel_a_call, 900, 1, 0},
    {use_once, 600, 0, 0},        {renew, 900, 0, 0},             {check_stats, 300, 0, 0},
};

static int is_due(struct action *action) {
  long long now = now_ns(), last = atomic_load(&action->last_ns);
  return now - last > action->interval_ms * MS &&
         atomic_compare_exchange_strong(&action->last_ns, &last, now);
}

static void do_something(void) {
  struct action ordinary = {.run = get_token}, *action = &ordinary;
  for (size_t i = 0; i < sizeof actions / sizeof *actions && action == &ordinary; i++)
    if (is_due(&actions[i])) action = &actions[i];
  struct slot *slot = hold(action->on_creator ? CREATOR : (int)random_below(CREATOR));
  action->run(slot);
  let_go(slot);
}

#endif
