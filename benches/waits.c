/* How long calls take while tokens are refreshed. MOMO_ variables are the options.
 *
 *   waits CALLS THREADS SECONDS    so many calls in all, evenly over the time; prints JSON
 */
#include <momo.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST = 64 };

/* Of one thread's calls. */
struct calls {
  pthread_t thread;
  int64_t longest, over_a_millisecond, failed;
};

static momo_client *client;
static long count;
static int64_t interval, start;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void sleep_until(int64_t time) {
  struct timespec t = {(time_t)(time / 1000000000), (long)(time % 1000000000)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static void *work(void *argument) {
  struct calls *calls = argument;
  for (long i = 0; i < count; i++) {
    /* In bursts: a thread that sleeps before every call would measure how it wakes up. */
    if (i % 100 == 0) sleep_until(start + i * interval);
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

int main(int argc, char **argv) {
  static struct calls calls[MOST];
  if (argc < 4) return 2;
  long threads = atol(argv[2]);
  if (threads < 1 || threads > MOST) return 2;
  count = atol(argv[1]) / threads;
  interval = (int64_t)(atof(argv[3]) * 1e9) / count;

  momo_error *error = NULL;
  momo_token *first = NULL;
  momo_config *config = momo_create_config();
  if (momo_set_options_from_env(config, &error) != MOMO_OK ||
      momo_create_client(config, &client, &error) != MOMO_OK ||
      momo_get_token(client, -1, &first, &error) != MOMO_OK) {
    fprintf(stderr, "%s\n", error->message);
    return 1;
  }
  momo_free_token(first);
  momo_free_config(config);
  start = now();
  for (long i = 0; i < threads; i++) pthread_create(&calls[i].thread, NULL, work, &calls[i]);
  struct calls all = {0};
  for (long i = 0; i < threads; i++) {
    pthread_join(calls[i].thread, NULL);
    if (calls[i].longest > all.longest) all.longest = calls[i].longest;
    all.over_a_millisecond += calls[i].over_a_millisecond;
    all.failed += calls[i].failed;
  }
  momo_stats *stats = NULL;
  if (momo_get_stats(client, &stats, NULL) != MOMO_OK) return 1;
  printf("{\"calls\":%ld,\"longest_ns\":%lld,\"over_a_millisecond\":%lld,\"failed\":%lld,"
         "\"refreshes\":%lld,\"failed_refreshes\":%lld}\n",
         count * threads, (long long)all.longest, (long long)all.over_a_millisecond,
         (long long)all.failed, (long long)stats->refreshes, (long long)stats->failed_refreshes);
  momo_free_stats(stats);
  momo_free_client(client);
  return 0;
}
