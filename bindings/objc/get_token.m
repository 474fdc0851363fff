// Gets a token and prints it as one JSON object, for scripts and for a look by hand.
//
// On failure one JSON object goes to stderr instead, and the exit status is 1.
#import "MMOMomo.h"

static BOOL print(NSFileHandle *out, NSDictionary *object) {
  NSData *line = [NSJSONSerialization dataWithJSONObject:object options:0 error:NULL];
  NSMutableData *json = [NSMutableData dataWithData:line];
  [json appendBytes:"\n" length:1];
  // A full disk or a closed pipe raises.
  @try {
    [out writeData:json];
    return YES;
  } @catch (NSException *exception) {
    NSLog(@"%@", [exception reason]);
    return NO;
  }
}

static BOOL print_token(MMOToken *token) {
  return print([NSFileHandle fileHandleWithStandardOutput],
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
  print([NSFileHandle fileHandleWithStandardError],
        [NSDictionary dictionaryWithObjectsAndKeys:
            // The name, not the number: it is what the documentation and a search engine know.
            [info objectForKey:MMOStatusNameKey], @"status",
            [info objectForKey:MMOHTTPStatusKey], @"http_status",
            [info objectForKey:MMOCodeKey], @"code",
            [error localizedDescription], @"message", nil]);
}

int main(void) {
  NSAutoreleasePool *pool = [NSAutoreleasePool new];
  NSError *error = nil;
  // From the environment, so that no key is in the source, in a process list or in a history.
  // Missing credentials and an unusable trust store show here, before any network.
  MMOClient *client = [MMOClient clientFromEnvironment:&error];
  MMOToken *token = [client token:&error];
  BOOL printed = NO;
  if (token != nil)
    printed = print_token(token);
  else
    print_error(error);
  [pool drain];
  return printed ? 0 : 1;
}
