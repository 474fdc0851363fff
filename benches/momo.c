/* What a C programmer writes with libmomo. MOMO_ variables are the options.
 *
 *   momo create N    N tokens from the gateway, on a kept connection
 *   momo fresh N     N tokens, a new client and so a new connection for each
 *   momo cold 1      what momo_get_token gives a new process
 *   momo get N T     N cached tokens on each of T threads; prints the time of one call
 */
#include <momo.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static momo_client *client;
static long count;

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
    if (momo_get_token(client, -1, &token, NULL) != MOMO_OK) exit(1);
    momo_free_token(token);
  }
  return unused;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv) {
  enum { MOST = 64 };
  pthread_t threads[MOST];
  if (argc < 3) return 2;
  count = atol(argv[2]);
  momo_error *error = NULL;
  momo_config *config = momo_create_config();
  if (momo_set_options_from_env(config, &error) != MOMO_OK) fail(error);
  if (strcmp(argv[1], "fresh") == 0) {
    for (long i = 0; i < count; i++) {
      client = make(config);
      create(client);
      momo_free_client(client);
    }
  } else {
    client = make(config);
    if (strcmp(argv[1], "cold") == 0) {
      get(NULL);
    } else if (strcmp(argv[1], "create") == 0) {
      for (long i = 0; i < count; i++) create(client);
    } else {
      int n = argc > 3 ? atoi(argv[3]) : 1;
      if (n < 1 || n > MOST) return 2;
      create(client);
      double start = now();
      for (int i = 0; i < n; i++) pthread_create(&threads[i], NULL, get, NULL);
      for (int i = 0; i < n; i++) pthread_join(threads[i], NULL);
      printf("%.1f\n", (now() - start) / (double)count);
    }
    momo_free_client(client);
  }
  momo_free_config(config);
  return 0;
}
