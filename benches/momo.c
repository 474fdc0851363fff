/* What a C programmer writes with libmomo. MOMO_ variables are the options.
 *
 *   momo kept N         N tokens from the gateway, on a kept connection
 *   momo fresh N        N tokens, a new client and so a new connection for each
 *   momo clients N      N clients that have each got a token and keep a connection
 *   momo cached N       N times what momo_get_token gives a new process
 *   momo threads N T    N cached tokens on each of T threads; prints the nanoseconds of one call
 *   momo waits N T S    the same over S seconds, while tokens are refreshed; prints the waits
 *   momo copies N T     N copies by hand: both clocks are read, and the token is copied and wiped
 */
#include <momo.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 64 };

/* Of one thread's calls that wait. */
struct calls {
  int64_t longest, over_a_millisecond, failed;
};

static momo_client *client;
static long count;
static int64_t start, interval;

static void fail(momo_error *error) {
  fprintf(stderr, "%s\n", error->message);
  exit(1);
}

static momo_client *make(const momo_config *config) {
  momo_client *made = NULL;
  momo_error *error = NULL;
  if (momo_create_client(config, &made, &error) != MOMO_OK) fail(error);
  return made;
}

static void create(momo_client *from) {
  momo_token *token = NULL;
  momo_error *error = NULL;
  if (momo_create_token(from, -1, &token, &error) != MOMO_OK) fail(error);
  momo_free_token(token);
}

static void *get(void *unused) {
  for (long i = 0; i < count; i++) {
    momo_token *token = NULL;
    momo_error *error = NULL;
    if (momo_get_token(client, -1, &token, &error) != MOMO_OK) fail(error);
    momo_free_token(token);
  }
  return unused;
}

/* The least work that gives a caller a token of limited life to own. */
static void *copy(void *from) {
  const momo_token *token = from;
  size_t access = strlen(token->access_token) + 1;
  size_t authorization = strlen(token->authorization) + 1;
  size_t size = sizeof *token + access + authorization;
  for (long i = 0; i < count; i++) {
    struct timespec boot, wall;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_REALTIME_COARSE, &wall);
    momo_token *copied = malloc(size);
    if (copied == NULL) abort();
    *copied = *token;
    memcpy(copied + 1, token->access_token, access);
    memcpy((char *)(copied + 1) + access, token->authorization, authorization);
    explicit_bzero(copied, size);
    free(copied);
  }
  return NULL;
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *get_in_bursts(void *argument) {
  struct calls *calls = argument;
  for (long i = 0; i < count; i++) {
    int64_t due = start + i * interval;
    struct timespec t = {(time_t)(due / 1000000000), (long)(due % 1000000000)};
    /* A thread that sleeps before every call would measure how it wakes up. */
    if (i % 100 == 0) clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    momo_token *token = NULL;
    int64_t begin = now();
    momo_status status = momo_get_token(client, -1, &token, NULL);
    int64_t took = now() - begin;
    momo_free_token(token);
    if (status != MOMO_OK) calls->failed++;
    if (took > calls->longest) calls->longest = took;
    if (took > 1000000) calls->over_a_millisecond++;
  }
  return NULL;
}

/* Each on a client of its own. Those that are kept stay until the end. */
static void create_with_new_clients(const momo_config *config, int keep) {
  for (long i = 0; i < count; i++) {
    momo_client *made = make(config);
    create(made);
    if (!keep) momo_free_client(made);
  }
}

/* Every thread gets its own argument: they lie `size` bytes apart. */
static void on_threads(int n, void *(*work)(void *), void *arguments, size_t size) {
  pthread_t threads[MOST];
  start = now();
  for (int i = 0; i < n; i++)
    pthread_create(&threads[i], NULL, work, (char *)arguments + (size_t)i * size);
  for (int i = 0; i < n; i++) pthread_join(threads[i], NULL);
}

static void print_waits(int threads) {
  static struct calls calls[MOST], all;
  on_threads(threads, get_in_bursts, calls, sizeof *calls);
  for (int i = 0; i < threads; i++) {
    if (calls[i].longest > all.longest) all.longest = calls[i].longest;
    all.over_a_millisecond += calls[i].over_a_millisecond;
    all.failed += calls[i].failed;
  }
  momo_stats *stats = NULL;
  momo_error *error = NULL;
  if (momo_get_stats(client, &stats, &error) != MOMO_OK) fail(error);
  printf("{\"calls\":%ld,\"longest_ns\":%" PRId64 ",\"over_a_millisecond\":%" PRId64
         ",\"failed\":%" PRId64 ",\"refreshes\":%" PRId64 ",\"failed_refreshes\":%" PRId64 "}\n",
         count * threads, all.longest, all.over_a_millisecond, all.failed, stats->refreshes,
         stats->failed_refreshes);
  momo_free_stats(stats);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const char *mode = argv[1];
  int threads = argc > 3 ? atoi(argv[3]) : 1;
  if (threads < 1 || threads > MOST) return 2;
  count = atol(argv[2]);
  momo_error *error = NULL;
  momo_config *config = momo_create_config();
  if (momo_set_options_from_env(config, &error) != MOMO_OK) fail(error);
  if (strcmp(mode, "fresh") == 0 || strcmp(mode, "clients") == 0) {
    create_with_new_clients(config, strcmp(mode, "clients") == 0);
  } else {
    client = make(config);
    if (strcmp(mode, "kept") == 0) {
      for (long i = 0; i < count; i++) create(client);
    } else if (strcmp(mode, "cached") == 0) {
      get(NULL);
    } else {
      momo_token *token = NULL;
      if (momo_get_token(client, -1, &token, &error) != MOMO_OK) fail(error);
      if (strcmp(mode, "waits") == 0) {
        interval = argc > 4 ? (int64_t)(atof(argv[4]) * 1e9) / count : 0;
        print_waits(threads);
      } else {
        on_threads(threads, strcmp(mode, "copies") == 0 ? copy : get, token, 0);
        printf("%.1f\n", (double)(now() - start) / (double)count);
      }
      momo_free_token(token);
    }
    momo_free_client(client);
  }
  momo_free_config(config);
  return 0;
}
