/* Ends and forks at any moment of a background request, and hosts that may have no threads.
 *   background exits N         processes that exit
 *   background forks N         processes that fork; the child asks by itself
 *   background frees N         clients that are freed, half of them cancelled before
 *   background forgets         a client that is not freed: what a leak detector has to see
 *   background limited         a limit on processes forbids threads */
#include <sys/resource.h>

#include "host.h"

static void pause_us(long us) {
  struct timespec time = {0, us * 1000};
  nanosleep(&time, NULL);
}

static momo_status ask_without_blocking(const momo_client *client, momo_token **token) {
  momo_error *error = NULL;
  momo_status status = momo_get_token(client, 0, token, &error);
  CHECK(status == MOMO_OK || status == MOMO_WOULD_BLOCK, "%s", error->message);
  momo_free_error(error);
  return status;
}

/* The first by momo_get_token, the second by momo_create_token. */
static void *wait_for_a_token(void *client) {
  static atomic_int number;
  hand *call = atomic_fetch_add(&number, 1) == 0 ? momo_get_token : momo_create_token;
  momo_token *token = NULL;
  call(client, -1, &token, NULL);
  momo_free_token(token);
  return NULL;
}

/* A client whose first request is under way in the background. */
static momo_client *start_request(void) {
  momo_client *client = new_client();
  momo_token *token = NULL;
  CHECK(ask_without_blocking(client, &token) == MOMO_WOULD_BLOCK, "a token at once");
  return client;
}

static void exits(long count) {
  for (long i = 0; i < count; i++) {
    long moment = random_below(6000);
    pid_t child = fork();
    if (child == 0) {
      limit_child();
      /* Not freed, and no leak: this frame still holds it. */
      momo_client *volatile client = start_request();
      /* They may end first, and then nobody joins them. */
      for (long n = 0; n < i % 3; n++) pthread_detach(start_thread(wait_for_a_token, client));
      pause_us(moment);
      (void)client;
      exit(0);
    }
    reap(child);
  }
}

static void forks(long count) {
  for (long i = 0; i < count; i++) {
    momo_client *client = start_request();
    pause_us(random_below(6000));
    pid_t child = fork();
    if (child == 0) {
      limit_child();
      get(client);
      momo_free_client(client);
      exit(0);
    }
    reap(child);
    get(client);
    momo_free_client(client);
  }
}

static void *nothing(void *unused) { return unused; }

static void frees(long count) {
  /* With a program's first thread, ThreadSanitizer starts one of its own. */
  pthread_join(start_thread(nothing, NULL), NULL);
  int before = threads();
  for (long i = 0; i < count; i++) {
    momo_client *client = start_request();
    pause_us(random_below(6000));
    if (i % 2 == 0) momo_cancel_client(client);
    momo_free_client(client);
  }
  alarm(120);
  while (threads() > before) pause_ms(1);
}

static void forgets(void) {
  momo_client *client = start_request();
  get(client);
}

static int lines;

static void count_lines(void *main_thread, int32_t level, const char *line) {
  CHECK(pthread_equal(*(pthread_t *)main_thread, pthread_self()), "a callback on another thread");
  if (level == 2 && strstr(line, "no thread can be started") != NULL) lines++;
}

/* Root has no such limit. */
static void limit(void) {
  struct rlimit none = {0, 0};
  CHECK(setrlimit(RLIMIT_NPROC, &none) == 0, "setrlimit");
  CHECK(geteuid() != 0 || setuid(64999) == 0, "setuid");
}

static momo_client *with_margin(const char *margin, pthread_t *self) {
  return client_with((const char *[]){"refresh_margin", margin, NULL}, count_lines, self);
}

/* The response is old: with the larger margin its token is stale. */
static void limited(void) {
  pthread_t self = pthread_self();
  momo_client *equal = with_margin("1s", &self), *client = with_margin("15m", &self);
  limit();
  CHECK(pthread_create(&(pthread_t){0}, NULL, nothing, NULL) != 0, "there are threads");

  momo_token *first = NULL, *second = NULL;
  CHECK(ask_without_blocking(equal, &first) == MOMO_WOULD_BLOCK, "a token at once");
  CHECK(lines == 1, "%d lines", lines);
  CHECK(momo_get_token(equal, -1, &first, NULL) == MOMO_OK, "the first token");
  CHECK(lines == 2, "%d lines: the caller asks by itself", lines);
  CHECK(ask_without_blocking(client, &second) == MOMO_OK, "a token is at hand");
  CHECK(strcmp(first->access_token, second->access_token) == 0, "it was refreshed");
  CHECK(lines == 3, "%d lines", lines);
  momo_free_token(second);
  CHECK(momo_get_token(client, -1, &second, NULL) == MOMO_OK, "the second token");
  CHECK(strcmp(first->access_token, second->access_token) != 0, "it was not refreshed");
  CHECK(lines == 4, "%d lines", lines);
  momo_free_token(first);
  momo_free_token(second);
  momo_free_client(equal);
  momo_free_client(client);
}

int main(int argc, char **argv) {
  CHECK(argc >= 2, "what");
  const char *what = argv[1];
  long count = argc > 2 ? atol(argv[2]) : 0;
  if (strcmp(what, "exits") == 0) exits(count);
  else if (strcmp(what, "forks") == 0) forks(count);
  else if (strcmp(what, "frees") == 0) frees(count);
  else if (strcmp(what, "forgets") == 0) forgets();
  else if (strcmp(what, "limited") == 0) limited();
  else CHECK(0, "%s", what);
  return 0;
}
