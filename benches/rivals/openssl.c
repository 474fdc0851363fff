/* The floor: one request, written by hand, over one TLS connection by OpenSSL. It verifies the
 * certificate and the name, sends one write, and takes what it wants of the answer by looking for
 * it; it has no time-out, no retry, and no reason for what fails.
 *
 *   openssl kept N       N tokens on a kept connection
 *   openssl fresh N      N tokens, a new connection for each
 *   openssl clients N    N connections that have each got a token and are kept
 */
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char host[256], port[8], request[2048];
static SSL_CTX *context;

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  ERR_print_errors_fp(stderr);
  exit(1);
}

static void read_environment(void) {
  char pair[512], basic[700];
  const char *user = getenv("MOMO_API_USER"), *api_key = getenv("MOMO_API_KEY");
  if (sscanf(getenv("MOMO_BASE_URL"), "https://%255[^:]:%7s", host, port) != 2) fail("base URL");
  int length = snprintf(pair, sizeof pair, "%s:%s", user, api_key);
  EVP_EncodeBlock((unsigned char *)basic, (unsigned char *)pair, length);
  snprintf(request, sizeof request,
           "POST /disbursement/token/ HTTP/1.1\r\nHost: %s:%s\r\nAuthorization: Basic %s\r\n"
           "Ocp-Apim-Subscription-Key: %s\r\nContent-Length: 0\r\n\r\n",
           host, port, basic, getenv("MOMO_SUBSCRIPTION_KEY"));
}

static int dial(void) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
  if (getaddrinfo(host, port, &hints, &found) != 0) fail("getaddrinfo");
  int connected = -1;
  for (struct addrinfo *each = found; each != NULL && connected < 0; each = each->ai_next) {
    int made = socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC, 0);
    if (connect(made, each->ai_addr, each->ai_addrlen) == 0) connected = made;
    else close(made);
  }
  freeaddrinfo(found);
  if (connected < 0) fail("connect");
  int on = 1;
  setsockopt(connected, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return connected;
}

static SSL *open_connection(void) {
  SSL *ssl = SSL_new(context);
  SSL_set_tlsext_host_name(ssl, host);
  SSL_set1_host(ssl, host);
  SSL_set_fd(ssl, dial());
  if (SSL_connect(ssl) != 1) fail("SSL_connect");
  return ssl;
}

static void close_connection(SSL *ssl) {
  if (ssl == NULL) return;
  int descriptor = SSL_get_fd(ssl);
  SSL_shutdown(ssl);
  SSL_free(ssl);
  close(descriptor);
}

static void token(SSL *ssl) {
  static const char length_is[] = "Content-Length: ", member[] = "\"access_token\":\"";
  char answer[8192];
  size_t have = 0;
  char *body = NULL;
  if (SSL_write(ssl, request, (int)strlen(request)) <= 0) fail("SSL_write");
  for (long wanted = -1; wanted < 0 || (long)(have - (size_t)(body - answer)) < wanted;) {
    int got = SSL_read(ssl, answer + have, (int)(sizeof answer - 1 - have));
    if (got <= 0) fail("SSL_read");
    have += (size_t)got;
    answer[have] = '\0';
    char *end = strstr(answer, "\r\n\r\n"), *length = strstr(answer, length_is);
    if (end == NULL) continue;
    if (length == NULL || strncmp(answer, "HTTP/1.1 200 ", 13) != 0) fail(answer);
    body = end + 4;
    wanted = atol(length + sizeof length_is - 1);
  }
  char *begin = strstr(body, member);
  char *end = begin == NULL ? NULL : strchr(begin + sizeof member - 1, '"');
  if (end == NULL) fail(body);
  begin += sizeof member - 1;
  free(strndup(begin, (size_t)(end - begin)));
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int fresh = strcmp(argv[1], "fresh") == 0, clients = strcmp(argv[1], "clients") == 0;
  read_environment();
  context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  if (SSL_CTX_load_verify_file(context, getenv("CA_FILE")) != 1) fail("CA_FILE");
  SSL *ssl = NULL;
  for (long i = 0; i < atol(argv[2]); i++) {
    if (ssl == NULL || clients) ssl = open_connection(); /* the others stay until the end */
    token(ssl);
    if (!fresh) continue;
    close_connection(ssl);
    ssl = NULL;
  }
  close_connection(ssl);
  SSL_CTX_free(context);
  return 0;
}
