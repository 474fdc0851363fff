/* Ends and forks at any moment of a background request, and hosts that may have no threads.
 *   background exits N         processes that exit
 *   background forks N         processes that fork; the child asks by itself
 *   background frees N         clients that are freed, half of them cancelled before
 *   background forgets         a client that is not freed: what a leak detector has to see
 *   background limited         a limit on processes forbids threads
 *   background filtered        a seccomp filter forbids threads */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "host.h"

/* Of the same moments in every run: a process that fails can be found again. */
static unsigned random_state = 1;
static long random_below(long limit) {
  random_state = random_state * 1103515245u + 12345u;
  return (long)(random_state >> 8) % limit;
}

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

static void *wait_for_a_token(void *client) {
  momo_token *token = NULL;
  momo_get_token(client, -1, &token, NULL);
  momo_free_token(token);
  return NULL;
}

/* A client whose first request is under way in the background. */
static momo_client *start_request(void) {
  momo_client *client = new_client(NULL);
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
      pthread_t waiter;
      if (i % 2 == 0) {
        CHECK(pthread_create(&waiter, NULL, wait_for_a_token, client) == 0, "thread");
        /* It may end first, and then nobody joins it. */
        pthread_detach(waiter);
      }
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
  pthread_t first;
  CHECK(pthread_create(&first, NULL, nothing, NULL) == 0, "thread");
  pthread_join(first, NULL);
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

/* The C library tries clone3, then clone. */
static void filter(void) {
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 2),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
  CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0, "seccomp");
}

/* Root has no such limit. */
static void limit(void) {
  struct rlimit none = {0, 0};
  CHECK(setrlimit(RLIMIT_NPROC, &none) == 0, "setrlimit");
  CHECK(geteuid() != 0 || setuid(64999) == 0, "setuid");
}

static void *end_at_once(void *nothing) { return nothing; }

static momo_client *with_margin(momo_config *config, const char *margin) {
  momo_client *client = NULL;
  momo_error *error = NULL;
  momo_set_option(config, "refresh_margin", margin, &error);
  if (error == NULL) momo_create_client(config, &client, &error);
  CHECK(error == NULL, "%s", error->message);
  return client;
}

/* The response is old: with the larger margin its token is stale. */
static void no_thread(void (*forbid_threads)(void)) {
  pthread_t self = pthread_self();
  momo_config *config = momo_create_config();
  momo_error *error = NULL;
  momo_set_options_from_env(config, &error);
  if (error == NULL) momo_set_logger(config, count_lines, &self, NULL, 2, &error);
  CHECK(error == NULL, "%s", error->message);
  momo_client *equal = with_margin(config, "1s"), *client = with_margin(config, "15m");
  momo_free_config(config);
  forbid_threads();
  CHECK(pthread_create(&(pthread_t){0}, NULL, end_at_once, NULL) != 0, "there are threads");

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
  else if (strcmp(what, "limited") == 0) no_thread(limit);
  else if (strcmp(what, "filtered") == 0) no_thread(filter);
  else CHECK(0, "%s", what);
  return 0;
}
