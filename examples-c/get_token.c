/*
 * Gets a token and prints it as one JSON object, for scripts and for a look by hand:
 *
 *   cc get_token.c $(pkg-config --cflags --libs momo) -o get_token
 *   MOMO_API_USER=... MOMO_API_KEY=... MOMO_SUBSCRIPTION_KEY=... ./get_token
 *
 * On failure one JSON object goes to stderr instead, and the exit status is 1.
 */
#include <inttypes.h>
#include <momo.h>
#include <stdio.h>

/*
 * The library's strings are UTF-8, never NULL and without control characters, but they hold what the
 * gateway sent: a quotation mark in a message must not end the JSON string.
 */
static void print_member(FILE *out, char before, const char *name, const char *text) {
  fprintf(out, "%c\"%s\":\"", before, name);
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      fputc('\\', out);
    fputc(*text, out);
  }
  fputc('"', out);
}

static void print_token(FILE *out, const momo_token *token) {
  print_member(out, '{', "access_token", token->access_token);
  print_member(out, ',', "token_type", token->token_type);
  print_member(out, ',', "authorization", token->authorization);
  fprintf(out, ",\"expires_in\":%" PRId64, token->expires_in);
  fprintf(out, ",\"expires_at\":%" PRId64, token->expires_at);
  fprintf(out, ",\"refresh_in\":%" PRId64 "}\n", token->refresh_in);
}

static void print_error(FILE *out, const momo_error *error) {
  /* The name, not the number: it is what the documentation and a search engine know. */
  print_member(out, '{', "status", momo_status_name(error->status));
  fprintf(out, ",\"http_status\":%" PRId32, error->http_status);
  print_member(out, ',', "code", error->code);
  print_member(out, ',', "message", error->message);
  fputs("}\n", out);
}

int main(void) {
  momo_config *config = momo_create_config();
  momo_client *client = NULL;
  momo_token *token = NULL;
  momo_error *error = NULL;
  int exit_status = 1;

  /* From the environment, so that no key is in the source, in a process list or in a history. */
  if (momo_set_options_from_env(config, &error) != MOMO_OK)
    goto end;
  /* Missing credentials and an unusable trust store show here, before any network. */
  if (momo_create_client(config, &client, &error) != MOMO_OK)
    goto end;
  /* -1: as long as the option `timeout` says. */
  if (momo_get_token(client, -1, &token, &error) != MOMO_OK)
    goto end;

  print_token(stdout, token);
  /* A full disk or a closed pipe shows only when the buffer is written. */
  if (fflush(stdout) == 0)
    exit_status = 0;
  else
    perror("get_token: standard output");

end:
  if (error != NULL)
    print_error(stderr, error);
  /* Each takes NULL, so one way out serves every failure. */
  momo_free_error(error);
  momo_free_token(token);
  momo_free_client(client);
  momo_free_config(config);
  return exit_status;
}
