/* What no program may do, one fault in each run: the tools that look for such faults have to see it.
 *   misuse use-after-free      reads a token that was freed
 *   misuse freed-client        calls the library with a client that was freed
 *   misuse overflow            reads one byte beyond a token
 *   misuse double-free         frees statistics twice
 *   misuse leak                forgets errors
 *   misuse uninitialised       gives an option a text that was never written
 *   misuse race                sets options of one config on two threads */
#include "host.h"

static volatile char seen;

static void *set_options(void *config) {
  for (int i = 0; i < 1000; i++) momo_set_option(config, "user_agent", i % 2 ? "one" : "another", NULL);
  return NULL;
}

static void use_after_free(const momo_client *client) {
  momo_token *token = take(momo_get_token, client);
  momo_free_token(token);
  seen = *(const char *)token;
}

/* The library itself reads what was freed. */
static void freed_client(void) {
  momo_client *client = new_client();
  momo_stats *stats = NULL;
  momo_free_client(client);
  momo_get_stats(client, &stats, NULL);
  momo_free_stats(stats);
}

static void overflow(const momo_client *client) {
  momo_token *token = take(momo_get_token, client);
  /* The type is the last of its strings. */
  seen = token->token_type[strlen(token->token_type) + 1];
  momo_free_token(token);
}

static void double_free(const momo_client *client) {
  momo_stats *stats = NULL;
  CHECK(momo_get_stats(client, &stats, NULL) == MOMO_OK, "stats");
  momo_free_stats(stats);
  momo_free_stats(stats);
}

/* Several: the last one is still known to the stack. */
static void leak(momo_config *config) {
  for (int i = 0; i < 10; i++) {
    momo_error *error = NULL;
    CHECK(momo_set_option(config, "no such option", "", &error) != MOMO_OK, "taken");
  }
}

static void uninitialised(momo_config *config) {
  char *value = malloc(8);
  value[7] = '\0';
  momo_set_option(config, "api_key", value, NULL);
  free(value);
}

static void race(momo_config *config) {
  pthread_t other = start_thread(set_options, config);
  set_options(config);
  pthread_join(other, NULL);
}

int main(int argc, char **argv) {
  CHECK(argc == 2, "fault");
  const char *fault = argv[1];
  momo_config *config = momo_create_config();
  momo_client *client = new_client();
  if (strcmp(fault, "use-after-free") == 0) use_after_free(client);
  else if (strcmp(fault, "freed-client") == 0) freed_client();
  else if (strcmp(fault, "overflow") == 0) overflow(client);
  else if (strcmp(fault, "double-free") == 0) double_free(client);
  else if (strcmp(fault, "leak") == 0) leak(config);
  else if (strcmp(fault, "uninitialised") == 0) uninitialised(config);
  else if (strcmp(fault, "race") == 0) race(config);
  else CHECK(0, "%s", fault);
  momo_free_client(client);
  momo_free_config(config);
  return 0;
}
