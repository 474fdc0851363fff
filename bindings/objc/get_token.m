// Gets a token and prints it as one JSON object, for scripts and for a look by hand.
//
// On failure one JSON object goes to stderr instead, and the exit status is 1.
#import "MMOMomo.h"
#include <stdio.h>

static BOOL print(FILE *out, NSDictionary *object) {
  NSData *json = [NSJSONSerialization dataWithJSONObject:object options:0 error:NULL];
  fwrite([json bytes], 1, [json length], out);
  fputc('\n', out);
  // A full disk or a closed pipe shows only when the buffer is written.
  return fflush(out) == 0 && !ferror(out);
}

static BOOL print_token(MMOToken *token) {
  return print(stdout,
               [NSDictionary dictionaryWithObjectsAndKeys:
                   token.accessToken, @"access_token",
                   token.tokenType, @"token_type",
                   token.authorization, @"authorization",
                   [NSNumber numberWithLongLong:token.expiresIn], @"expires_in",
                   [NSNumber numberWithLongLong:token.expiresAt], @"expires_at",
                   [NSNumber numberWithLongLong:token.refreshIn], @"refresh_in", nil]);
}

static void print_error(NSError *error) {
  NSDictionary *info = [error userInfo];
  print(stderr,
        [NSDictionary dictionaryWithObjectsAndKeys:
            // The name, not the number: it is what the documentation and a search engine know.
            [info objectForKey:MMOStatusNameKey], @"status",
            [info objectForKey:MMOHTTPStatusKey], @"http_status",
            [info objectForKey:MMOCodeKey], @"code",
            [error localizedDescription], @"message", nil]);
}

static MMOToken *get(NSError **error) {
  // MOMO_API_USER and so on: no key in the source. A nil client answers nil.
  MMOClient *client = [MMOClient clientFromEnvironment:error];
  return [client token:error];
}

int main(void) {
  NSAutoreleasePool *pool = [NSAutoreleasePool new];
  NSError *error = nil;
  MMOToken *token = get(&error);
  BOOL printed = NO;
  if (token != nil)
    printed = print_token(token);
  else
    print_error(error);
  [pool drain];
  return printed ? 0 : 1;
}
