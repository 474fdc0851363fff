/*
 * What is asked of the library on every platform it is released for: exercise SCENARIO [ARGUMENT]
 *
 * Prints one JSON object, or an error's on standard error and ends with 1. Options come from the
 * environment. The scenarios that are run are in scenarios.json; the packages of languages have more.
 */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#endif
#include <momo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/json.h"
#include "system.h"

enum { THREADS = 8 };

static momo_client *client;

/* Where it fails it says why and ends the program. */
static void must(momo_status status, momo_error **error) {
  if (status == MOMO_OK) return;
  print_error(stderr, *error);
  momo_free_error(*error);
  exit(1);
}

static void create_client(void) {
  momo_error *error = NULL;
  momo_config *config = momo_create_config();
  must(momo_set_options_from_env(config, &error), &error);
  must(momo_create_client(config, &client, &error), &error);
  momo_free_config(config);
}

static momo_token *get(int64_t timeout_ms) {
  momo_token *token = NULL;
  momo_error *error = NULL;
  must(momo_get_token(client, timeout_ms, &token, &error), &error);
  return token;
}

static void print_stats_of_token(void) {
  momo_stats *stats = NULL;
  momo_error *error = NULL;
  must(momo_get_stats(client, &stats, &error), &error);
  printf("{\"requests\":%d,\"token_origin\":%d}\n", (int)stats->requests,
         (int)stats->token_origin);
  momo_free_stats(stats);
}

/* A call that is to fail: with what, and after how long. */
static void print_failure(int64_t timeout_ms) {
  momo_token *token = NULL;
  momo_error *error = NULL;
  int64_t begin = now_ms();
  momo_get_token(client, timeout_ms, &token, &error);
  print_text(stdout, '{', "status", error == NULL ? "MOMO_OK" : momo_status_name(error->status));
  printf(",\"ms\":%d}\n", (int)(now_ms() - begin));
  momo_free_error(error);
  momo_free_token(token);
}

/* Two clients, with a command between them: whether each gets a token. */
static void get_again_after(const char *command) {
  momo_token *token = NULL;
  momo_status first = momo_get_token(client, -1, &token, NULL), second;
  int code;
  momo_free_token(token);
  momo_free_client(client);
  code = system(command);
  create_client();
  second = momo_get_token(client, -1, &token, NULL);
  momo_free_token(token);
  printf("{\"first\":%d,\"command\":%d,\"second\":%d}\n", (int)first, code, (int)second);
}

static thread_result THREAD_CALL cancel_after(void *ms) {
  sleep_ms(*(int *)ms);
  momo_cancel_client(client);
  return 0;
}

static void cancel(int ms) {
  thread other = start_thread(cancel_after, &ms);
  print_failure(-1);
  join_thread(other);
}

static thread_result THREAD_CALL get_on_thread(void *token) {
  *(momo_token **)token = get(-1);
  return 0;
}

static void threads(void) {
  thread all[THREADS];
  momo_token *tokens[THREADS];
  int i, distinct = 1;
  for (i = 0; i < THREADS; i++) all[i] = start_thread(get_on_thread, &tokens[i]);
  for (i = 0; i < THREADS; i++) join_thread(all[i]);
  for (i = 1; i < THREADS; i++)
    distinct += strcmp(tokens[i]->access_token, tokens[0]->access_token) != 0;
  for (i = 0; i < THREADS; i++) momo_free_token(tokens[i]);
  printf("{\"calls\":%d,\"distinct\":%d}\n", THREADS, distinct);
}

int main(int argc, char **argv) {
  const char *scenario = argc > 1 ? argv[1] : "";
  int number = argc > 2 ? atoi(argv[2]) : -1;
  create_client();
  if (strcmp(scenario, "get") == 0) {
    momo_token *token = get(number);
    print_token(stdout, token);
    momo_free_token(token);
  } else if (strcmp(scenario, "stats") == 0) {
    momo_free_token(get(-1));
    print_stats_of_token();
  } else if (strcmp(scenario, "fails") == 0) {
    print_failure(number);
  } else if (strcmp(scenario, "again") == 0) {
    get_again_after(getenv("COMMAND"));
  } else if (strcmp(scenario, "cancel") == 0) {
    cancel(number);
  } else if (strcmp(scenario, "threads") == 0) {
    threads();
  } else {
    fprintf(stderr, "no scenario %s\n", scenario);
    return 2;
  }
  momo_free_client(client);
  return 0;
}
