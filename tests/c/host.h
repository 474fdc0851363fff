/* What every host here needs: a client made from MOMO_* in the environment, calls that must
 * succeed, children that must end. */
#ifndef HOST_H
#define HOST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dirent.h>
#include <momo.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Ends the process, without what exit() would run. */
#define CHECK(condition, ...)                                     \
  do {                                                            \
    if (!(condition)) {                                           \
      dprintf(2, "%s:%d: %s: ", __FILE__, __LINE__, #condition);  \
      dprintf(2, __VA_ARGS__);                                    \
      dprintf(2, "\n");                                           \
      _exit(1);                                                   \
    }                                                             \
  } while (0)

typedef momo_status hand(const momo_client *, int64_t, momo_token **, momo_error **);

/* What all processes of a test have done. */
struct tally {
  atomic_long requests;
  atomic_long timed_out;
  atomic_int done;
};

/* Shared with children. */
static inline void *shared_memory(size_t size) {
  void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(page != MAP_FAILED, "mmap");
  return page;
}

static inline struct tally *new_tally(void) { return shared_memory(sizeof(struct tally)); }

static inline void pause_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

#define MS 1000000LL /* in nanoseconds */

static inline int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 * MS + now.tv_nsec;
}

static inline pthread_t start_thread(void *(*run)(void *), void *data) {
  pthread_t thread;
  int error = pthread_create(&thread, NULL, run, data);
  CHECK(error == 0, "thread: %s", strerror(error));
  return thread;
}

/* Of the same course in every run: one that fails can be found again. */
static _Thread_local unsigned random_state = 1;

static inline long random_below(long limit) {
  random_state = random_state * 1103515245u + 12345u;
  return (long)(random_state >> 8) % limit;
}

static inline int entries(const char *directory) {
  DIR *found = opendir(directory);
  int count = -2; /* "." and ".." */
  while (readdir(found) != NULL) count++;
  closedir(found);
  return count;
}

/* Of this process. */
static inline int threads(void) { return entries("/proc/self/task"); }

/* With these options beside those of the environment: names and values, then NULL. */
static inline momo_client *client_with(const char *const *options, momo_log_fn logger,
                                       void *user_data) {
  momo_config *config = momo_create_config();
  momo_client *client = NULL;
  momo_error *error = NULL;
  momo_set_options_from_env(config, &error);
  for (; error == NULL && *options != NULL; options += 2)
    momo_set_option(config, options[0], options[1], &error);
  if (error == NULL && logger != NULL)
    momo_set_logger(config, logger, user_data, NULL, 4, &error);
  if (error == NULL) momo_create_client(config, &client, &error);
  CHECK(error == NULL, "%s", error->message);
  momo_free_config(config);
  return client;
}

static inline momo_client *new_client(void) {
  return client_with((const char *[]){NULL}, NULL, NULL);
}

static inline momo_stats stats_of(const momo_client *client) {
  momo_stats *stats = NULL;
  CHECK(momo_get_stats(client, &stats, NULL) == MOMO_OK, "stats");
  momo_stats copy = *stats;
  momo_free_stats(stats);
  return copy;
}

/* A token that is good; to be freed by the caller. */
static inline momo_token *take(hand *call, const momo_client *client) {
  momo_token *token = NULL;
  momo_error *error = NULL;
  momo_status status = call(client, -1, &token, &error);
  CHECK(status == MOMO_OK, "process %d: %s: %s", getpid(), momo_status_name(status),
        error->message);
  CHECK(error == NULL && token->expires_in > 3500, "%lld", (long long)token->expires_in);
  CHECK(strncmp(token->authorization, "Bearer ey", 9) == 0, "%.12s", token->authorization);
  return token;
}

static inline void get(const momo_client *client) {
  momo_free_token(take(momo_get_token, client));
}

/* Always a request. */
static inline void create(const momo_client *client, struct tally *tally) {
  momo_free_token(take(momo_create_token, client));
  atomic_fetch_add(&tally->requests, 1);
}

/* The first thing a child does: one that hangs is ended by a signal, and seen. */
static inline void limit_child(void) { alarm(120); }

static inline void reap(pid_t child) {
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child, "waitpid");
  CHECK(!WIFSIGNALED(status) || WTERMSIG(status) != SIGALRM, "child %d hung", child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child %d: status %x", child, status);
}

#endif
