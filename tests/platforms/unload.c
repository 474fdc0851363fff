/*
 * Loads the library, has it ask for a token in the background, and unloads it while it does:
 * unload LIBRARY. The library stays, its thread goes on, and a second load finds the token.
 */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#endif
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <momo.h>

#include "system.h"

/* Object pointers hold functions on every system that has such calls. */
#define FIND(library, name) \
  __typeof__(&name) name##_; \
  *(void **)&name##_ = symbol(library, #name)

static momo_status ask(const char *path, int64_t timeout_ms) {
  void *library = load_library(path);
  momo_client *client = NULL;
  momo_token *token = NULL;
  momo_config *config;
  momo_status status;
  if (library == NULL) {
    fprintf(stderr, "%s cannot be loaded\n", path);
    exit(2);
  }
  FIND(library, momo_create_config);
  FIND(library, momo_set_options_from_env);
  FIND(library, momo_create_client);
  FIND(library, momo_get_token);
  FIND(library, momo_free_token);
  FIND(library, momo_free_client);
  FIND(library, momo_free_config);

  config = momo_create_config_();
  status = momo_set_options_from_env_(config, NULL);
  if (status == MOMO_OK) status = momo_create_client_(config, &client, NULL);
  if (status == MOMO_OK) status = momo_get_token_(client, timeout_ms, &token, NULL);
  momo_free_token_(token);
  momo_free_client_(client);
  momo_free_config_(config);
  unload_library(library);
  return status;
}

int main(int argc, char **argv) {
  int64_t begin = now_ms();
  momo_status first, later;
  if (argc != 2) return 2;
  first = ask(argv[1], 0);
  do {
    sleep_ms(10);
    later = ask(argv[1], 0);
  } while (later == MOMO_WOULD_BLOCK && now_ms() - begin < 10000);
  printf("{\"first\":%d,\"later\":%d}\n", (int)first, (int)later);
  return 0;
}
