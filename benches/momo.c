/* What a C programmer writes with libmomo. MOMO_ variables are the options.
 *
 *   momo kept N         N tokens from the gateway, on a kept connection
 *   momo fresh N        N tokens, a new client and so a new connection for each
 *   momo clients N      N clients that have each got a token and keep a connection
 *   momo cached N       N times what momo_get_token gives a new process
 *   momo threads N T    N cached tokens on each of T threads; prints the nanoseconds of one call
 *   momo copies N T     the same by hand: both clocks are read, and the token is copied and wiped
 */
#include <momo.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 64 };

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
    momo_error *error = NULL;
    if (momo_get_token(client, -1, &token, &error) != MOMO_OK) fail(error);
    momo_free_token(token);
  }
  return unused;
}

/* What no one can do without who hands a token of limited life to a caller that owns it. */
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

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Each on the client of its own; `keep` keeps them all. */
static void create_with_new_clients(const momo_config *config, int keep) {
  momo_client **clients = calloc((size_t)count, sizeof *clients);
  for (long i = 0; i < count; i++) {
    clients[i] = make(config);
    create(clients[i]);
    if (!keep) {
      momo_free_client(clients[i]);
      clients[i] = NULL;
    }
  }
  for (long i = 0; i < count; i++) momo_free_client(clients[i]);
  free(clients);
}

static void time_on_threads(int n, void *(*work)(void *)) {
  pthread_t threads[MOST];
  momo_token *token = NULL;
  momo_error *error = NULL;
  if (momo_create_token(client, -1, &token, &error) != MOMO_OK) fail(error);
  double start = now();
  for (int i = 0; i < n; i++) pthread_create(&threads[i], NULL, work, token);
  for (int i = 0; i < n; i++) pthread_join(threads[i], NULL);
  printf("%.1f\n", (now() - start) / (double)count);
  momo_free_token(token);
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
      time_on_threads(threads, strcmp(mode, "copies") == 0 ? copy : get);
    }
    momo_free_client(client);
  }
  momo_free_config(config);
  return 0;
}
