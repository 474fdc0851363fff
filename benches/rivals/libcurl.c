/* libcurl with OpenSSL, and jansson.
 *
 *   libcurl kept N       N tokens on a kept connection
 *   libcurl fresh N      N tokens, a new handle and so a new connection for each
 *   libcurl clients N    N handles that have each got a token and keep a connection
 */
#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct body {
  char *text;
  size_t length;
};

static size_t append(char *data, size_t size, size_t n, void *user_data) {
  struct body *body = user_data;
  char *text = realloc(body->text, body->length + size * n + 1);
  if (text == NULL) return 0;
  memcpy(text + body->length, data, size * n);
  body->text = text;
  body->length += size * n;
  text[body->length] = '\0';
  return size * n;
}

static CURL *make(const char *url, struct curl_slist *headers) {
  CURL *curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, 0L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_USERNAME, getenv("MOMO_API_USER"));
  curl_easy_setopt(curl, CURLOPT_PASSWORD, getenv("MOMO_API_KEY"));
  curl_easy_setopt(curl, CURLOPT_CAINFO, getenv("CA_FILE"));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 30000L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  return curl;
}

static int token(CURL *curl) {
  struct body body = {NULL, 0};
  long status = 0;
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    fprintf(stderr, "%s\n", curl_easy_strerror(code));
    free(body.text);
    return 1;
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  json_t *json = json_loads(body.text == NULL ? "" : body.text, 0, NULL);
  const char *access = json_string_value(json_object_get(json, "access_token"));
  int failed = status != 200 || access == NULL;
  if (failed) fprintf(stderr, "%ld: %s\n", status, body.text == NULL ? "" : body.text);
  if (!failed) free(strdup(access));
  json_decref(json);
  free(body.text);
  return failed;
}

int main(int argc, char **argv) {
  char url[512], key[512];
  if (argc < 3) return 2;
  int fresh = strcmp(argv[1], "fresh") == 0, clients = strcmp(argv[1], "clients") == 0;
  snprintf(url, sizeof url, "%s/disbursement/token/", getenv("MOMO_BASE_URL"));
  snprintf(key, sizeof key, "Ocp-Apim-Subscription-Key: %s", getenv("MOMO_SUBSCRIPTION_KEY"));
  curl_global_init(CURL_GLOBAL_ALL);
  struct curl_slist *headers = curl_slist_append(NULL, key);
  CURL *curl = NULL;
  for (long i = 0; i < atol(argv[2]); i++) {
    if (curl == NULL || clients) curl = make(url, headers); /* the others stay until the end */
    if (token(curl) != 0) return 1;
    if (!fresh) continue;
    curl_easy_cleanup(curl);
    curl = NULL;
  }
  curl_easy_cleanup(curl);
  curl_slist_free_all(headers);
  curl_global_cleanup();
  return 0;
}
