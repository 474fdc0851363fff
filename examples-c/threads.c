/*
 * One client for all threads: each asks for a token before each of its payments, as a payment
 * server would, and the gateway is asked once.
 *
 *   cc threads.c $(pkg-config --cflags --libs momo) -pthread -o threads
 */
#include <momo.h>
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 8, CALLS = 1000 };

/* What a thread is told and what it counts: its own, so that counting needs no lock. */
struct worker {
  pthread_t thread;
  const momo_client *client;
  int failures;
  /* The first error, kept to be shown once rather than from every thread at a time. */
  momo_error *error;
};

static void *work(void *argument) {
  struct worker *worker = argument;
  int i;

  for (i = 0; i < CALLS; i++) {
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

/* Starts the threads and waits for them: whether each could be started and no call failed. */
static int run(const momo_client *client) {
  static struct worker workers[THREADS];
  int started, failures = 0, i;

  for (started = 0; started < THREADS; started++) {
    workers[started].client = client;
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
  printf("%d threads, %d calls, %d failures\n", started, started * CALLS, failures);
  return started == THREADS && failures == 0;
}

int main(void) {
  momo_config *config = momo_create_config();
  momo_client *client = NULL;
  momo_error *error = NULL;
  int exit_status = 1;

  if (momo_set_options_from_env(config, &error) == MOMO_OK &&
      momo_create_client(config, &client, &error) == MOMO_OK) {
    /* A client keeps what it needs of its config. */
    momo_free_config(config);
    config = NULL;
    if (run(client))
      exit_status = 0;
  }
  if (error != NULL)
    fprintf(stderr, "%s\n", error->message);
  momo_free_error(error);
  momo_free_client(client);
  momo_free_config(config);
  return exit_status;
}
