/* libmomo for Objective-C: MMOConfig, MMOClient, MMOToken, MMOStats, NSError. Retain and release,
 * not ARC: compile MMOMomo.m with -fno-objc-arc where a project uses ARC. What each call does is
 * said in momo.h. */
#import <Foundation/Foundation.h>
#include <momo.h>

/* The domain of every NSError from here; its code is a momo_status, its localizedDescription one
 * line: what failed, why, what to do. */
extern NSString *const MMOErrorDomain;

/* In an error's userInfo. */
extern NSString *const MMOStatusNameKey; /* NSString: "MOMO_UNAUTHORIZED" */
extern NSString *const MMOHTTPStatusKey; /* NSNumber: 0 where no response came */
extern NSString *const MMOCodeKey;       /* NSString: the response's own code or support ID, or "" */
extern NSString *const MMOBodyKey;       /* NSString: the response, redacted, or "" */
extern NSString *const MMORetryAfterKey; /* NSNumber, seconds: absent where not known */

typedef enum {
  MMOLogLevelError = 1,
  MMOLogLevelWarning = 2,
  MMOLogLevelInformation = 3,
  MMOLogLevelDebug = 4
} MMOLogLevel;

@protocol MMOLogger
/* Called on the thread whose call it tells of, on several at once where several call. What it
 * raises is dropped. */
- (void)logLine:(NSString *)line level:(MMOLogLevel)level;
@end

/* The options of clients to be made, by name: docs/options.md. */
@interface MMOConfig : NSObject {
  momo_config *_config;
}
- (BOOL)setOption:(NSString *)name value:(NSString *)value error:(NSError **)error;
/* Every option that a MOMO_ variable names. */
- (BOOL)setOptionsFromEnvironment:(NSError **)error;
/* `level` is the most detailed one wanted. The logger is retained by the clients made from here;
 * nil takes it away. */
- (BOOL)setLogger:(id<MMOLogger>)logger level:(MMOLogLevel)level error:(NSError **)error;
/* For what momo.h has and this class has not. */
- (momo_config *)handle;
@end

@interface MMOToken : NSObject {
  NSString *_accessToken, *_tokenType, *_authorization;
  int64_t _expiresIn, _expiresAt, _lifetime, _refreshIn;
  int32_t _refreshStatus;
}
@property(nonatomic, readonly) NSString *accessToken;
@property(nonatomic, readonly) NSString *tokenType;
/* The value of the Authorization header to send. */
@property(nonatomic, readonly) NSString *authorization;
/* Seconds left when the call returned, Unix time in seconds, seconds: 0 where not known. */
@property(nonatomic, readonly) int64_t expiresIn;
@property(nonatomic, readonly) int64_t expiresAt;
@property(nonatomic, readonly) int64_t lifetime;
/* Why the last refresh failed, a momo_status; MOMO_OK where none did. */
@property(nonatomic, readonly) int32_t refreshStatus;
/* Seconds until a refresh is due, 0 where it is, -1 where there will be none. */
@property(nonatomic, readonly) int64_t refreshIn;
@end

/* Counters of what a client's token cost, copied: momo_stats in momo.h explains each. */
@interface MMOStats : NSObject {
  momo_stats _stats;
}
@property(nonatomic, readonly) int64_t requests, tokensIssued;
@property(nonatomic, readonly) int64_t networkFailures, credentialFailures, rateLimitFailures;
@property(nonatomic, readonly) int64_t serverFailures, responseFailures;
@property(nonatomic, readonly) int64_t retries, refreshes, failedRefreshes;
@property(nonatomic, readonly) int64_t waits, longestWaitMs, invalidations;
/* -1 before the first. */
@property(nonatomic, readonly) int64_t lastRequestMs;
/* A momo_status and Unix time in seconds; both 0 where none failed. */
@property(nonatomic, readonly) int64_t lastFailureStatus, lastFailureAt;
/* Seconds; 0 where there is no token. */
@property(nonatomic, readonly) int64_t tokenExpiresIn;
@property(nonatomic, readonly) int64_t cooldownMs;
/* Tokens of other processes, by the option cache. */
@property(nonatomic, readonly) int64_t tokensAdopted;
/* Of the token at hand: 1 the gateway, 2 a directory, 3 Redis; 0 where there is none. */
@property(nonatomic, readonly) int64_t tokenOrigin;
@end

/* Hands out tokens. Any number of threads may call on one client at once. */
@interface MMOClient : NSObject {
  momo_client *_client;
}
/* An MMOConfig whose options come from the environment. */
+ (MMOClient *)clientFromEnvironment:(NSError **)error;
- (instancetype)initWithConfig:(MMOConfig *)config error:(NSError **)error;

/* A token that is good now: to be called before each payment. Without a timeout it may take as
 * long as the option `timeout` says. With one, that is the call's whole time; where none is left (0
 * or less) the call does not block: a token at hand, or else MOMO_WOULD_BLOCK, and one is asked
 * for meanwhile. */
- (MMOToken *)token:(NSError **)error;
- (MMOToken *)tokenWithTimeout:(NSTimeInterval)timeout error:(NSError **)error;

/* A new token from the gateway at every call. */
- (MMOToken *)createToken:(NSError **)error;
- (MMOToken *)createTokenWithTimeout:(NSTimeInterval)timeout error:(NSError **)error;

/* The gateway refused this token elsewhere: it is not handed out again. */
- (BOOL)invalidateToken:(MMOToken *)token error:(NSError **)error;

/* A second handle, at little cost. -cancel of the clone ends the calls on the clone alone: make one
 * for a call that another thread may have to end. */
- (MMOClient *)clone;

/* The counters, for monitoring; asks nothing of the gateway. */
- (MMOStats *)stats:(NSError **)error;

/* Final: ends the calls in progress, those on clones too, and every later one. */
- (void)cancel;
@end
