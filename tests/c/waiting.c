/* Calls that wait for a token that is not there.
 *   waiting crowd N            N threads wait at once; one of them is cancelled
 *   waiting short MS [fork]    calls of MS milliseconds until there is a token; in a child
 *   waiting random N           N threads, each with calls of 1 to 300 ms until there is a token
 *   waiting leaves HOW         the first caller gives up and is freed, or is "cancelled"; others wait
 * Prints what it has counted, and times to look at. */
#include "host.h"

enum { MAX_THREADS = 10000, STACK = 64 * 1024 };

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

struct waiter {
  const momo_client *client;
  pthread_t thread;
  momo_status status;
  double ended;
};

static struct waiter waiters[MAX_THREADS];

static void *wait_for_a_token(void *data) {
  struct waiter *waiter = data;
  momo_token *token = NULL;
  waiter->status = momo_get_token(waiter->client, -1, &token, NULL);
  waiter->ended = milliseconds();
  momo_free_token(token);
  return NULL;
}

static void start(struct waiter *waiter, const momo_client *client, void *(*run)(void *)) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  CHECK(pthread_attr_setstacksize(&attributes, STACK) == 0, "stack");
  waiter->client = client;
  int error = pthread_create(&waiter->thread, &attributes, run, waiter);
  CHECK(error == 0, "thread: %s", strerror(error));
  pthread_attr_destroy(&attributes);
}

static long waits(const momo_client *client) {
  momo_stats *stats = NULL;
  CHECK(momo_get_stats(client, &stats, NULL) == MOMO_OK, "stats");
  long waits = (long)stats->waits;
  momo_free_stats(stats);
  return waits;
}

static void crowd(long count) {
  momo_client *client = new_client(NULL);
  momo_client *cancelled = momo_clone_client(client);
  start(&waiters[0], cancelled, wait_for_a_token);
  for (long i = 1; i < count; i++) start(&waiters[i], client, wait_for_a_token);
  double cancel = milliseconds();
  momo_cancel_client(cancelled);
  pthread_join(waiters[0].thread, NULL);
  CHECK(waiters[0].status == MOMO_CANCELLED, "%d", waiters[0].status);
  printf("%ld ms to cancel\n", (long)(waiters[0].ended - cancel));
  double first = 0, last = 0;
  for (long i = 1; i < count; i++) {
    struct waiter *waiter = &waiters[i];
    pthread_join(waiter->thread, NULL);
    CHECK(waiter->status == MOMO_OK, "%ld: %s", i, momo_status_name(waiter->status));
    if (i == 1 || waiter->ended < first) first = waiter->ended;
    if (waiter->ended > last) last = waiter->ended;
  }
  printf("%ld ms from first to last\n", (long)(last - first));
  printf("%ld waits\n", waits(client));
  momo_free_client(cancelled);
  momo_free_client(client);
}

static long calls_until_a_token(const momo_client *client, int64_t timeout_ms) {
  long calls = 0;
  for (;; calls++) {
    momo_token *token = NULL;
    momo_error *error = NULL;
    momo_status status = momo_get_token(client, timeout_ms, &token, &error);
    if (status == MOMO_OK) {
      momo_free_token(token);
      return calls + 1;
    }
    CHECK(status == MOMO_TIMED_OUT, "%s", error->message);
    CHECK(strstr(error->message, "the request goes on") != NULL, "%s", error->message);
    momo_free_error(error);
  }
}

static void short_calls(int64_t timeout_ms, int in_a_child) {
  momo_client *client = new_client(NULL);
  pid_t child = in_a_child ? fork() : 0;
  if (child == 0) {
    limit_child();
    printf("%ld calls\n", calls_until_a_token(client, timeout_ms));
    fflush(stdout);
    if (in_a_child) _exit(0);
  } else {
    reap(child);
  }
  momo_free_client(client);
}

static void *call_until_a_token(void *data) {
  struct waiter *waiter = data;
  unsigned seed = (unsigned)(waiter - waiters) + 1;
  momo_status status;
  do {
    momo_token *token = NULL;
    status = momo_get_token(waiter->client, 1 + rand_r(&seed) % 300, &token, NULL);
    momo_free_token(token);
  } while (status == MOMO_TIMED_OUT);
  waiter->status = status;
  return NULL;
}

static void random_times(long count) {
  momo_client *client = new_client(NULL);
  for (long i = 0; i < count; i++) start(&waiters[i], client, call_until_a_token);
  for (long i = 0; i < count; i++) {
    pthread_join(waiters[i].thread, NULL);
    CHECK(waiters[i].status == MOMO_OK, "%s", momo_status_name(waiters[i].status));
  }
  momo_free_client(client);
}

static void leaves(const char *how, long count) {
  momo_client *first = new_client(NULL), *others = new_client(NULL);
  momo_token *token = NULL;
  if (strcmp(how, "cancelled") == 0) {
    start(&waiters[0], first, wait_for_a_token);
    pause_ms(100);
  } else {
    CHECK(momo_get_token(first, 50, &token, NULL) == MOMO_TIMED_OUT, "a token within 50 ms");
  }
  for (long i = 1; i <= count; i++) start(&waiters[i], others, wait_for_a_token);
  pause_ms(50);
  if (strcmp(how, "cancelled") == 0) {
    momo_cancel_client(first);
    pthread_join(waiters[0].thread, NULL);
    CHECK(waiters[0].status == MOMO_CANCELLED, "%s", momo_status_name(waiters[0].status));
  }
  momo_free_client(first);
  for (long i = 1; i <= count; i++) {
    pthread_join(waiters[i].thread, NULL);
    CHECK(waiters[i].status == MOMO_OK, "%s", momo_status_name(waiters[i].status));
  }
  momo_free_client(others);
}

int main(int argc, char **argv) {
  CHECK(argc > 2, "what?");
  const char *what = argv[1];
  if (strcmp(what, "crowd") == 0) crowd(atol(argv[2]));
  else if (strcmp(what, "short") == 0) short_calls(atol(argv[2]), argc > 3);
  else if (strcmp(what, "random") == 0) random_times(atol(argv[2]));
  else if (strcmp(what, "leaves") == 0) leaves(argv[2], 20);
  else CHECK(0, "%s?", what);
  return 0;
}
