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
  NSMutableArray *_outcomes;
  NSCondition *_done;
}
@end

@implementation Caller

- (id)initWithClient:(MMOClient *)client {
  if ((self = [super init]) != nil) {
    _client = [client retain];
    _outcomes = [NSMutableArray new];
    _done = [NSCondition new];
  }
  return self;
}

- (void)dealloc {
  [_client release];
  [_outcomes release];
  [_done release];
  [super dealloc];
}

- (void)call:(id)unused {
  NSAutoreleasePool *pool = [NSAutoreleasePool new];
  NSError *error = nil;
  MMOToken *token = [_client token:&error];
  (void)unused;
  [_done lock];
  [_outcomes addObject:token != nil ? token.accessToken
                                    : [[error userInfo] objectForKey:MMOStatusNameKey]];
  [_done signal];
  [_done unlock];
  [pool drain];
}

- (void)startThreads:(NSUInteger)count {
  while (count-- > 0)
    [NSThread detachNewThreadSelector:@selector(call:) toTarget:self withObject:nil];
}

// What the threads ended with, once so many of them have: a token, or the name of a status.
- (NSArray *)outcomes:(NSUInteger)count {
  [_done lock];
  while ([_outcomes count] < count)
    [_done wait];
  NSArray *copy = [NSArray arrayWithArray:_outcomes];
  [_done unlock];
  return copy;
}

@end

@interface RaisingLogger : NSObject <MMOLogger> {
@public
  int lines;
}
@end

@implementation RaisingLogger

- (void)logLine:(NSString *)line level:(momo_log_level)level {
  lines++;
  [NSException raise:NSGenericException format:@"level %d: %@", (int)level, line];
}

@end

static int stats(MMOClient *client) {
  NSError *error = nil;
  momo_stats stats;
  if ([client token:&error] == nil || [client token:&error] == nil ||
      ![client getStats:&stats error:&error])
    return failed(error);
  printf("{\"requests\":%lld,\"tokens_issued\":%lld,\"network_failures\":%lld,"
         "\"credential_failures\":%lld,\"last_failure_status\":%lld,"
         "\"token_expires_in\":%lld,\"cooldown_ms\":%lld,\"tokens_adopted\":%lld,"
         "\"token_origin\":%lld}\n",
         (long long)stats.requests, (long long)stats.tokens_issued,
         (long long)stats.network_failures, (long long)stats.credential_failures,
         (long long)stats.last_failure_status, (long long)stats.token_expires_in,
         (long long)stats.cooldown_ms, (long long)stats.tokens_adopted,
         (long long)stats.token_origin);
  return 0;
}

static int options(MMOClient *client) {
  NSArray *all = [client options:NULL], *names = [all valueForKey:@"name"];
  NSDictionary *found = [NSDictionary dictionaryWithObjects:all forKeys:names];
  printf("{\"count\":%d,\"timeout\":\"%s, %s\",\"api_key\":\"%s\",\"warning\":\"%s\"}\n",
         (int)[found count], [[found valueForKeyPath:@"timeout.value"] UTF8String],
         [[found valueForKeyPath:@"timeout.source"] UTF8String],
         [[found valueForKeyPath:@"api_key.value"] UTF8String],
         [[found valueForKeyPath:@"api_user.warning"] UTF8String]);
  return 0;
}

// What is refused, what can be made without a gateway, and that a token does not describe itself.
static int misuse(MMOClient *client) {
  MMOConfig *config = [[MMOConfig new] autorelease];
  MMOToken *made = [[[MMOToken alloc] initWithAccessToken:@"5ecret" expiresIn:60] autorelease];
  NSString *shown = [NSString stringWithFormat:@"%@ %@", made, [NSArray arrayWithObject:made]];
  NSError *absent = nil, *error = nil;
  BOOL refused = ![config setOption:@"api_key" value:nil error:&absent] &&
                 ![config setOption:@"api_key" value:@"a\0b" error:&error] &&
                 ![client invalidateToken:nil error:&error] &&
                 ![client invalidateToken:@"" error:&error] &&
                 [client tokenWithTimeout:-1 error:&error] == nil &&
                 [client createTokenWithTimeout:-1 error:&error] == nil &&
                 [error code] == MOMO_INVALID_ARGUMENT;
  BOOL hidden = [shown rangeOfString:@"5ecret"].location == NSNotFound &&
                [made.authorization isEqual:@"Bearer 5ecret"] && made.expiresIn == 60;
  printf("{\"absent\":\"%s\",\"refused\":%s,\"hidden\":%s,\"version\":\"%s\"}\n",
         [[absent localizedDescription] UTF8String], refused ? "true" : "false",
         hidden ? "true" : "false", [[MMOClient version] UTF8String]);
  [MMOClient clearCache];
  return 0;
}

// One request, two calls that wait for it: one is cancelled, the other has the token.
static int clone(MMOClient *client) {
  MMOClient *clone = [client clone];
  Caller *waiting = [[[Caller alloc] initWithClient:client] autorelease];
  Caller *ended = [[[Caller alloc] initWithClient:clone] autorelease];
  momo_stats stats;
  // Begins the request, so that it belongs to neither call.
  [client tokenWithTimeout:0 error:NULL];
  [waiting startThreads:1];
  [ended startThreads:1];
  [NSThread sleepForTimeInterval:0.1];
  [clone cancel];
  NSString *status = [[ended outcomes:1] objectAtIndex:0];
  BOOL early = [[waiting outcomes:0] count] == 0;
  BOOL token = ![[[waiting outcomes:1] objectAtIndex:0] hasPrefix:@"MOMO_"];
  if (![client getStats:&stats error:NULL])
    return 1;
  printf("{\"status\":\"%s\",\"early\":%s,\"token\":%s,\"waits\":%lld}\n",
         [status hasPrefix:@"MOMO_"] ? [status UTF8String] : "MOMO_OK", early ? "true" : "false",
         token ? "true" : "false", (long long)stats.waits);
  return token ? 0 : 1;
}

static int shared(MMOClient *client) {
  Caller *caller = [[[Caller alloc] initWithClient:client] autorelease];
  [caller startThreads:8];
  NSArray *outcomes = [caller outcomes:8];
  NSString *outcome;
  for (outcome in outcomes)
    if ([outcome hasPrefix:@"MOMO_"])
      return 1;
  NSSet *distinct = [NSSet setWithArray:outcomes];
  printf("{\"calls\":%d,\"distinct\":%d}\n", (int)[outcomes count], (int)[distinct count]);
  return 0;
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

// Gets a short-lived token again and again while it is refreshed, which no call waits for.
static int refresh(MMOClient *client) {
  NSError *error = nil;
  NSMutableSet *distinct = [NSMutableSet set];
  NSTimeInterval slowest = 0;
  MMOToken *token = [client token:&error];
  NSDate *end = [NSDate dateWithTimeIntervalSinceNow:5.4];
  while (token != nil && [end timeIntervalSinceNow] > 0) {
    NSDate *before = [NSDate date];
    token = [client token:&error];
    slowest = MAX(slowest, -[before timeIntervalSinceNow]);
    if (token != nil)
      [distinct addObject:token.accessToken];
    [NSThread sleepForTimeInterval:0.02];
  }
  if (token == nil)
    return failed(error);
  printf("{\"distinct\":%d,\"slowest_ms\":%d}\n", (int)[distinct count], (int)(slowest * 1000));
  return 0;
}

static int logger(MMOClient *unused) {
  NSError *error = nil;
  RaisingLogger *logger = [[RaisingLogger new] autorelease];
  MMOConfig *config = [[MMOConfig new] autorelease];
  (void)unused;
  if (![config setOptionsFromEnvironment:&error] ||
      ![config setLogger:logger level:MOMO_LOG_DEBUG error:&error])
    return failed(error);
  MMOClient *client = [[[MMOClient alloc] initWithConfig:config error:&error] autorelease];
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
  if (!get(client, gets / 10 + 1))
    return 1;
  long before = resident_kib();
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
  refuse(client, gets / 10 + 1);
  long before = resident_kib();
  NSString *status = refuse(client, gets);
  printf("{\"gets\":%d,\"status\":\"%s\",\"growth_kib\":%ld}\n", gets, [status UTF8String],
         resident_kib() - before);
  return 0;
}

static int run(const char *name, int gets) {
  NSError *error = nil;
  MMOClient *client = [MMOClient clientFromEnvironment:&error];
  if (client == nil)
    return failed(error);
  const struct {
    const char *name;
    int (*run)(MMOClient *);
  } scenarios[] = {{"shared", shared}, {"deadline", deadline}, {"refresh", refresh},
                   {"logger", logger}, {"stats", stats},       {"options", options},
                   {"misuse", misuse}, {"clone", clone}};
  size_t i;
  for (i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
    if (strcmp(name, scenarios[i].name) == 0)
      return scenarios[i].run(client);
  if (strcmp(name, "loop") == 0 && gets > 0)
    return loop(client, gets);
  if (strcmp(name, "errors") == 0 && gets > 0)
    return errors(client, gets);
  fprintf(stderr, "usage: exercise shared|deadline|refresh|logger|stats|options|misuse|clone|"
                  "loop N|errors N\n");
  return 1;
}

int main(int argc, char **argv) {
  NSAutoreleasePool *pool = [NSAutoreleasePool new];
  int status = run(argc > 1 ? argv[1] : "", argc > 2 ? atoi(argv[2]) : 0);
  [pool drain];
  return status;
}
