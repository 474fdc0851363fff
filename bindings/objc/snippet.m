#import "MMOMomo.h"
#include <stdio.h>

int main(void) {
  NSAutoreleasePool *pool = [NSAutoreleasePool new];
  NSError *error = nil;
  // From MOMO_API_USER, MOMO_API_KEY, MOMO_SUBSCRIPTION_KEY; a nil client answers nil.
  MMOToken *token = [[MMOClient clientFromEnvironment:&error] token:&error];
  if (token != nil)
    printf("Authorization: %s\n", [token.authorization UTF8String]);
  else
    fprintf(stderr, "%s\n", [[error localizedDescription] UTF8String]);
  int status = token != nil ? 0 : 1;
  [pool drain];
  return status;
}
