/* One of many processes that share a token: asks for SECONDS, with PAUSE_MS between the calls, each
 * of at most TIMEOUT_MS (-1 is the option's), and prints what it got as a line of JSON.
 *   share START_MS SECONDS PAUSE_MS TIMEOUT_MS
 * START_MS is a time of CLOCK_MONOTONIC: processes that are given the same begin at once. Seconds 0
 * is a single call. */
#include "host.h"

enum { MOST_TOKENS = 400, LEEWAY_MS = 10000 };

struct used {
  char text[64];
  int64_t first_ms, last_ms;
};

static struct used tokens[MOST_TOKENS];
static int token_count;

static int64_t now_ms(void) { return now_ns() / MS; }

/* The end of a token tells it from others: its beginning is the same in all. */
static void note(const momo_token *token, int64_t at_ms) {
  size_t length = strlen(token->access_token);
  const char *text = token->access_token + (length > 63 ? length - 63 : 0);
  int i = 0;
  while (i < token_count && strcmp(tokens[i].text, text) != 0) i++;
  CHECK(i < MOST_TOKENS, "too many tokens");
  struct used *used = &tokens[i];
  if (i == token_count) {
    token_count++;
    strcpy(used->text, text);
    used->first_ms = at_ms;
  }
  used->last_ms = at_ms;
}

int main(int count, char **words) {
  CHECK(count == 5, "share START_MS SECONDS PAUSE_MS TIMEOUT_MS");
  int64_t start_ms = atoll(words[1]), seconds = atoll(words[2]), timeout_ms = atoll(words[4]);
  long pause = atol(words[3]);
  int64_t calls = 0, failed = 0, longest_ms = 0, late = 0, refresh_in = 0;
  char why[2048] = "";
  momo_client *client = new_client();
  while (now_ms() < start_ms) pause_ms(1);
  int64_t until_ms = now_ms() + seconds * 1000;
  do {
    momo_token *token = NULL;
    momo_error *error = NULL;
    int64_t began = now_ms();
    momo_status status = momo_get_token(client, timeout_ms, &token, &error);
    int64_t took = now_ms() - began;
    calls++;
    if (took > longest_ms) longest_ms = took;
    if (timeout_ms > 0 && took > timeout_ms + LEEWAY_MS) late++;
    if (status == MOMO_OK) {
      note(token, began);
      refresh_in = token->refresh_in;
    } else {
      failed++;
      snprintf(why, sizeof why, "%s", error->message);
      for (char *c = why; *c != '\0'; c++)
        if (*c == '"' || *c == '\\') *c = '\'';
    }
    momo_free_token(token);
    momo_free_error(error);
    if (seconds > 0) pause_ms(pause);
  } while (now_ms() < until_ms);
  printf("{\"calls\":%lld,\"failed\":%lld,\"longest_ms\":%lld,\"late\":%lld,\"why\":\"%s\",",
         (long long)calls, (long long)failed, (long long)longest_ms, (long long)late, why);
  momo_stats stats = stats_of(client);
  printf("\"adopted\":%lld,\"origin\":%lld,\"refresh_in\":%lld,", (long long)stats.tokens_adopted,
         (long long)stats.token_origin, (long long)refresh_in);
  printf("\"tokens\":[");
  for (int i = 0; i < token_count; i++) {
    const struct used *used = &tokens[i];
    printf("%s{\"text\":\"%s\",\"first_ms\":%lld,\"last_ms\":%lld}", i > 0 ? "," : "", used->text,
           (long long)used->first_ms, (long long)used->last_ms);
  }
  printf("]}\n");
  momo_free_client(client);
  /* What the last request shares with others may be written after the call has its token. */
  while (threads() > 1) pause_ms(1);
  return 0;
}
