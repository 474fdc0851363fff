// For the tests: one scenario per run, named by the first argument, one JSON object on stdout.
#import "MMOMomo.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  int times, pause_ms, timeout_ms;
} Arguments;

// What a scenario prints.
static NSMutableDictionary *found;

static void add(NSString *name, long long number) {
  [found setObject:[NSNumber numberWithLongLong:number] forKey:name];
}

static int milliseconds_since(NSDate *begin) { return (int)(-[begin timeIntervalSinceNow] * 1000); }

// What calls ended with: a token, or the name of a status and the beginning of its message.
static NSCountedSet *counts;
static NSMutableSet *distinct;

static void get_once(MMOClient *client, int timeout_ms) {
  NSAutoreleasePool *pool = [NSAutoreleasePool new];
  NSError *error = nil;
  MMOToken *token = timeout_ms < 0 ? [client token:&error]
                                   : [client tokenWithTimeout:timeout_ms / 1000.0 error:&error];
  NSString *outcome = @"token";
  if (token == nil) {
    NSString *name = [[error userInfo] objectForKey:MMOStatusNameKey];
    NSArray *parts = [[error localizedDescription] componentsSeparatedByString:@":"];
    outcome = [NSString stringWithFormat:@"%@: %@", name, [parts objectAtIndex:0]];
  }
  @synchronized(counts) {
    [counts addObject:outcome];
    if (token != nil)
      [distinct addObject:token.accessToken];
  }
  [pool drain];
}

static void add_outcomes(void) {
  NSMutableDictionary *outcomes = [NSMutableDictionary dictionary];
  NSString *each;
  for (each in counts)
    [outcomes setObject:[NSNumber numberWithUnsignedInteger:[counts countForObject:each]] forKey:each];
  [found setObject:outcomes forKey:@"outcomes"];
  add(@"distinct", [distinct count]);
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

// get N PAUSE TIMEOUT: calls that follow each other, times in milliseconds, -1 for no timeout.
static void get(MMOClient *client, Arguments given) {
  NSDate *begin = nil;
  long before = 0;
  int i, warm_up = given.times / 4;
  for (i = 0; i < warm_up + given.times; i++) {
    if (i == warm_up) {
      before = resident_kib();
      begin = [NSDate date];
    }
    get_once(client, given.timeout_ms);
    [NSThread sleepForTimeInterval:given.pause_ms / 1000.0];
  }
  add(@"ms", milliseconds_since(begin));
  add(@"growth_kib", resident_kib() - before);
  add_outcomes();
}

@interface Call : NSThread {
@public
  MMOClient *client;
  int timeout_ms;
}
@end

@implementation Call

- (void)main {
  get_once(client, timeout_ms);
}

@end

// wait N LEAVING: calls that wait at the same time. Beside the N, after a second, so many are
// cancelled, and the time of as many is up.
static void wait_for_one(MMOClient *client, Arguments given) {
  MMOClient *clone = [client clone];
  NSMutableArray *calls = [NSMutableArray array];
  NSDate *due = [NSDate dateWithTimeIntervalSinceNow:1];
  Call *each;
  int i, leaving = given.pause_ms;
  for (i = 0; i < given.times + 2 * leaving; i++) {
    each = [[Call new] autorelease];
    each->client = i < leaving ? clone : client;
    each->timeout_ms = i >= leaving && i < 2 * leaving ? 1000 : -1;
    [calls addObject:each];
    [each start];
  }
  [NSThread sleepUntilDate:due];
  [clone cancel];
  for (i = 0; i < (int)[calls count]; i++) {
    while (![[calls objectAtIndex:i] isFinished])
      [NSThread sleepForTimeInterval:0.01];
    if (i < 2 * leaving)
      add(@"late_ms", milliseconds_since(due));
  }
  add_outcomes();
}

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

// Every call once, with a logger that raises.
static void calls(MMOClient *unused, Arguments none) {
  RaisingLogger *logger = [[RaisingLogger new] autorelease];
  MMOConfig *config = [[MMOConfig new] autorelease];
  NSError *error = nil;
  momo_stats stats = {0};
  NSDictionary *each;
  (void)unused, (void)none;
  BOOL all = [config setOptionsFromEnvironment:&error] &&
             [config setLogger:logger level:MOMO_LOG_DEBUG error:&error];
  MMOClient *client = [[[MMOClient alloc] initWithConfig:config error:&error] autorelease];
  all = all && [client invalidateToken:[client token:&error] error:&error];
  [MMOClient clearCache];
  all = all && [client createTokenWithTimeout:60 error:&error] != nil;
  all = all && [client getStats:&stats error:&error];
  NSArray *options = [client options:&error];
  NSCAssert(all && options != nil, @"%@", error);
  for (each in options)
    [found setObject:[NSString stringWithFormat:@"%@, %@, %@", [each objectForKey:@"value"],
                               [each objectForKey:@"source"], [each objectForKey:@"warning"]]
              forKey:[each objectForKey:@"name"]];
  add(@"options", [options count]);
  add(@"lines", logger->lines);
  add(@"requests", stats.requests);
  add(@"tokens_issued", stats.tokens_issued);
  add(@"invalidations", stats.invalidations);
  add(@"token_expires_in", stats.token_expires_in);
  add(@"token_origin", stats.token_origin);
}

// What is refused, what can be made without a gateway, and that a token does not describe itself.
static void misuse(MMOClient *client, Arguments none) {
  MMOConfig *config = [[MMOConfig new] autorelease];
  MMOToken *made = [[[MMOToken alloc] initWithAccessToken:@"abc" expiresIn:60] autorelease];
  NSString *shown = [NSString stringWithFormat:@"%@ %@", made, [NSArray arrayWithObject:made]];
  NSError *absent = nil, *error = nil;
  BOOL refused = ![config setOption:@"api_key" value:nil error:&absent] &&
                 [[absent localizedDescription] hasPrefix:@"api_key is absent"] &&
                 ![config setOption:@"api_key" value:@"a\0b" error:&error] &&
                 ![client invalidateToken:nil error:&error] &&
                 ![client invalidateToken:@"" error:&error] &&
                 [client tokenWithTimeout:-1 error:&error] == nil &&
                 [client createTokenWithTimeout:-1 error:&error] == nil &&
                 [error code] == MOMO_INVALID_ARGUMENT;
  BOOL hidden = [shown rangeOfString:@"abc"].location == NSNotFound;
  (void)none;
  [found setObject:refused && hidden ? [NSArray array] : [NSArray arrayWithObject:@"one"]
            forKey:@"accepted"];
  [found setObject:[NSArray arrayWithObjects:made.authorization,
                                             [NSNumber numberWithLongLong:made.expiresIn], nil]
            forKey:@"made"];
  [found setObject:[MMOClient version] forKey:@"version"];
}

static BOOL run(const char *name, Arguments given) {
  NSError *error = nil;
  MMOClient *client = [MMOClient clientFromEnvironment:&error];
  NSCAssert(client != nil, @"%@", error);
  const struct {
    const char *name;
    void (*run)(MMOClient *, Arguments);
  } scenarios[] = {{"get", get}, {"wait", wait_for_one}, {"calls", calls}, {"misuse", misuse}};
  size_t i;
  for (i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
    if (strcmp(name, scenarios[i].name) == 0)
      scenarios[i].run(client, given);
  NSData *json = [NSJSONSerialization dataWithJSONObject:found options:0 error:NULL];
  return fwrite([json bytes], [json length], 1, stdout) == 1;
}

int main(int argc, char **argv) {
  NSAutoreleasePool *pool = [NSAutoreleasePool new];
  counts = [NSCountedSet new];
  distinct = [NSMutableSet new];
  Arguments given = {argc > 2 ? atoi(argv[2]) : 0, argc > 3 ? atoi(argv[3]) : 0,
                     argc > 4 ? atoi(argv[4]) : -1};
  found = [NSMutableDictionary dictionary];
  BOOL ran = run(argc > 1 ? argv[1] : "", given);
  [pool drain];
  return ran ? 0 : 1;
}
