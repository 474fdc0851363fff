// For the tests: one scenario per run, named by the first argument, one JSON object on stdout.
#import "MMOMomo.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What ended a scenario other than as it should.
static int failed(NSError *error) {
  fprintf(stderr, "%s\n", [[error localizedDescription] UTF8String]);
  return 1;
}

@interface Caller : NSObject {
  MMOClient *_client;
  NSMutableArray *_tokens;
  NSCondition *_done;
}
@end

@implementation Caller

- (id)initWithClient:(MMOClient *)client {
  if ((self = [super init]) != nil) {
    _client = [client retain];
    _tokens = [NSMutableArray new];
    _done = [NSCondition new];
  }
  return self;
}

- (void)dealloc {
  [_client release];
  [_tokens release];
  [_done release];
  [super dealloc];
}

- (void)call:(id)unused {
  NSAutoreleasePool *pool = [NSAutoreleasePool new];
  NSError *error = nil;
  MMOToken *token = [_client token:&error];
  (void)unused;
  if (token == nil)
    failed(error);
  [_done lock];
  [_tokens addObject:token != nil ? token.accessToken : @""];
  [_done signal];
  [_done unlock];
  [pool drain];
}

- (NSArray *)tokensOfThreads:(NSUInteger)count {
  NSUInteger i;
  for (i = 0; i < count; i++)
    [NSThread detachNewThreadSelector:@selector(call:) toTarget:self withObject:nil];
  [_done lock];
  while ([_tokens count] < count)
    [_done wait];
  [_done unlock];
  return _tokens;
}

@end

@interface RaisingLogger : NSObject <MMOLogger> {
@public
  int lines;
}
@end

@implementation RaisingLogger

- (void)logLine:(NSString *)line level:(MMOLogLevel)level {
  lines++;
  [NSException raise:NSGenericException format:@"level %d: %@", (int)level, line];
}

@end

static int shared(MMOClient *client) {
  Caller *caller = [[[Caller alloc] initWithClient:client] autorelease];
  NSArray *tokens = [caller tokensOfThreads:8];
  NSSet *distinct = [NSSet setWithArray:tokens];
  printf("{\"calls\":%d,\"distinct\":%d}\n", (int)[tokens count], (int)[distinct count]);
  return [distinct containsObject:@""] ? 1 : 0;
}

static int deadline(MMOClient *client) {
  NSError *error = nil;
  NSDate *start = [NSDate date];
  MMOToken *token = [client tokenWithTimeout:0.3 error:&error];
  int spent = (int)(-[start timeIntervalSinceNow] * 1000);
  NSString *status = token != nil ? @"MOMO_OK" : [[error userInfo] objectForKey:MMOStatusNameKey];
  printf("{\"status\":\"%s\",\"ms\":%d}\n", [status UTF8String], spent);
  return token != nil ? 1 : 0;
}

static int logger(void) {
  NSError *error = nil;
  RaisingLogger *logger = [[RaisingLogger new] autorelease];
  MMOConfig *config = [[MMOConfig new] autorelease];
  MMOClient *client;
  if (![config setOptionsFromEnvironment:&error] ||
      ![config setLogger:logger level:MMOLogLevelDebug error:&error])
    return failed(error);
  client = [[[MMOClient alloc] initWithConfig:config error:&error] autorelease];
  if ([client token:&error] == nil)
    return failed(error);
  printf("{\"lines\":%d,\"ok\":true}\n", logger->lines);
  return logger->lines > 0 ? 0 : 1;
}

static long resident_kib(void) {
  long resident = 0;
  FILE *statm = fopen("/proc/self/statm", "r");
  if (statm != NULL && fscanf(statm, "%*d %ld", &resident) != 1)
    resident = 0;
  if (statm != NULL)
    fclose(statm);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static BOOL get(MMOClient *client, int times) {
  BOOL got = YES;
  while (got && times-- > 0) {
    NSAutoreleasePool *pool = [NSAutoreleasePool new];
    got = [client token:NULL] != nil;
    [pool drain];
  }
  return got;
}

static int loop(MMOClient *client, int gets) {
  long before;
  if (!get(client, gets / 10 + 1))
    return 1;
  before = resident_kib();
  if (!get(client, gets))
    return 1;
  printf("{\"gets\":%d,\"growth_kib\":%ld}\n", gets, resident_kib() - before);
  return 0;
}

static NSString *refuse(MMOClient *client, int times) {
  NSString *status = nil;
  while (times-- > 0) {
    NSAutoreleasePool *pool = [NSAutoreleasePool new];
    NSError *error = nil;
    // There is no token, and no time to ask for one.
    [client tokenWithTimeout:0 error:&error];
    [status release];
    status = [[[error userInfo] objectForKey:MMOStatusNameKey] retain];
    [pool drain];
  }
  return [status autorelease];
}

static int errors(MMOClient *client, int gets) {
  long before;
  NSString *status;
  refuse(client, gets / 10 + 1);
  before = resident_kib();
  status = refuse(client, gets);
  printf("{\"gets\":%d,\"status\":\"%s\",\"growth_kib\":%ld}\n", gets, [status UTF8String],
         resident_kib() - before);
  return 0;
}

static int run(const char *name, int gets) {
  NSError *error = nil;
  MMOClient *client = [MMOClient clientFromEnvironment:&error];
  if (client == nil)
    return failed(error);
  if (strcmp(name, "shared") == 0)
    return shared(client);
  if (strcmp(name, "deadline") == 0)
    return deadline(client);
  if (strcmp(name, "logger") == 0)
    return logger();
  if (strcmp(name, "loop") == 0 && gets > 0)
    return loop(client, gets);
  if (strcmp(name, "errors") == 0 && gets > 0)
    return errors(client, gets);
  fprintf(stderr, "usage: exercise shared|deadline|logger|loop N|errors N\n");
  return 1;
}

int main(int argc, char **argv) {
  NSAutoreleasePool *pool = [NSAutoreleasePool new];
  int status = run(argc > 1 ? argv[1] : "", argc > 2 ? atoi(argv[2]) : 0);
  [pool drain];
  return status;
}
