/* One call of the soak test: what it must not take longer than, what it may end with, and what is
 * known of tokens. */
#ifndef SOAK_CALLS_H
#define SOAK_CALLS_H

#include "soak_report.h"

#define TIMEOUT "4s"
enum {
  TIMEOUT_MS = 4000,
  LEEWAY_MS = 1000,  /* beyond its time, and beyond what the machine was late by */
  CANCELLED_WITHIN_MS = 100,
  CLOCK_STEP_MS = 10, /* CLOCK_REALTIME_COARSE of a kernel with 100 steps in a second, the fewest */
  REMEMBERED = 8, /* invalidated tokens, as the interface promises */
  GIVEN = 64,
};

struct seen {
  uint64_t fingerprint;
  int64_t at_ns;
};

/* A client that threads share and replace. */
struct slot {
  pthread_rwlock_t lock;
  momo_client *client;
  /* Of this client, the last of them. */
  struct seen invalidated[REMEMBERED];
  int next_invalidated;
  /* Whether no call may wait while a token is at hand. */
  int never_waits;
  /* Until then a token is at hand, for certain. */
  int64_t good_until_ns;
};

/* Of everything below, and of what slots know of tokens. */
static pthread_mutex_t knowledge = PTHREAD_MUTEX_INITIALIZER;

/* Odd while a token is invalidated: what is at hand is not known then. */
static long epoch;

/* Each where its fingerprint puts it. */
static struct seen given[GIVEN];

static inline uint64_t fingerprint_of(const char *text) {
  uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
  for (; *text != '\0'; text++) hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
  return hash;
}

static inline void tell_given(int place) {
  if (given[place].fingerprint != 0)
    tell("token %016llx %lld", (unsigned long long)given[place].fingerprint,
         (long long)given[place].at_ns);
  given[place].fingerprint = 0;
}

static inline void tell_all_given(void) {
  for (int i = 0; i < GIVEN; i++) tell_given(i);
}

/* To a call that began at that time, on the client of a slot or on another. With `knowledge`. */
static inline void note_given(uint64_t fingerprint, int64_t at_ns, const struct slot *slot) {
  int place = (int)(fingerprint % GIVEN);
  if (given[place].fingerprint != fingerprint) {
    tell_given(place);
    given[place] = (struct seen){fingerprint, at_ns};
  }
  if (at_ns > given[place].at_ns) given[place].at_ns = at_ns;
  for (int i = 0; slot != NULL && i < REMEMBERED; i++)
    if (slot->invalidated[i].fingerprint == fingerprint && slot->invalidated[i].at_ns < at_ns)
      FAULT("refused", "given again %lld ms after it was invalidated",
            (long long)((at_ns - slot->invalidated[i].at_ns) / MS));
}

static inline void note_invalidated(struct slot *slot, uint64_t fingerprint, int64_t at_ns) {
  pthread_mutex_lock(&knowledge);
  int place = slot->next_invalidated++ % REMEMBERED;
  slot->invalidated[place] = (struct seen){fingerprint, at_ns};
  pthread_mutex_unlock(&knowledge);
}

struct call {
  const momo_client *client;
  hand *function;
  int64_t timeout_ms;
  /* Whose client it is, where what is known of that is to be used. */
  struct slot *slot;
  int may_be_cancelled;
  /* What became of it. */
  momo_token *token;
  momo_status status;
  char message[200];
  int64_t began_ns, ended_ns, machine_ns;
};

/* Notes by how much something that began and ended then took longer than it may; the machine was
 * late by so much meanwhile. */
#define CHECK_TIME(check, longest, name, began, ended, machine, limit_ns)                        \
  do {                                                                                           \
    int64_t over_ = (ended) - (began) - (limit_ns);                                              \
    raise_to(&counts->longest, over_ / 1000);                                                    \
    if (over_ - (machine) > LEEWAY_MS * MS)                                                      \
      FAULT(check, "%s: %lld ms more than its %lld ms; the machine was late by %lld ms", name,   \
            (long long)(over_ / MS), (long long)((limit_ns) / MS), (long long)((machine) / MS)); \
  } while (0)

static inline const char *name_of(const struct call *call) {
  return call->function == momo_get_token ? "momo_get_token" : "momo_create_token";
}

static inline void check_status(const struct call *call) {
  static atomic_llong last_told[STATUSES];
  int is_expected = call->status == MOMO_OK ||
                    (call->status == MOMO_WOULD_BLOCK && call->timeout_ms == 0) ||
                    (call->status == MOMO_CANCELLED && call->may_be_cancelled);
  if (is_expected) return;
  if (call->status == MOMO_WOULD_BLOCK || call->status == MOMO_CANCELLED) {
    FAULT("statuses", "%s with %lld ms: %s", name_of(call), (long long)call->timeout_ms,
          momo_status_name(call->status));
    return;
  }
  /* Whoever listens knows which other failures there may be. */
  long long last = atomic_load(&last_told[call->status]);
  if (call->ended_ns - last > 100 * MS &&
      atomic_compare_exchange_strong(&last_told[call->status], &last, call->ended_ns))
    tell("failure %d %lld %lld %s", call->status, (long long)call->began_ns,
         (long long)call->ended_ns, call->message);
}

/* Makes it; the token is the caller's to free. */
static inline void make(struct call *call) {
  momo_error *error = NULL;
  int64_t good_until = 0;
  pthread_mutex_lock(&knowledge);
  long before = epoch;
  if (call->slot != NULL && before % 2 == 0) good_until = call->slot->good_until_ns;
  pthread_mutex_unlock(&knowledge);

  int64_t late = lateness_ns(now_ns());
  call->began_ns = now_ns();
  call->status = call->function(call->client, call->timeout_ms, &call->token, &error);
  call->ended_ns = now_ns();
  call->machine_ns = lateness_ns(call->ended_ns) - late;

  atomic_fetch_add(&counts->calls, 1);
  atomic_fetch_add(&counts->statuses[call->status], 1);
  CHECK((call->token != NULL) == (call->status == MOMO_OK), "token");
  CHECK((error != NULL) == (call->status != MOMO_OK), "error");
  if (error != NULL) {
    check_for_secrets("a message", error->message);
    check_for_secrets("a code", error->code);
    check_for_secrets("a body", error->body);
    snprintf(call->message, sizeof call->message, "%s", error->message);
    momo_free_error(error);
  }
  check_status(call);

  pthread_mutex_lock(&knowledge);
  int is_certain = before == epoch && before % 2 == 0;
  if (call->token != NULL) {
    atomic_fetch_add(&counts->tokens, 1);
    note_given(fingerprint_of(call->token->access_token), call->began_ns, call->slot);
    /* Of a token with two seconds left, rounded down, the end is known well enough. It counts as
     * expired a twentieth of its life early, by a clock of the system that goes in steps. */
    int64_t early = call->token->lifetime * 1000 * MS / 20 + CLOCK_STEP_MS * MS;
    int64_t until = call->began_ns + call->token->expires_in * 1000 * MS - early;
    if (is_certain && call->slot != NULL && call->slot->never_waits && call->token->expires_in > 1 &&
        call->token->refresh_in >= 0 && until > call->slot->good_until_ns)
      call->slot->good_until_ns = until;
  }
  pthread_mutex_unlock(&knowledge);

  if (is_certain && good_until > call->began_ns) {
    int64_t until = call->ended_ns < good_until ? call->ended_ns : good_until;
    CHECK_TIME("at-hand", most_waited_us, name_of(call), call->began_ns, until, call->machine_ns, 0);
    if (call->status != MOMO_OK && call->ended_ns < good_until)
      FAULT("at-hand", "%s %lld ms before the end of a token: %s", momo_status_name(call->status),
            (long long)((good_until - call->ended_ns) / MS), call->message);
  }
}

static inline void check_time(const struct call *call, int64_t limit_ns) {
  CHECK_TIME("time", most_late_us, name_of(call), call->began_ns, call->ended_ns,
             call->machine_ns, limit_ns);
}

/* The usual call: within its time. */
static inline momo_status ask(struct call *call) {
  make(call);
  check_time(call, (call->timeout_ms < 0 ? TIMEOUT_MS : call->timeout_ms) * MS);
  momo_free_token(call->token);
  call->token = NULL;
  return call->status;
}

#endif
