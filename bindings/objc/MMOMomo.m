#import "MMOMomo.h"

#include <math.h>

NSString *const MMOErrorDomain = @"MMOErrorDomain";
NSString *const MMOStatusNameKey = @"MMOStatusName";
NSString *const MMOHTTPStatusKey = @"MMOHTTPStatus";
NSString *const MMOCodeKey = @"MMOCode";
NSString *const MMOBodyKey = @"MMOBody";
NSString *const MMORetryAfterKey = @"MMORetryAfter";

static NSString *text(const char *utf8) { return [NSString stringWithUTF8String:utf8]; }

/* Turns a call's error into Cocoa's. */
static void give(const momo_error *error, NSError **out) {
  if (out == NULL)
    return;
  NSMutableDictionary *info = [NSMutableDictionary
      dictionaryWithObjectsAndKeys:text(error->message), NSLocalizedDescriptionKey,
                                   text(momo_status_name(error->status)), MMOStatusNameKey,
                                   [NSNumber numberWithInt:error->http_status], MMOHTTPStatusKey,
                                   text(error->code), MMOCodeKey, text(error->body), MMOBodyKey,
                                   nil];
  if (error->retry_after_ms >= 0)
    [info setObject:[NSNumber numberWithDouble:error->retry_after_ms / 1000.0]
             forKey:MMORetryAfterKey];
  *out = [NSError errorWithDomain:MMOErrorDomain code:error->status userInfo:info];
}

/* Frees the C error. */
static BOOL succeeded(momo_error *failure, NSError **out) {
  if (failure == NULL)
    return YES;
  give(failure, out);
  momo_free_error(failure);
  return NO;
}

/* Makes a call whose last argument is for an error; NO if it failed. */
#define CALL(out, function, ...)                                                                   \
  ({                                                                                               \
    momo_error *failure = NULL;                                                                    \
    function(__VA_ARGS__, &failure);                                                               \
    succeeded(failure, out);                                                                       \
  })

/* An argument that must not reach C, where it would be absent or cut off. */
static BOOL usable(NSString *argument, NSString *name, NSError **out) {
  const char *utf8 = [argument UTF8String];
  if (utf8 != NULL && strlen(utf8) == [argument lengthOfBytesUsingEncoding:NSUTF8StringEncoding])
    return YES;
  NSString *message = [name stringByAppendingString:@" is absent or has a NUL in it"];
  give(&(momo_error){MOMO_INVALID_ARGUMENT, 0, -1, [message UTF8String], "", "", 0}, out);
  return NO;
}

static void log_line(void *logger, int32_t level, const char *line) {
  /* The thread may have no pool of its own. */
  NSAutoreleasePool *pool = [NSAutoreleasePool new];
  /* Nothing may be raised through C. */
  @try {
    [(id<MMOLogger>)logger logLine:text(line) level:(momo_log_level)level];
  } @catch (...) {
  }
  [pool drain];
}

static void release_logger(void *logger) { [(id)logger release]; }

@implementation MMOConfig

- (instancetype)init {
  if ((self = [super init]) != nil)
    _config = momo_create_config();
  return self;
}

- (void)dealloc {
  momo_free_config(_config);
  [super dealloc];
}

- (momo_config *)handle {
  return _config;
}

- (BOOL)setOption:(NSString *)name value:(NSString *)value error:(NSError **)error {
  return usable(value, name, error) &&
         CALL(error, momo_set_option, _config, [name UTF8String], [value UTF8String]);
}

- (BOOL)setOptionsFromEnvironment:(NSError **)error {
  return CALL(error, momo_set_options_from_env, _config);
}

- (BOOL)setLogger:(id<MMOLogger>)logger level:(momo_log_level)level error:(NSError **)error {
  /* The library releases it, also where this call fails. */
  return CALL(error, momo_set_logger, _config, logger != nil ? log_line : NULL,
              [(id)logger retain], logger != nil ? release_logger : NULL, level);
}

@end

@implementation MMOToken

- (instancetype)initWithToken:(const momo_token *)token {
  if ((self = [super init]) != nil) {
    /* The members that this header knows of, which every library that is no older returns. */
    _numbers = *token;
    _accessToken = [text(token->access_token) retain];
    _tokenType = [text(token->token_type) retain];
  }
  return self;
}

- (instancetype)initWithAccessToken:(NSString *)accessToken expiresIn:(int64_t)seconds {
  const momo_token token = {[accessToken UTF8String], "access_token", "", seconds, 0, seconds, 0, -1};
  return [self initWithToken:&token];
}

- (void)dealloc {
  [_accessToken release];
  [_tokenType release];
  [super dealloc];
}

@synthesize accessToken = _accessToken, tokenType = _tokenType;
/* clang-format off */
- (NSString *)authorization { return [@"Bearer " stringByAppendingString:_accessToken]; }
- (int64_t)expiresIn { return _numbers.expires_in; }
- (int64_t)expiresAt { return _numbers.expires_at; }
- (int64_t)lifetime { return _numbers.lifetime; }
- (int32_t)refreshStatus { return _numbers.refresh_status; }
- (int64_t)refreshIn { return _numbers.refresh_in; }
/* clang-format on */

@end

typedef momo_status (*token_call)(const momo_client *, int64_t, momo_token **, momo_error **);

static int64_t milliseconds(NSTimeInterval timeout) {
  /* The library refuses -2. More than a day is a day, so that an infinite time is no overflow. */
  return timeout >= 0 ? (int64_t)ceil(fmin(timeout, 24 * 3600) * 1000) : -2;
}

@implementation MMOClient

/* Takes the client. */
- (instancetype)initWithClient:(momo_client *)client {
  if ((self = [super init]) != nil)
    _client = client;
  return self;
}

+ (MMOClient *)clientFromEnvironment:(NSError **)error {
  MMOConfig *config = [[MMOConfig new] autorelease];
  if (![config setOptionsFromEnvironment:error])
    return nil;
  return [[[self alloc] initWithConfig:config error:error] autorelease];
}

- (instancetype)initWithConfig:(MMOConfig *)config error:(NSError **)error {
  momo_client *client = NULL;
  if (CALL(error, momo_create_client, [config handle], &client))
    return [self initWithClient:client];
  [self release];
  return nil;
}

- (MMOClient *)clone {
  return [[[MMOClient alloc] initWithClient:momo_clone_client(_client)] autorelease];
}

- (void)dealloc {
  momo_free_client(_client);
  [super dealloc];
}

- (MMOToken *)tokenFrom:(token_call)call timeout:(int64_t)timeout_ms error:(NSError **)error {
  momo_token *token = NULL;
  if (!CALL(error, call, _client, timeout_ms, &token))
    return nil;
  MMOToken *copy = [[[MMOToken alloc] initWithToken:token] autorelease];
  momo_free_token(token);
  return copy;
}

- (MMOToken *)token:(NSError **)error {
  return [self tokenFrom:momo_get_token timeout:-1 error:error];
}

- (MMOToken *)tokenWithTimeout:(NSTimeInterval)timeout error:(NSError **)error {
  return [self tokenFrom:momo_get_token timeout:milliseconds(timeout) error:error];
}

- (MMOToken *)createTokenWithTimeout:(NSTimeInterval)timeout error:(NSError **)error {
  return [self tokenFrom:momo_create_token timeout:milliseconds(timeout) error:error];
}

- (BOOL)invalidateToken:(id)token error:(NSError **)error {
  NSString *accessToken = [token isKindOfClass:[MMOToken class]] ? [token accessToken] : token;
  return usable([accessToken length] > 0 ? accessToken : nil, @"the token", error) &&
         CALL(error, momo_invalidate_token, _client, [accessToken UTF8String]);
}

- (NSArray *)options:(NSError **)error {
  momo_option *first = NULL;
  if (!CALL(error, momo_get_options, _client, &first))
    return nil;
  NSMutableArray *all = [NSMutableArray array];
  const momo_option *each;
  for (each = first; each != NULL; each = each->next)
    [all addObject:[NSDictionary dictionaryWithObjectsAndKeys:
                                     text(each->name), @"name", text(each->value), @"value",
                                     text(each->source), @"source",
                                     text(each->warning), @"warning", nil]];
  momo_free_options(first);
  return all;
}

- (BOOL)getStats:(momo_stats *)stats error:(NSError **)error {
  momo_stats *found = NULL;
  if (!CALL(error, momo_get_stats, _client, &found))
    return NO;
  *stats = *found;
  momo_free_stats(found);
  return YES;
}

/* clang-format off */
+ (void)clearCache { momo_clear_cache(); }
+ (NSString *)version { return text(momo_version()); }
- (void)cancel { momo_cancel_client(_client); }
/* clang-format on */

@end
