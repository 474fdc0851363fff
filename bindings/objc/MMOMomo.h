/* libmomo for Objective-C: MMOConfig, MMOClient, MMOToken, NSError. Retain and release,
 * not ARC: compile MMOMomo.m with -fno-objc-arc if a project uses ARC. What each call does is
 * said in momo.h. */
#import <Foundation/Foundation.h>
#include <momo.h>

/* The domain of every NSError from here; its code is a momo_status, its localizedDescription the
 * message. In its userInfo: */
extern NSString *const MMOErrorDomain;
extern NSString *const MMOStatusNameKey; /* NSString: "MOMO_UNAUTHORIZED" */
extern NSString *const MMOHTTPStatusKey; /* NSNumber: 0 if there was no response */
extern NSString *const MMOCodeKey;       /* NSString: the response's own code or support ID, or "" */
extern NSString *const MMOBodyKey;       /* NSString: the response, redacted, or "" */
extern NSString *const MMORetryAfterKey; /* NSNumber, seconds: absent if not known */

@protocol MMOLogger
/* Called on the thread whose call it tells of, on several at once if several call. What it
 * raises is dropped. */
- (void)logLine:(NSString *)line level:(momo_log_level)level;
@end

/* The options of clients to be made, by name: docs/options.md. */
@interface MMOConfig : NSObject {
  momo_config *_config;
}
/* A value that is nil or has a NUL in it is refused. */
- (BOOL)setOption:(NSString *)name value:(NSString *)value error:(NSError **)error;
/* Every option that a MOMO_ variable names. */
- (BOOL)setOptionsFromEnvironment:(NSError **)error;
/* `level` is the most detailed wanted. Clients made from here retain the logger; nil is none. */
- (BOOL)setLogger:(id<MMOLogger>)logger level:(momo_log_level)level error:(NSError **)error;
/* For what momo.h has and this class has not. */
- (momo_config *)handle;
@end

@interface MMOToken : NSObject {
  NSString *_accessToken, *_tokenType;
  momo_token _numbers;
}
/* For tests without a gateway. */
- (instancetype)initWithAccessToken:(NSString *)accessToken expiresIn:(int64_t)seconds;
@property(nonatomic, readonly) NSString *accessToken;
@property(nonatomic, readonly) NSString *tokenType;
/* The value of the Authorization header to send. */
@property(nonatomic, readonly) NSString *authorization;
/* As in momo_token. */
@property(nonatomic, readonly) int64_t expiresIn, expiresAt, lifetime, refreshIn;
@property(nonatomic, readonly) int32_t refreshStatus;
@end

/* Hands out tokens. Any number of threads may call on one client at once. */
@interface MMOClient : NSObject {
  momo_client *_client;
}
+ (MMOClient *)clientFromEnvironment:(NSError **)error;
- (instancetype)initWithConfig:(MMOConfig *)config error:(NSError **)error;

/* A token that is good now: to be called before each payment. Without a timeout that is the option
 * `timeout`. 0 does not block: a token at hand, or MOMO_WOULD_BLOCK. A negative one is refused. */
- (MMOToken *)token:(NSError **)error;
- (MMOToken *)tokenWithTimeout:(NSTimeInterval)timeout error:(NSError **)error;

/* A new token from the gateway at every call. */
- (MMOToken *)createTokenWithTimeout:(NSTimeInterval)timeout error:(NSError **)error;

/* The gateway refused this token, an MMOToken or its text, elsewhere: it is not handed out again. */
- (BOOL)invalidateToken:(id)token error:(NSError **)error;

/* A second handle, at little cost. -cancel of the clone ends the calls on the clone alone: make one
 * for a call that another thread may have to end. */
- (MMOClient *)clone;

/* Every option as it is used: dictionaries of strings, by "name", "value" (of a credential its
 * length), "source" and "warning". */
- (NSArray *)options:(NSError **)error;

/* The counters, for monitoring; asks nothing of the gateway. As in momo.h. */
- (BOOL)getStats:(momo_stats *)stats error:(NSError **)error;

/* Final: ends the calls in progress, those on clones too, and every later one. */
- (void)cancel;

+ (void)clearCache;
+ (NSString *)version;
@end
