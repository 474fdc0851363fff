/* The library's structs as JSON, for momo-token. */
#ifndef MOMO_TOOLS_JSON_H
#define MOMO_TOOLS_JSON_H

#include <inttypes.h>
#include <momo.h>
#include <stdio.h>

/* The library's strings are UTF-8 without control characters, which JSON takes as they are, but for
 * the quotation mark and the backslash. */
static void print_text(FILE *out, char before, const char *name, const char *text) {
  fprintf(out, "%c\"%s\":\"", before, name);
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\') fputc('\\', out);
    fputc(*text, out);
  }
  fputc('"', out);
}

static void print_token(FILE *out, const momo_token *token) {
  print_text(out, '{', "access_token", token->access_token);
  print_text(out, ',', "token_type", token->token_type);
  print_text(out, ',', "authorization", token->authorization);
  fprintf(out, ",\"expires_in\":%" PRId64, token->expires_in);
  fprintf(out, ",\"expires_at\":%" PRId64, token->expires_at);
  fprintf(out, ",\"refresh_in\":%" PRId64 "}\n", token->refresh_in);
}

static void print_error(FILE *out, const momo_error *error) {
  print_text(out, '{', "status", momo_status_name(error->status));
  fprintf(out, ",\"http_status\":%" PRId32, error->http_status);
  print_text(out, ',', "code", error->code);
  print_text(out, ',', "message", error->message);
  fputs("}\n", out);
}

#endif
