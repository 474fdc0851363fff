#import "MMOMomo.h"

#include <math.h>

NSString *const MMOErrorDomain = @"MMOErrorDomain";
NSString *const MMOStatusNameKey = @"MMOStatusName";
NSString *const MMOHTTPStatusKey = @"MMOHTTPStatus";
NSString *const MMOCodeKey = @"MMOCode";
NSString *const MMOBodyKey = @"MMOBody";
NSString *const MMORetryAfterKey = @"MMORetryAfter";

static NSString *text(const char *utf8) { return [NSString stringWithUTF8String:utf8]; }

/* Turns a call's outcome into Cocoa's. Frees the C error, which comes by its address because the
 * arguments of a C call are evaluated in any order: `failure` could be read before it is set. */
static BOOL succeeded(momo_status status, momo_error **failure, NSError **out) {
  momo_error *error = *failure;
  if (status == MOMO_OK)
    return YES;
  if (out != NULL) {
    NSMutableDictionary *info = [NSMutableDictionary dictionary];
    [info setObject:text(error->message) forKey:NSLocalizedDescriptionKey];
    [info setObject:text(momo_status_name(status)) forKey:MMOStatusNameKey];
    [info setObject:[NSNumber numberWithInt:error->http_status] forKey:MMOHTTPStatusKey];
    [info setObject:text(error->code) forKey:MMOCodeKey];
    [info setObject:text(error->body) forKey:MMOBodyKey];
    if (error->retry_after_ms >= 0)
      [info setObject:[NSNumber numberWithDouble:error->retry_after_ms / 1000.0]
               forKey:MMORetryAfterKey];
    *out = [NSError errorWithDomain:MMOErrorDomain code:status userInfo:info];
  }
  momo_free_error(error);
  return NO;
}

static void log_line(void *logger, int32_t level, const char *line) {
  /* The thread may have no pool of its own. */
  NSAutoreleasePool *pool = [NSAutoreleasePool new];
  /* Nothing may be raised through C. */
  @try {
    [(id<MMOLogger>)logger logLine:text(line) level:(MMOLogLevel)level];
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
  momo_error *failure = NULL;
  return succeeded(momo_set_option(_config, [name UTF8String], [value UTF8String], &failure),
                   &failure, error);
}

- (BOOL)setOptionsFromEnvironment:(NSError **)error {
  momo_error *failure = NULL;
  return succeeded(momo_set_options_from_env(_config, &failure), &failure, error);
}

- (BOOL)setLogger:(id<MMOLogger>)logger level:(MMOLogLevel)level error:(NSError **)error {
  momo_error *failure = NULL;
  /* The library releases it, also where this call fails. */
  return succeeded(momo_set_logger(_config, logger != nil ? log_line : NULL, [(id)logger retain],
                                   logger != nil ? release_logger : NULL, level, &failure),
                   &failure, error);
}

@end

@interface MMOToken ()
- (instancetype)initWithToken:(const momo_token *)token;
@end

@implementation MMOToken

@synthesize accessToken = _accessToken;
@synthesize tokenType = _tokenType;
@synthesize authorization = _authorization;
@synthesize expiresIn = _expiresIn;
@synthesize expiresAt = _expiresAt;
@synthesize lifetime = _lifetime;
@synthesize refreshStatus = _refreshStatus;
@synthesize refreshIn = _refreshIn;

- (instancetype)initWithToken:(const momo_token *)token {
  if ((self = [super init]) != nil) {
    _accessToken = [text(token->access_token) retain];
    _tokenType = [text(token->token_type) retain];
    _authorization = [text(token->authorization) retain];
    _expiresIn = token->expires_in;
    _expiresAt = token->expires_at;
    _lifetime = token->lifetime;
    _refreshStatus = token->refresh_status;
    _refreshIn = token->refresh_in;
  }
  return self;
}

- (void)dealloc {
  [_accessToken release];
  [_tokenType release];
  [_authorization release];
  [super dealloc];
}

@end

@interface MMOStats ()
- (instancetype)initWithStats:(const momo_stats *)stats;
@end

@implementation MMOStats

- (instancetype)initWithStats:(const momo_stats *)stats {
  if ((self = [super init]) != nil)
    /* What this header knows of, which every library that is no older hands out. */
    _stats = *stats;
  return self;
}

/* clang-format off */
- (int64_t)requests { return _stats.requests; }
- (int64_t)tokensIssued { return _stats.tokens_issued; }
- (int64_t)networkFailures { return _stats.network_failures; }
- (int64_t)credentialFailures { return _stats.credential_failures; }
- (int64_t)rateLimitFailures { return _stats.rate_limit_failures; }
- (int64_t)serverFailures { return _stats.server_failures; }
- (int64_t)responseFailures { return _stats.response_failures; }
- (int64_t)retries { return _stats.retries; }
- (int64_t)refreshes { return _stats.refreshes; }
- (int64_t)failedRefreshes { return _stats.failed_refreshes; }
- (int64_t)waits { return _stats.waits; }
- (int64_t)longestWaitMs { return _stats.longest_wait_ms; }
- (int64_t)invalidations { return _stats.invalidations; }
- (int64_t)lastRequestMs { return _stats.last_request_ms; }
- (int64_t)lastFailureStatus { return _stats.last_failure_status; }
- (int64_t)lastFailureAt { return _stats.last_failure_at; }
- (int64_t)tokenExpiresIn { return _stats.token_expires_in; }
- (int64_t)cooldownMs { return _stats.cooldown_ms; }
- (int64_t)tokensAdopted { return _stats.tokens_adopted; }
- (int64_t)tokenOrigin { return _stats.token_origin; }
/* clang-format on */

@end

typedef momo_status (*token_call)(const momo_client *, int64_t, momo_token **, momo_error **);

static const int64_t option_timeout = -1;

static int64_t milliseconds(NSTimeInterval timeout) {
  /* Less than nothing is what is left until a date that has passed; -1 would be the default.
   * More than a day is taken as a day, and this way an infinite time is no overflow. */
  return timeout > 0 ? (int64_t)ceil(fmin(timeout, 24 * 3600) * 1000) : 0;
}

@implementation MMOClient

+ (MMOClient *)clientFromEnvironment:(NSError **)error {
  MMOConfig *config = [[MMOConfig new] autorelease];
  if (![config setOptionsFromEnvironment:error])
    return nil;
  return [[[self alloc] initWithConfig:config error:error] autorelease];
}

- (instancetype)initWithConfig:(MMOConfig *)config error:(NSError **)error {
  momo_error *failure = NULL;
  if ((self = [super init]) == nil)
    return nil;
  if (!succeeded(momo_create_client([config handle], &_client, &failure), &failure, error)) {
    [self release];
    return nil;
  }
  return self;
}

/* Takes the client. */
- (instancetype)initWithClient:(momo_client *)client {
  if ((self = [super init]) == nil)
    momo_free_client(client);
  else
    _client = client;
  return self;
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
  momo_error *failure = NULL;
  MMOToken *copy = nil;
  if (succeeded(call(_client, timeout_ms, &token, &failure), &failure, error))
    copy = [[[MMOToken alloc] initWithToken:token] autorelease];
  momo_free_token(token);
  return copy;
}

- (MMOToken *)token:(NSError **)error {
  return [self tokenFrom:momo_get_token timeout:option_timeout error:error];
}

- (MMOToken *)tokenWithTimeout:(NSTimeInterval)timeout error:(NSError **)error {
  return [self tokenFrom:momo_get_token timeout:milliseconds(timeout) error:error];
}

- (MMOToken *)createToken:(NSError **)error {
  return [self tokenFrom:momo_create_token timeout:option_timeout error:error];
}

- (MMOToken *)createTokenWithTimeout:(NSTimeInterval)timeout error:(NSError **)error {
  return [self tokenFrom:momo_create_token timeout:milliseconds(timeout) error:error];
}

- (BOOL)invalidateToken:(MMOToken *)token error:(NSError **)error {
  momo_error *failure = NULL;
  return succeeded(momo_invalidate_token(_client, [[token accessToken] UTF8String], &failure),
                   &failure, error);
}

- (MMOStats *)stats:(NSError **)error {
  momo_stats *stats = NULL;
  momo_error *failure = NULL;
  MMOStats *copy = nil;
  if (succeeded(momo_get_stats(_client, &stats, &failure), &failure, error))
    copy = [[[MMOStats alloc] initWithStats:stats] autorelease];
  momo_free_stats(stats);
  return copy;
}

- (void)cancel {
  momo_cancel_client(_client);
}

@end
