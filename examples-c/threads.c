/*
 * One client for all threads: each asks for a token before each of its payments, as a payment
 * server would, and the gateway is asked once.
 *
 *   cc threads.c $(pkg-config --cflags --libs momo) -pthread -o threads
 *   ./threads [THREADS [CALLS_PER_THREAD]]          (8 and 1000 where not given)
 */
#include <momo.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_THREADS = 1024 };

/* What a thread is told and what it counts: its own, so that counting needs no lock. */
struct worker {
  pthread_t thread;
  const momo_client *client;
  long calls;
  long failures;
  /* The first error, kept to be shown once rather than from every thread at a time. */
  momo_error *error;
};

static void *work(void *argument) {
  struct worker *worker = argument;
  long i;

  for (i = 0; i < worker->calls; i++) {
    momo_token *token = NULL;
    momo_error *error = NULL;

    if (momo_get_token(worker->client, -1, &token, &error) != MOMO_OK) {
      worker->failures++;
      if (worker->error == NULL)
        worker->error = error;
      else
        momo_free_error(error);
      continue;
    }
    /*
     * Here the payment goes out with token->authorization. Where its response is a 401,
     * momo_invalidate_token() makes the next call get a new token; any number of threads that saw
     * the same 401 cause one request.
     */
    momo_free_token(token);
  }
  return NULL;
}

/* Starts the threads and waits for them; how many calls failed, or -1 where none could be made. */
static long run(const momo_client *client, int threads, long calls) {
  struct worker *workers = calloc((size_t)threads, sizeof *workers);
  long failures = 0;
  int started, i;

  if (workers == NULL) {
    perror("threads");
    return -1;
  }
  for (started = 0; started < threads; started++) {
    workers[started].client = client;
    workers[started].calls = calls;
    if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) != 0) {
      fprintf(stderr, "threads: thread %d cannot be started\n", started + 1);
      break;
    }
  }
  /* The client may be freed only after the last call on it has returned. */
  for (i = 0; i < started; i++) {
    pthread_join(workers[i].thread, NULL);
    failures += workers[i].failures;
    if (workers[i].error != NULL)
      fprintf(stderr, "%s\n", workers[i].error->message);
    momo_free_error(workers[i].error);
  }
  printf("%d threads, %ld calls, %ld failures\n", started, started * calls, failures);
  free(workers);
  return started == threads ? failures : -1;
}

/* A whole number from 1 to `max`, or 0. */
static long number(const char *text, long max) {
  char *end;
  long value = strtol(text, &end, 10);

  return *text != '\0' && *end == '\0' && value >= 1 && value <= max ? value : 0;
}

int main(int argc, char **argv) {
  long threads = argc > 1 ? number(argv[1], MAX_THREADS) : 8;
  long calls = argc > 2 ? number(argv[2], 1000000) : 1000;
  momo_config *config = NULL;
  momo_client *client = NULL;
  momo_error *error = NULL;
  int exit_status = 1;

  if (threads == 0 || calls == 0 || argc > 3) {
    fprintf(stderr, "usage: threads [THREADS [CALLS_PER_THREAD]]\n");
    return 2;
  }
  config = momo_create_config();
  if (momo_set_options_from_env(config, &error) == MOMO_OK &&
      momo_create_client(config, &client, &error) == MOMO_OK) {
    /* A client keeps what it needs of its config. */
    momo_free_config(config);
    config = NULL;
    if (run(client, (int)threads, calls) == 0)
      exit_status = 0;
  }
  if (error != NULL)
    fprintf(stderr, "%s\n", error->message);
  momo_free_error(error);
  momo_free_client(client);
  momo_free_config(config);
  return exit_status;
}
