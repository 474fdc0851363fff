/* A token, in the fewest calls. Credentials come from the environment: docs/options.md. */
#include <momo.h>
#include <stdio.h>

int main(void) {
  momo_config *config = momo_create_config();
  momo_client *client = NULL;
  momo_token *token = NULL;
  momo_error *error = NULL;
  /* The first call that fails ends the chain, and error says why. */
  if (momo_set_options_from_env(config, &error) == MOMO_OK &&
      momo_create_client(config, &client, &error) == MOMO_OK &&
      momo_get_token(client, -1, &token, &error) == MOMO_OK)
    printf("Authorization: %s\n", token->authorization);
  else
    fprintf(stderr, "%s\n", error->message);
  int failed = token == NULL;
  momo_free_error(error); /* each of these takes NULL */
  momo_free_token(token);
  momo_free_client(client);
  momo_free_config(config);
  return failed;
}
