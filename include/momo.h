/**
 * @file
 * C interface of libmomo: access tokens for MTN Mobile Money's Partner Gateway.
 *
 * Make a config with momo_create_config(), set its options, and make a client from it with
 * momo_create_client(). Then call momo_get_token() before each payment.
 *
 * @par Ownership
 * You own what a function returns or stores through an output parameter. Free it with the
 * momo_free_ function of its type, on any thread. These functions accept NULL. A struct owns its
 * strings. The library copies the strings that you pass if it needs them after the call.
 *
 * @par Errors
 * A function that can fail returns a #momo_status and has a last parameter `error`, which may be
 * NULL. The call sets every output to NULL first. On success `*error` stays NULL. On failure the
 * other outputs stay NULL, and `*error` is an error that you own. Any of these functions may also
 * return #MOMO_INTERNAL, which is a bug in the library. If memory runs out, the process ends.
 *
 * @par Threads and forks
 * Calls that take a const handle may run at the same time, on any threads. A call that takes a
 * handle that is not const must be the only one on that handle. A call needs 64 KiB of stack. It
 * is no cancellation point: a thread that another one cancels with pthread_cancel() ends after
 * the call. After a fork, both processes may go on with the same clients.
 *
 * @par Strings
 * Strings are UTF-8 and end with NUL. Control characters in a server's text are replaced.
 */

/*
 * SPDX-License-Identifier: MIT OR Apache-2.0
 * cbindgen makes this file. To change it, change the source and run `make headers`.
 */

#ifndef MOMO_H
#define MOMO_H

#include <stdint.h>

/** Version of this header. momo_version() returns the version of the loaded library. */
#define MOMO_VERSION "0.1.0"
/** First number of #MOMO_VERSION. */
#define MOMO_VERSION_MAJOR 0
/** Second number of #MOMO_VERSION. */
#define MOMO_VERSION_MINOR 1
/** Third number of #MOMO_VERSION. */
#define MOMO_VERSION_PATCH 0

/**
 * @def MOMO_API
 * Marks a function of the library. On Windows that is the DLL: there is no static library.
 */
#if defined(_WIN32)
#  define MOMO_API __declspec(dllimport)
#elif defined(__GNUC__)
#  define MOMO_API __attribute__((visibility("default")))
#else
#  define MOMO_API
#endif


/**
 * A status: the outcome of a call.
 *
 * A number never changes its meaning. New versions may add statuses, so handle a number that you
 * do not know. momo_status_name() returns the name.
 *
 * - 1 and 2: the program or an option is wrong.
 * - 10 to 14: no response came from the gateway. Try again later. Only if a certificate is not
 *   trusted (MOMO_TLS_FAILED), a person has to act.
 * - 15: `timeout_ms` was 0 and there is no token yet. Make the call again later.
 * - 16: the client was cancelled. It stays cancelled.
 * - 20 to 22: the gateway refused the credentials or the access. A person has to act.
 * - 23 and 24: the gateway refused for now. Try again later.
 * - 25 and 26: the response is not one of the gateway's. Check `base_url` and `product`.
 * - 30 and 99: the host or the library is at fault.
 *
 * @since 0.1.0
 * @ingroup momo_error
 */
typedef enum momo_status {
  /**
   * The call succeeded.
   */
  MOMO_OK = 0,
  /**
   * An argument is NULL but must not be, is not UTF-8, or is out of range.
   */
  MOMO_INVALID_ARGUMENT = 1,
  /**
   * An option is unknown, a value is bad, a credential is missing, or the trust store is not
   * usable. The call used no network.
   */
  MOMO_INVALID_CONFIG = 2,
  /**
   * The host has no address, or none on loopback for plain http, or no name server responds.
   */
  MOMO_RESOLVE_FAILED = 10,
  /**
   * The gateway or the proxy refused the connection or was unreachable, or this process lacks a
   * file descriptor, a thread or a port. The message says which.
   */
  MOMO_CONNECT_FAILED = 11,
  /**
   * The TLS handshake failed, or the certificate is not trusted. The message says why.
   */
  MOMO_TLS_FAILED = 12,
  /**
   * The time was up. `phase` and the message say where.
   */
  MOMO_TIMED_OUT = 13,
  /**
   * The connection broke before the whole response was there.
   */
  MOMO_CONNECTION_LOST = 14,
  /**
   * No token is at hand and `timeout_ms` is 0.
   */
  MOMO_WOULD_BLOCK = 15,
  /**
   * momo_cancel_client() was called on this client. Later calls on it end like this too.
   */
  MOMO_CANCELLED = 16,
  /**
   * The gateway refused the API user or the API key.
   */
  MOMO_UNAUTHORIZED = 20,
  /**
   * The gateway refused the subscription key.
   */
  MOMO_SUBSCRIPTION_KEY_REFUSED = 21,
  /**
   * The IP address or the user is not authorised, or a firewall refused the request.
   */
  MOMO_FORBIDDEN = 22,
  /**
   * There were too many requests, or the quota is spent. `retry_after_ms` says when to try
   * again, if that is known.
   */
  MOMO_RATE_LIMITED = 23,
  /**
   * The gateway failed (5xx).
   */
  MOMO_SERVER_ERROR = 24,
  /**
   * The response has another HTTP status, for example a redirect.
   */
  MOMO_UNEXPECTED_STATUS = 25,
  /**
   * The response has no usable token, is too large, or is broken HTTP.
   */
  MOMO_INVALID_RESPONSE = 26,
  /**
   * The directory of a file cache is unsafe.
   */
  MOMO_CACHE_FAILED = 30,
  /**
   * This is a bug in the library.
   */
  MOMO_INTERNAL = 99,
} momo_status;

/**
 * Levels of the log.
 *
 * @since 0.1.0
 * @ingroup momo_config
 */
typedef enum momo_log_level {
  /**
   * Why calls have no token: a request failed.
   */
  MOMO_LOG_ERROR = 1,
  /**
   * A problem that stops no call: check it.
   */
  MOMO_LOG_WARNING = 2,
  /**
   * What the library does: a request, its outcome.
   */
  MOMO_LOG_INFORMATION = 3,
  /**
   * Details: each attempt, each option.
   */
  MOMO_LOG_DEBUG = 4,
} momo_log_level;

/**
 * A phase: the step that a request is at.
 *
 * A number never changes its meaning. New versions may add phases, in any place of their order.
 *
 * @since 0.1.0
 * @ingroup momo_error
 */
typedef enum momo_phase {
  /**
   * There was no request, or the error says nothing of one.
   */
  MOMO_PHASE_NONE = 0,
  /**
   * Reading the files of the credentials, and what other processes have left.
   */
  MOMO_PHASE_PREPARE = 1,
  /**
   * Waiting for the request of another process (see the option `cache`).
   */
  MOMO_PHASE_OTHER_PROCESS = 2,
  /**
   * Looking up the host name.
   */
  MOMO_PHASE_RESOLVE = 3,
  /**
   * Connecting to the gateway or the proxy.
   */
  MOMO_PHASE_CONNECT = 4,
  /**
   * Asking the proxy for a tunnel.
   */
  MOMO_PHASE_PROXY = 5,
  /**
   * The TLS handshake.
   */
  MOMO_PHASE_HANDSHAKE = 6,
  /**
   * Sending the request.
   */
  MOMO_PHASE_SEND = 7,
  /**
   * Waiting for the response.
   */
  MOMO_PHASE_WAIT = 8,
  /**
   * Reading the response. The gateway's refusals come from here.
   */
  MOMO_PHASE_READ = 9,
  /**
   * Waiting before the next attempt.
   */
  MOMO_PHASE_BACKOFF = 10,
} momo_phase;

/**
 * Origins of a token, as `token_origin` of #momo_stats has them.
 *
 * @since 0.1.0
 * @ingroup momo_stats
 */
typedef enum momo_token_origin {
  /**
   * There is no token.
   */
  MOMO_TOKEN_FROM_NOWHERE = 0,
  /**
   * The gateway issued it to this process.
   */
  MOMO_TOKEN_FROM_GATEWAY = 1,
  /**
   * A directory (see the option `cache`).
   */
  MOMO_TOKEN_FROM_DIRECTORY = 2,
  /**
   * A Redis server.
   */
  MOMO_TOKEN_FROM_REDIS = 3,
} momo_token_origin;

/**
 * A client: an opaque type that never changes once it is made.
 *
 * Any number of threads may call functions on one client at the same time.
 *
 * @ingroup momo_client
 */
typedef struct momo_client momo_client;

/**
 * Options of the clients that you make from it: an opaque type.
 *
 * @ingroup momo_config
 */
typedef struct momo_config momo_config;

/**
 * An error: why a call failed.
 *
 * You own it. Free it with momo_free_error(). New versions may add fields at the end, so do not
 * copy the struct by value. No string in it is NULL: a string is "" if there is nothing to say. No
 * string contains a secret.
 *
 * @since 0.1.0
 * @ingroup momo_error
 */
typedef struct momo_error {
  /**
   * The status that the call returned.
   */
  enum momo_status status;
  /**
   * HTTP status of the response; 0 if there was no response.
   */
  int32_t http_status;
  /**
   * Milliseconds to wait before another call is useful; -1 if that is not known.
   */
  int64_t retry_after_ms;
  /**
   * One line of UTF-8: what failed, why, and what to do. If there was a request, it names
   * the host and the number of attempts.
   */
  const char *message;
  /**
   * Error code of the response, or support ID of a firewall's page: at most 128 bytes of UTF-8.
   */
  const char *code;
  /**
   * Body of the response without secrets: at most 4096 bytes of UTF-8, "" for a 2xx status.
   */
  const char *body;
  /**
   * A #momo_phase: where the request failed, or where it is if only this call's time was up.
   */
  int32_t phase;
} momo_error;

/**
 * A logger: a function of your program that writes one line of the log.
 *
 * @param user_data  The pointer given to momo_set_logger().
 * @param level      A #momo_log_level.
 * @param line       One line of UTF-8 without secrets. It is valid only during the call.
 *
 * The library calls the logger on the thread of a call, before that call returns. The lines are
 * about that call and about requests in the background. The library holds no lock meanwhile, so
 * the logger may call this library. Several threads may be in the logger at once.
 *
 * The logger must not throw, longjmp or end its thread. It must not free the client or the config
 * that it is called for. If another thread cancels this one (pthread_cancel), the cancellation
 * takes effect after the call.
 *
 * @since 0.1.0
 * @ingroup momo_config
 */
typedef void (*momo_log_fn)(void *user_data, int32_t level, const char *line);

/**
 * A token: your own copy.
 *
 * You own it. Free it with momo_free_token(), which also wipes it. New versions may add fields at
 * the end, so do not copy the struct by value. No string in it is NULL.
 *
 * @since 0.1.0
 * @ingroup momo_token
 */
typedef struct momo_token {
  /**
   * The token, exactly as the gateway sent it.
   */
  const char *access_token;
  /**
   * The type from the gateway, "" if it sent none. MTN sends "access_token", not "Bearer".
   */
  const char *token_type;
  /**
   * Value of the Authorization header to send: "Bearer " and the token.
   */
  const char *authorization;
  /**
   * Seconds left when the call returned, at least 1; 0 if the gateway sent no usable lifetime.
   */
  int64_t expires_in;
  /**
   * Unix time in seconds when the token expires; 0 if that is not known.
   */
  int64_t expires_at;
  /**
   * Lifetime in seconds that the gateway sent with the token, at most 86400; 0 if it sent none.
   */
  int64_t lifetime;
  /**
   * Why the last refresh failed: a momo_status; MOMO_OK (0) if it did not.
   */
  int32_t refresh_status;
  /**
   * Seconds until a refresh is due, rounded up; 0 if it is due now. -1 if there will be none,
   * because the option `cache` is `none` or the lifetime is not known. You need not act on it:
   * momo_get_token() refreshes the token.
   */
  int64_t refresh_in;
} momo_token;

/**
 * An option of a client, in a list.
 *
 * You own the list. Free it with momo_free_options(). New versions may add fields at the end, so
 * do not copy the struct by value. No string in it is NULL. No string contains a secret.
 *
 * @since 0.1.0
 * @ingroup momo_options
 */
typedef struct momo_option {
  /**
   * Name of the option, as momo_set_option() takes it.
   */
  const char *name;
  /**
   * Value that is used; "" if the option is not set. Of a credential it is the length, for
   * example "36 characters". Of a proxy and a Redis server it is the address.
   */
  const char *value;
  /**
   * Source of the value: for example "the default", "set by the program", "from MOMO_TIMEOUT"
   * or "from /run/secrets/api_key"; "not set" if there is no value.
   */
  const char *source;
  /**
   * What is likely to be a mistake, and what to check; "" if nothing is.
   */
  const char *warning;
  /**
   * The next option, in the order of docs/options.md; NULL after the last.
   */
  const struct momo_option *next;
} momo_option;

/**
 * Counters of a client's requests and token.
 *
 * You own it. Free it with momo_free_stats(). New versions may add fields at the end, so do not
 * copy the struct by value.
 *
 * Equal clients that use one token have the same counters. The counters begin at 0 with the first
 * of these clients. They go on in a forked child, and after credentials in files have changed.
 * `requests` is the sum of `tokens_issued`, the failures and the cancelled requests.
 *
 * @since 0.1.0
 * @ingroup momo_stats
 */
typedef struct momo_stats {
  /**
   * HTTP requests to the gateway that have ended. Each retry counts.
   */
  int64_t requests;
  /**
   * Requests that returned a token.
   */
  int64_t tokens_issued;
  /**
   * Requests that failed with MOMO_RESOLVE_FAILED to MOMO_CONNECTION_LOST.
   */
  int64_t network_failures;
  /**
   * Requests that failed with MOMO_UNAUTHORIZED to MOMO_FORBIDDEN.
   */
  int64_t credential_failures;
  /**
   * Requests that failed with MOMO_RATE_LIMITED.
   */
  int64_t rate_limit_failures;
  /**
   * Requests that failed with MOMO_SERVER_ERROR.
   */
  int64_t server_failures;
  /**
   * Requests that failed with MOMO_UNEXPECTED_STATUS or MOMO_INVALID_RESPONSE.
   */
  int64_t response_failures;
  /**
   * Requests that repeated one that failed.
   */
  int64_t retries;
  /**
   * Refreshes of a stale token.
   */
  int64_t refreshes;
  /**
   * Refreshes that failed. The token at hand stayed in use.
   */
  int64_t failed_refreshes;
  /**
   * Calls that had to wait for a request of the library, also if they gave up. Calls with
   * `timeout_ms` 0 that look again count as one per request. A call that makes the request on its
   * own thread does not count.
   */
  int64_t waits;
  /**
   * Longest of these waits, in milliseconds.
   */
  int64_t longest_wait_ms;
  /**
   * Tokens that momo_invalidate_token() invalidated.
   */
  int64_t invalidations;
  /**
   * Duration of the last request in milliseconds; -1 before the first.
   */
  int64_t last_request_ms;
  /**
   * Status of the last failed request, a momo_status; MOMO_OK (0) if none failed.
   */
  int64_t last_failure_status;
  /**
   * Unix time in seconds of the last failure; 0 if none failed.
   */
  int64_t last_failure_at;
  /**
   * Seconds left of the current token; 0 if there is none.
   */
  int64_t token_expires_in;
  /**
   * Milliseconds left of the cooldown after a failure; 0 if there is none.
   */
  int64_t cooldown_ms;
  /**
   * Tokens of other processes taken from a directory or a Redis server (see the option `cache`).
   */
  int64_t tokens_adopted;
  /**
   * Origin of the current token: a #momo_token_origin.
   */
  int64_t token_origin;
} momo_stats;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Returns the version of the loaded library, for example "0.1.0".
 *
 * #MOMO_VERSION is the version of the header.
 *
 * @return A static string. It is never NULL. Do not free it.
 *
 * Any thread may call this function at any time. It does not block.
 *
 * @since 0.1.0
 * @ingroup libmomo
 */
MOMO_API const char *momo_version(void);

/**
 * Frees an error and its strings.
 *
 * @param error  An error from this library, or NULL: then the call does nothing.
 *
 * Any thread may free it, once. After a fork, each process frees its own. Freeing never blocks.
 *
 * @since 0.1.0
 * @ingroup momo_error
 */
MOMO_API void momo_free_error(struct momo_error *error);

/**
 * Returns the name of a status, for example "MOMO_OK" for 0.
 *
 * @param status  A momo_status, or any other number.
 * @return A static string, never NULL. It is "MOMO_UNKNOWN" for an unknown number. Do not free it.
 *
 * Any thread may call this function at any time. It does not block.
 *
 * @since 0.1.0
 * @ingroup momo_error
 */
MOMO_API const char *momo_status_name(int32_t status);

/**
 * Creates a config that has the default of every option.
 *
 * @return A config that you own. Free it with momo_free_config(). NULL is a bug in this library;
 *         the functions that take a config then return MOMO_INVALID_ARGUMENT.
 *
 * Any thread may call this function at any time. It does not block.
 *
 * @since 0.1.0
 * @ingroup momo_config
 */
MOMO_API struct momo_config *momo_create_config(void);

/**
 * Sets one option. docs/options.md lists the options with their values and defaults.
 *
 * The call checks the value now, without network. If it refuses the value, the option keeps its
 * former value. The message of the error does not repeat a value that may be secret.
 *
 * @param config      A config; not NULL.
 * @param name        Name of the option; not NULL. The string is copied.
 * @param value       Value of the option; not NULL. The string is copied.
 * @param[out] error  Where to store the error, or NULL. Free it with momo_free_error().
 * @return MOMO_OK, MOMO_INVALID_ARGUMENT, or MOMO_INVALID_CONFIG if the name or value is invalid.
 *
 * No other call may use the config at the same time. The call does not block.
 *
 * @since 0.1.0
 * @ingroup momo_config
 */
MOMO_API
enum momo_status momo_set_option(struct momo_config *config,
                                 const char *name,
                                 const char *value,
                                 struct momo_error **error);

/**
 * Sets every option that has an environment variable: MOMO_ and the option's name in upper case.
 *
 * If one value is bad, the call sets no option. An empty variable counts as unset. The call logs a
 * warning for each MOMO_ variable that names no option. If there is no logger yet, the next one
 * that you set gets it. If the program runs with more rights than its caller (set-uid), the call
 * reads no variable and logs a warning.
 *
 * @param config      A config; not NULL.
 * @param[out] error  Where to store the error, or NULL. Free it with momo_free_error().
 * @return MOMO_OK, MOMO_INVALID_ARGUMENT, or MOMO_INVALID_CONFIG if a value is bad.
 *
 * No other call may use the config, and no thread may change the environment, at the same time.
 * The call does not block.
 *
 * @since 0.1.0
 * @ingroup momo_config
 */
MOMO_API
enum momo_status momo_set_options_from_env(struct momo_config *config,
                                           struct momo_error **error);

/**
 * Frees a config and wipes the credentials in it. The clients made from it stay usable.
 *
 * @param config  A config from this library, or NULL: then the call does nothing.
 *
 * Any thread may free the config, once, after its last call has returned. Freeing never blocks.
 *
 * @since 0.1.0
 * @ingroup momo_config
 */
MOMO_API void momo_free_config(struct momo_config *config);

/**
 * Sets the logger of the clients that you make from this config later.
 *
 * The library calls `free_user_data` once, if it is not NULL, as soon as nothing can use
 * `user_data` any more. That is when the config and the last client made from it are freed, or
 * when another logger replaces this one. If the call fails, or if `log` is NULL, that is before it
 * returns. The library calls it on the thread of the call that ends the last use.
 *
 * @param config          A config; not NULL.
 * @param log             The logger, or NULL for none.
 * @param user_data       Passed to `log` and `free_user_data`; may be NULL. It belongs to the
 *                        library until `free_user_data` is called.
 * @param free_user_data  Frees `user_data`; may be NULL.
 * @param level           The most detailed level to log, from 1 (errors only) to 4 (everything).
 * @param[out] error      Where to store the error, or NULL. Free it with momo_free_error().
 * @return MOMO_OK or MOMO_INVALID_ARGUMENT.
 *
 * No other call may use the config at the same time. The call does not block.
 *
 * @since 0.1.0
 * @ingroup momo_config
 */
MOMO_API
enum momo_status momo_set_logger(struct momo_config *config,
                                 momo_log_fn log,
                                 void *user_data,
                                 void (*free_user_data)(void *user_data),
                                 int32_t level,
                                 struct momo_error **error);

/**
 * Creates a client from a config. The call does not use the network.
 *
 * It reads the files with credentials, the trust store and these environment variables:
 * - SSL_CERT_FILE and SSL_CERT_DIR if `ca` is `system`
 * - HTTPS_PROXY, ALL_PROXY and NO_PROXY, in upper or lower case, if `proxy` is `env`; HTTP_PROXY
 *   has no effect
 * - XDG_RUNTIME_DIR, on Windows LOCALAPPDATA, if `cache` is `file:` without a directory
 *
 * If the program runs with more rights than its caller (set-uid), the call reads none of them. No
 * later call on the client reads the environment, except that the C library may read variables of
 * its own when it looks up a host name. Later changes of the config or the environment do not
 * affect the client.
 *
 * The library reads a changed file with credentials (`api_user_file` and its like) again before a
 * request, and once after the gateway refused the credentials. It waits until the files have been
 * unchanged for a second, so that it never sends a new user with an old key. Until then, or if the
 * new credentials are invalid, the old ones stay in use; a warning says why. The token at hand
 * stays in use until it expires.
 *
 * At level 4 the client logs what momo_get_options() lists, and its warnings at level 2: for
 * example if `api_user` is not a UUID, or if `api_key` and the subscription key are the same.
 *
 * @param config       A config; not NULL.
 * @param[out] client  Where to store the client; not NULL. Free it with momo_free_client().
 * @param[out] error   Where to store the error, or NULL. Free it with momo_free_error().
 * @return MOMO_OK, MOMO_INVALID_ARGUMENT, MOMO_INVALID_CONFIG if the options are not complete and
 *         usable (a credential is missing, or the trust store is empty), or MOMO_CACHE_FAILED if
 *         the directory of a file cache is unsafe.
 *
 * No thread may change the config or the environment at the same time. A client made before a fork
 * works in both processes. The call blocks only to read files.
 *
 * @since 0.1.0
 * @ingroup momo_client
 */
MOMO_API
enum momo_status momo_create_client(const struct momo_config *config,
                                    struct momo_client **client,
                                    struct momo_error **error);

/**
 * Creates a clone of a client. Make one for each call that you may want to cancel.
 *
 * A clone and its client have the same options, credentials, token, requests, connections, counters
 * and logger. A clone costs little: the call reads no file, no environment and no network.
 *
 * momo_cancel_client() on the clone ends the calls on the clone alone. On the client it also ends
 * the calls on its clones.
 *
 * @param client  A client, or NULL.
 * @return A clone that you own. Free it with momo_free_client(), before or after the client. NULL
 *         if `client` is NULL; otherwise NULL is a bug in this library.
 *
 * Any thread may make this call at any time. A clone made before a fork works in both processes.
 * The call does not block.
 *
 * @since 0.1.0
 * @ingroup momo_client
 */
MOMO_API struct momo_client *momo_clone_client(const struct momo_client *client);

/**
 * Cancels a client for good: calls on it and on its clones end with MOMO_CANCELLED.
 *
 * Calls in progress end within 100 ms, and later ones at once. Only momo_invalidate_token() goes
 * on. Calls on other clients go on, and so do calls on the client that this one is a clone of. A
 * request of momo_get_token() goes on for them, until every client of its token is cancelled.
 *
 * @param client  A client, or NULL: then the call does nothing. You still have to free it.
 *
 * Any thread may make this call at any time, but a signal handler must not. After a fork, calls in
 * the other process go on. The call does not block.
 *
 * @since 0.1.0
 * @ingroup momo_client
 */
MOMO_API void momo_cancel_client(const struct momo_client *client);

/**
 * Frees a client. Tokens that you got from it stay valid.
 *
 * The process keeps its token for equal clients until the token expires (see the option `cache`).
 * It keeps at most 256 tokens that no client uses. A request in the background goes on, then wipes
 * and frees what it needs.
 *
 * @param client  A client from this library, or NULL: then the call does nothing.
 *
 * Any thread may free the client, once, after its last call has returned. Freeing never blocks.
 *
 * @since 0.1.0
 * @ingroup momo_client
 */
MOMO_API void momo_free_client(struct momo_client *client);

/**
 * Asks the gateway for a new token: the operation CreateAccessToken.
 *
 * Before a payment call momo_get_token() instead: MTN advises against a token per transaction.
 * The new token never comes from a cache, and no cooldown delays the request. momo_get_token()
 * returns the new token from then on.
 *
 * @param client      A client; not NULL.
 * @param timeout_ms  How long the call may take in milliseconds, retries included. -1 is the
 *                    option `timeout`. With 0 the call always ends with MOMO_WOULD_BLOCK. More
 *                    than a day counts as a day. No other negative number is valid.
 * @param[out] token  Where to store the token; not NULL. Free it with momo_free_token().
 * @param[out] error  Where to store the error, or NULL. Free it with momo_free_error().
 * @return MOMO_OK, or any status from MOMO_INVALID_ARGUMENT to MOMO_INVALID_RESPONSE.
 *
 * Any number of threads may make this call on one client at the same time. The call blocks for at
 * most `timeout_ms`.
 *
 * @since 0.1.0
 * @ingroup momo_token
 */
MOMO_API
enum momo_status momo_create_token(const struct momo_client *client,
                                   int64_t timeout_ms,
                                   struct momo_token **token,
                                   struct momo_error **error);

/**
 * Gets a valid token. Call it before each payment.
 *
 * If a valid token is at hand, the call returns a copy at once. It waits for no network, no name
 * server and no other thread. If that token is stale (see the option `refresh_margin`), the
 * library refreshes it on a thread of its own: one attempt of at most 5 s. If the refresh fails,
 * the token stays in use and `refresh_status` says why.
 *
 * If no valid token is at hand, the library makes one request, and all calls that need a token
 * wait for its outcome, each for its own time at most. After a failure the library makes no
 * request for a cooldown, and the calls return the same failure at once. The cooldown is 125 ms to
 * 5 s, or what the gateway asked for, at most 60 s. `retry_after_ms` says how much of it is left.
 *
 * If the option `refresh` is `caller`, or if no thread can be started, the call that finds a
 * request due makes it on its own thread and within its own time.
 *
 * If the option `cache` is `none`, the call does what momo_create_token() does. If it names a
 * directory or a Redis server, the library first looks there for a token or a failure of another
 * process. If another process is making a request, the library waits for it, but keeps half of
 * its time, or 5 s if that is less, for a request of its own. A failure of the cache is logged.
 * It ends no call.
 *
 * With `timeout_ms` 0 the call never blocks. It returns the token at hand, or in a cooldown its
 * failure. Otherwise it returns MOMO_WOULD_BLOCK, and the library makes the request in the
 * background. An event loop needs no worker and no timer for this: it makes the call again. The
 * message of MOMO_WOULD_BLOCK is that of a time-out: it says what the request is doing.
 * `retry_after_ms` says when to look again. It is -1 if a call with `timeout_ms` 0 cannot succeed:
 * if `refresh` is `caller`, `cache` is `none`, no thread can be started, or the gateway issues
 * tokens without a lifetime.
 *
 * The thread in the background blocks every signal and calls no function of your program. It goes
 * on after momo_free_client(), and momo_cancel_client() may end it. The process may exit or fork
 * while it runs. The next call that has a logger and uses the same token logs its last 32 lines.
 *
 * @param client      A client; not NULL.
 * @param timeout_ms  Milliseconds that the call may take. -1 is the option `timeout`. 0 never
 *                    blocks. More than a day counts as a day. No other negative number is valid.
 * @param[out] token  Where to store the token; not NULL. Free it with momo_free_token().
 * @param[out] error  Where to store the error, or NULL. Free it with momo_free_error().
 * @return MOMO_OK, or any status from MOMO_INVALID_ARGUMENT to MOMO_INVALID_RESPONSE.
 *
 * Any number of threads may make this call on one client at the same time. A forked child goes on
 * with its parent's token. If a valid token is at hand the call does not block, except for a
 * refresh on its own thread, which takes at most 5 s. Otherwise it blocks for at most
 * `timeout_ms`.
 *
 * @since 0.1.0
 * @ingroup momo_token
 */
MOMO_API
enum momo_status momo_get_token(const struct momo_client *client,
                                int64_t timeout_ms,
                                struct momo_token **token,
                                struct momo_error **error);

/**
 * Invalidates a token that the gateway refused, for example with a 401 to a payment.
 *
 * The library remembers the last 8 invalidated tokens and never returns one again. If the gateway
 * issues the same text once more, that call ends with MOMO_UNAUTHORIZED.
 *
 * If another token is the current one by now, that one stays in use, so a hundred threads that saw
 * the same refusal cause one request. An invalidation causes at most one new token per 5 s. If
 * that one is invalidated too, momo_get_token() returns MOMO_UNAUTHORIZED until the 5 s are over.
 *
 * @param client        A client; not NULL.
 * @param access_token  The `access_token` of the refused token; not NULL. The call reads the
 *                      string and does not keep it.
 * @param[out] error    Where to store the error, or NULL. Free it with momo_free_error().
 * @return MOMO_OK or MOMO_INVALID_ARGUMENT.
 *
 * Any thread may make this call at any time. It does not block, unless the option `cache` names a
 * directory or a Redis server. Then the call also removes that token there, which takes a file
 * operation or at most 500 ms.
 *
 * @since 0.1.0
 * @ingroup momo_token
 */
MOMO_API
enum momo_status momo_invalidate_token(const struct momo_client *client,
                                       const char *access_token,
                                       struct momo_error **error);

/**
 * Forgets and wipes every token that the process keeps, of every client.
 *
 * Tokens that you got stay as they are. So do the tokens in a directory or a Redis server.
 *
 * Any thread may call this function at any time. After a fork, the other process keeps its tokens.
 * The call does not block.
 *
 * @since 0.1.0
 * @ingroup momo_token
 */
MOMO_API void momo_clear_cache(void);

/**
 * Wipes and frees a token and its strings.
 *
 * @param token  A token from this library, or NULL: then the call does nothing.
 *
 * Any thread may free it, once. After a fork, each process frees its own. Freeing never blocks.
 *
 * @since 0.1.0
 * @ingroup momo_token
 */
MOMO_API void momo_free_token(struct momo_token *token);

/**
 * Lists all options of a client, with their values, sources and warnings.
 *
 * It is for people who look for a mistake: the list may go into a ticket. The credentials are those
 * in use now. The library reads changed files before a request.
 *
 * @param client        A client; not NULL.
 * @param[out] options  Where to store the first option; not NULL. Free the list with
 *                      momo_free_options().
 * @param[out] error    Where to store the error, or NULL. Free it with momo_free_error().
 * @return MOMO_OK or MOMO_INVALID_ARGUMENT.
 *
 * Any number of threads may make this call on one client at the same time. It does not block,
 * reads no file and makes no request.
 *
 * @since 0.1.0
 * @ingroup momo_options
 */
MOMO_API
enum momo_status momo_get_options(const struct momo_client *client,
                                  struct momo_option **options,
                                  struct momo_error **error);

/**
 * Frees a list of options and their strings.
 *
 * @param options  The first option of a list from this library. NULL does nothing.
 *
 * Any thread may free it, once. After a fork, each process frees its own. Freeing never blocks.
 *
 * @since 0.1.0
 * @ingroup momo_options
 */
MOMO_API void momo_free_options(struct momo_option *options);

/**
 * Gets the counters of a client, for a monitoring system that polls them.
 *
 * @param client      A client; not NULL.
 * @param[out] stats  Where to store the counters; not NULL. Free them with momo_free_stats().
 * @param[out] error  Where to store the error, or NULL. Free it with momo_free_error().
 * @return MOMO_OK or MOMO_INVALID_ARGUMENT.
 *
 * Any number of threads may make this call on one client at the same time. It reads the counters
 * one after the other while requests go on. It does not block and makes no request.
 *
 * @since 0.1.0
 * @ingroup momo_stats
 */
MOMO_API
enum momo_status momo_get_stats(const struct momo_client *client,
                                struct momo_stats **stats,
                                struct momo_error **error);

/**
 * Frees counters.
 *
 * @param stats  Counters from this library, or NULL: then the call does nothing.
 *
 * Any thread may free them, once. After a fork, each process frees its own. Freeing never blocks.
 *
 * @since 0.1.0
 * @ingroup momo_stats
 */
MOMO_API void momo_free_stats(struct momo_stats *stats);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MOMO_H */
