/* Calls that wait for a token that is not there.
 *   waiting crowd N            N threads wait at once; one of them is cancelled
 *   waiting short MS [fork]    calls of MS milliseconds until there is a token; in a child
 * Prints what it has counted, and times to look at. */
#include "host.h"

enum { MAX_THREADS = 10000, STACK = 64 * 1024 };

struct waiter {
  const momo_client *client;
  pthread_t thread;
  momo_status status;
  int64_t ended_ns;
};

static struct waiter waiters[MAX_THREADS];

static void *wait_for_a_token(void *data) {
  struct waiter *waiter = data;
  momo_token *token = NULL;
  waiter->status = momo_get_token(waiter->client, -1, &token, NULL);
  waiter->ended_ns = now_ns();
  momo_free_token(token);
  return NULL;
}

static void start(struct waiter *waiter, const momo_client *client) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  CHECK(pthread_attr_setstacksize(&attributes, STACK) == 0, "stack");
  waiter->client = client;
  int error = pthread_create(&waiter->thread, &attributes, wait_for_a_token, waiter);
  CHECK(error == 0, "thread: %s", strerror(error));
  pthread_attr_destroy(&attributes);
}

static void crowd(long count) {
  momo_client *client = new_client();
  momo_client *cancelled = momo_clone_client(client);
  start(&waiters[0], cancelled);
  for (long i = 1; i < count; i++) start(&waiters[i], client);
  int64_t cancel_ns = now_ns();
  momo_cancel_client(cancelled);
  pthread_join(waiters[0].thread, NULL);
  CHECK(waiters[0].status == MOMO_CANCELLED, "%d", waiters[0].status);
  printf("%ld ms to cancel\n", (long)((waiters[0].ended_ns - cancel_ns) / MS));
  int64_t first = INT64_MAX, last = 0;
  for (long i = 1; i < count; i++) {
    struct waiter *waiter = &waiters[i];
    pthread_join(waiter->thread, NULL);
    CHECK(waiter->status == MOMO_OK, "%ld: %s", i, momo_status_name(waiter->status));
    if (waiter->ended_ns < first) first = waiter->ended_ns;
    if (waiter->ended_ns > last) last = waiter->ended_ns;
  }
  printf("%ld ms from first to last\n", (long)((last - first) / MS));
  printf("%ld waits\n", (long)stats_of(client).waits);
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
  momo_client *client = new_client();
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

int main(int argc, char **argv) {
  CHECK(argc > 2, "what?");
  const char *what = argv[1];
  if (strcmp(what, "crowd") == 0) crowd(atol(argv[2]));
  else if (strcmp(what, "short") == 0) short_calls(atol(argv[2]), argc > 3);
  else CHECK(0, "%s?", what);
  return 0;
}
