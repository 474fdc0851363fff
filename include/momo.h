/*
 * libmomo: access tokens for MTN Mobile Money's Partner Gateway.
 *
 * What momo_create_* and the calls for tokens hand out is freed by the matching momo_free_*, on
 * any thread; each of those takes NULL. Every out-pointer is set to NULL before anything else: on
 * MOMO_OK the error stays NULL, otherwise the output does and an error that was asked for does
 * not. A call that takes a const handle may run together with any other; one that takes a plain
 * handle excludes all others on that handle. Text is UTF-8, NUL-terminated, and copied on its way
 * in. Running out of memory ends the process.
 *
 * A call wants 64 KiB of stack. It is no cancellation point: where pthread_cancel is called for a
 * thread within a call, that thread ends after the call.
 *
 * Options by name, with their environment variables: docs/options.md.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 * Generated from the source by cbindgen: change it there, then `make headers`.
 */

#ifndef MOMO_H
#define MOMO_H

#include <stdint.h>

/* The version of this header; momo_version() is that of the library. */
#define MOMO_VERSION "0.1.0"
#define MOMO_VERSION_MAJOR 0
#define MOMO_VERSION_MINOR 1
#define MOMO_VERSION_PATCH 0

/* Define MOMO_STATIC to link the static library on Windows. */
#if defined(_WIN32) && !defined(MOMO_STATIC)
#  define MOMO_API __declspec(dllimport)
#elif defined(__GNUC__)
#  define MOMO_API __attribute__((visibility("default")))
#else
#  define MOMO_API
#endif


/**
 * What a call ended with. Values are fixed for ever; new ones are added at the end of a group.
 *
 * The number also tells what to do: 10 to 16 are about the way to the gateway (try again later),
 * 20 to 22 about credentials (tell a person), 23 to 26 about the gateway's response.
 */
typedef enum momo_status {
  /**
   * The call did what it says.
   */
  MOMO_OK = 0,
  /**
   * NULL where a value is needed, text that is not UTF-8, a number out of range.
   */
  MOMO_INVALID_ARGUMENT = 1,
  /**
   * An unknown option, a bad value, a missing credential, an unusable trust store. Always
   * before any network.
   */
  MOMO_INVALID_CONFIG = 2,
  /**
   * The host name has no address, or, for plain http, none on loopback.
   */
  MOMO_RESOLVE_FAILED = 10,
  /**
   * Refused or unreachable; the proxy too. Also where this process lacks a file descriptor, a
   * thread or a port for it: the message says which.
   */
  MOMO_CONNECT_FAILED = 11,
  /**
   * The TLS handshake failed or the certificate is not trusted; the message says which rule.
   */
  MOMO_TLS_FAILED = 12,
  /**
   * The time was up, wherever it went.
   */
  MOMO_TIMED_OUT = 13,
  /**
   * The connection broke before a whole response came.
   */
  MOMO_CONNECTION_LOST = 14,
  /**
   * No token is at hand and timeout_ms is 0.
   */
  MOMO_WOULD_BLOCK = 15,
  /**
   * momo_cancel_client was called.
   */
  MOMO_CANCELLED = 16,
  /**
   * The API user or API key was refused.
   */
  MOMO_UNAUTHORIZED = 20,
  /**
   * The subscription key was refused.
   */
  MOMO_SUBSCRIPTION_KEY_REFUSED = 21,
  /**
   * Not allowed: an IP address that is not authorised, or a firewall in front of the gateway.
   */
  MOMO_FORBIDDEN = 22,
  /**
   * Too many requests, or a spent quota. retry_after_ms tells when to try again, where known.
   */
  MOMO_RATE_LIMITED = 23,
  /**
   * The gateway failed (5xx).
   */
  MOMO_SERVER_ERROR = 24,
  /**
   * Any other HTTP status, every redirect among them.
   */
  MOMO_UNEXPECTED_STATUS = 25,
  /**
   * A response that is not what the gateway sends: no usable token, too large, broken HTTP.
   */
  MOMO_INVALID_RESPONSE = 26,
  /**
   * The directory of a file cache is unsafe.
   */
  MOMO_CACHE_FAILED = 30,
  /**
   * A bug in this library.
   */
  MOMO_INTERNAL = 99,
} momo_status;

/**
 * A client: opaque, immutable once made. Any number of threads may call on it at once; free it
 * after the last call has returned.
 */
typedef struct momo_client momo_client;

/**
 * The options of clients to be made: opaque.
 */
typedef struct momo_config momo_config;

/**
 * Why a call failed: the caller's own, freed with momo_free_error(). Grows only at its end, so
 * never copy it by value. No string in it is NULL, none holds a secret: where there is nothing to
 * say it is "".
 */
typedef struct momo_error {
  /**
   * The same value that the call returned.
   */
  momo_status status;
  /**
   * The HTTP status of the response, or 0 where no response came.
   */
  int32_t http_status;
  /**
   * Milliseconds until another attempt is worth making, or -1 where no time is known.
   */
  int64_t retry_after_ms;
  /**
   * One line of UTF-8: what failed, why, what to do, and which host after how many attempts.
   */
  const char *message;
  /**
   * The response's own error code or a firewall's support ID, at most 128 bytes of UTF-8.
   */
  const char *code;
  /**
   * The response's body, redacted, at most 4096 bytes of UTF-8; "" for any 2xx.
   */
  const char *body;
} momo_error;

/**
 * A logger: `level` is 1 error, 2 warning, 3 information, 4 debug; `line` is UTF-8 without a line
 * break, valid during the call, and holds no secret.
 *
 * Called on the thread that made the call it tells of, before that call returns, with no lock
 * held: it may call this library. It must not throw, longjmp, end its thread, or free the client
 * or config that it is called for. A cancellation of its thread (pthread_cancel) waits meanwhile.
 * Several threads may be in it at once.
 */
typedef void (*momo_log_fn)(void *user_data, int32_t level, const char *line);

/**
 * A token: the caller's own copy, freed and wiped with momo_free_token(). Grows only at its end,
 * so never copy it by value. No string in it is NULL.
 */
typedef struct momo_token {
  /**
   * The token, exactly as the gateway sent it.
   */
  const char *access_token;
  /**
   * As the gateway sent it: MTN's says "access_token", not "Bearer"; "" where it sent none.
   */
  const char *token_type;
  /**
   * "Bearer " and the token: the value of the Authorization header to send.
   */
  const char *authorization;
  /**
   * Seconds left when the call returned, at least 1; 0 where the gateway named no usable
   * lifetime.
   */
  int64_t expires_in;
  /**
   * Unix time in seconds at which it expires; 0 where that is not known.
   */
  int64_t expires_at;
  /**
   * Seconds, as the gateway said when it issued it, at most 86400; 0 where it did not.
   */
  int64_t lifetime;
  /**
   * Why the last refresh failed, a momo_status; MOMO_OK (0) where none did.
   */
  int32_t refresh_status;
  /**
   * Seconds until a refresh is due, rounded up; 0 where it is due now, -1 where there will be
   * none (the option `cache` is none, or the lifetime is not known). Nothing has to be done
   * about it: momo_get_token() refreshes by itself.
   */
  int64_t refresh_in;
} momo_token;

/**
 * Counters of what a client's token cost: the caller's own, freed with momo_free_stats(). Grows
 * only at its end, so never copy it by value.
 *
 * Equal clients that share a token share its counters. They begin at 0 with the first of these
 * clients; they go on in a forked child, and where credentials in files have changed. `requests`
 * is the sum of `tokens_issued`, the failures, and what was cancelled.
 */
typedef struct momo_stats {
  /**
   * HTTP requests to the gateway that have ended, each retry counted.
   */
  int64_t requests;
  /**
   * Requests that brought a token.
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
   * Requests that were made because the one before them failed.
   */
  int64_t retries;
  /**
   * Refreshes of a stale token.
   */
  int64_t refreshes;
  /**
   * Refreshes that brought no token: the one at hand was used on.
   */
  int64_t failed_refreshes;
  /**
   * Calls that waited for the request of another call.
   */
  int64_t waits;
  /**
   * The longest of these waits in milliseconds.
   */
  int64_t longest_wait_ms;
  /**
   * Tokens given up by momo_invalidate_token().
   */
  int64_t invalidations;
  /**
   * What the last request took in milliseconds; -1 before the first.
   */
  int64_t last_request_ms;
  /**
   * What the last request that failed did so with, a momo_status; MOMO_OK (0) where none did.
   */
  int64_t last_failure_status;
  /**
   * When that was, in Unix seconds; 0 where none failed.
   */
  int64_t last_failure_at;
  /**
   * Seconds left of the current token; 0 where there is none.
   */
  int64_t token_expires_in;
  /**
   * Milliseconds left of the cooldown after a failure; 0 where there is none.
   */
  int64_t cooldown_ms;
  /**
   * Tokens of other processes that were taken from a directory or a Redis server (the option
   * `cache`).
   */
  int64_t tokens_adopted;
  /**
   * Where the current token is from: 1 the gateway, 2 a directory, 3 a Redis server; 0 where
   * there is none.
   */
  int64_t token_origin;
} momo_stats;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library that is loaded, "0.1.0". MOMO_VERSION is that of the header.
 *
 * Ownership: the string is static, never freed. NULL: never returned. Threads and forks: any.
 * Blocks: never. Since 0.1.0.
 */
MOMO_API const char *momo_version(void);

/**
 * Frees an error.
 *
 * Ownership: takes it; its strings go with it. NULL: nothing happens. Threads and forks: any
 * thread, once; a child frees its own copy. Blocks: never. Since 0.1.0.
 */
MOMO_API void momo_free_error(momo_error *error);

/**
 * The name of a status, "MOMO_OK" for 0 and so on; "MOMO_UNKNOWN" for a number that is none.
 *
 * Ownership: the string is static, never freed. NULL: never returned. Threads and forks: any.
 * Blocks: never. Since 0.1.0.
 */
MOMO_API const char *momo_status_name(int32_t status);

/**
 * Makes a config with every option at its default.
 *
 * Ownership: the caller's, freed with momo_free_config(). NULL: returned only for a bug of this
 * library; every function that takes it then says so. Threads and forks: any. Blocks: never.
 * Since 0.1.0.
 */
MOMO_API momo_config *momo_create_config(void);

/**
 * Sets one option by its name; the table of options is in docs/options.md.
 *
 * The value is checked now, before any network. Where it is refused the option keeps its value,
 * and the message does not repeat what may be a secret.
 *
 * Ownership: both strings are copied. NULL: `error` may be NULL, nothing else. Threads and forks:
 * no other call with this config at the same time. Blocks: never. Errors: MOMO_INVALID_ARGUMENT,
 * MOMO_INVALID_CONFIG. Since 0.1.0.
 */
MOMO_API
momo_status momo_set_option(momo_config *config,
                            const char *name,
                            const char *value,
                            momo_error **error);

/**
 * Sets every option that the environment names: MOMO_ and the option's name in upper case.
 *
 * All of them, or none where one is bad. Empty is unset; an unknown MOMO_ name is a line in the
 * log. In a program that runs with more rights than its caller (set-uid) none is read.
 *
 * Ownership: nothing is handed over. NULL: `error` may be NULL, `config` may not. Threads and
 * forks: no other call with this config, and no change of the environment, at the same time.
 * Blocks: never. Errors: MOMO_INVALID_ARGUMENT, MOMO_INVALID_CONFIG. Since 0.1.0.
 */
MOMO_API momo_status momo_set_options_from_env(momo_config *config, momo_error **error);

/**
 * Frees a config. Clients made from it live on.
 *
 * Ownership: takes it; credentials in it are wiped. NULL: nothing happens. Threads and forks: any
 * thread, once, with no other call on it. Blocks: never. Since 0.1.0.
 */
MOMO_API void momo_free_config(momo_config *config);

/**
 * Sets the logger of the clients made from this config later; NULL as `log` takes it away.
 *
 * `level` is the most detailed level wanted, 1 to 4. `free_user_data` is called once with
 * `user_data` when nothing can use it any more: when this config and the last client made from it
 * are freed, when another logger takes its place, or before this call returns where it fails.
 *
 * Ownership: `user_data` belongs to the library until `free_user_data` is called with it. NULL:
 * `user_data` and `free_user_data` may be NULL, `config` may not. Threads and forks: no other
 * call with this config at the same time. Blocks: never. Errors: MOMO_INVALID_ARGUMENT. Since
 * 0.1.0.
 */
MOMO_API
momo_status momo_set_logger(momo_config *config,
                            momo_log_fn log,
                            void *user_data,
                            void (*free_user_data)(void *user_data),
                            int32_t level,
                            momo_error **error);

/**
 * Makes a client from a config. Touches no network.
 *
 * Reads the files of credentials, the trust store and the environment: SSL_CERT_FILE and SSL_CERT_DIR for
 * ca=system, HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in both cases of letters (HTTP_PROXY
 * has no effect). No other call on the client reads the environment, except that the C library's
 * resolver may read variables of its own when it looks a host name up. Later changes of the config
 * or of the environment do not reach the client.
 *
 * Files of credentials (api_user_file and its like) are read again before a request where they
 * have changed, and once after the gateway refused what they held. Files that changed less than a
 * second ago are left alone, so that a new user and a former key are never sent together; until
 * then, and where what is in them is no good (a line in the log says why), the former credentials
 * are used. The token at hand stays in use until it ends.
 *
 * The log tells at level 4 the value of each option and where it came from (of a credential its
 * length). It warns where api_user is no UUID and where api_key and the subscription key are the
 * same.
 *
 * Ownership: the client is the caller's, freed with momo_free_client(). NULL: `client` is set to
 * NULL first and stays so on failure; `error` may be NULL. Threads and forks: any; a client made
 * before fork works in both processes. Blocks: as long as reading these
 * files. No change of the environment on another thread at the same time. Errors:
 * MOMO_INVALID_ARGUMENT; MOMO_INVALID_CONFIG where a credential is missing or the trust store has
 * nothing in it. Since 0.1.0.
 */
MOMO_API
momo_status momo_create_client(const momo_config *config,
                               momo_client **client,
                               momo_error **error);

/**
 * Makes a second handle of a client, with which single calls can be cancelled: cancel the clone.
 *
 * It shares everything with the client but its connections: options, credentials, token, request
 * in progress, counters, logger. Reads no file, no environment, no network, and costs little: a
 * clone for each call that may have to be cancelled is what it is meant for. momo_cancel_client()
 * of the clone ends the calls on the clone alone, that of the client those on its clones, too. A
 * request in the background belongs to the handle whose call began it: where momo_get_token() on
 * the client with `timeout_ms` 0 began it, cancelling a clone ends the wait and not the request.
 *
 * Ownership: the clone is the caller's, freed with momo_free_client(), before or after the client.
 * NULL: gives NULL for NULL, and otherwise only for a bug of this library. Threads and forks: any;
 * as for a client. Blocks: never. Since 0.1.0.
 */
MOMO_API momo_client *momo_clone_client(const momo_client *client);

/**
 * Ends every call in progress on this client and its clones, and every later one, with
 * MOMO_CANCELLED. Final. Ends the requests that these calls began in the background, too.
 *
 * Calls in progress end within 100 ms, whatever they wait for. Other clients, and the client that
 * this one is a clone of, are not touched, also where they share the token.
 *
 * Ownership: none changes hands; the client is still to be freed. NULL: nothing happens. Threads
 * and forks: any thread, but no signal handler; calls of the other process go on. Blocks: never.
 * Since 0.1.0.
 */
MOMO_API void momo_cancel_client(const momo_client *client);

/**
 * Frees a client. A token that it shared stays in the process for its equals until it expires. A
 * request in the background goes on, and what it needs is wiped and freed at its end.
 *
 * Ownership: takes it; tokens handed out live on. NULL: nothing happens. Threads and forks: any
 * thread, once, after the last call on it has returned. Blocks: never. Since 0.1.0.
 */
MOMO_API void momo_free_client(momo_client *client);

/**
 * Asks the gateway for a new token: the operation CreateAccessToken.
 *
 * Never from a cache, never delayed by a cooldown; the token becomes the one that momo_get_token()
 * hands out. Programs that pay want momo_get_token(): MTN advises against a token per
 * transaction.
 *
 * `timeout_ms` is the call's whole time, retries included: -1 is the option `timeout`, 0 never
 * blocks and so always ends with MOMO_WOULD_BLOCK; more than a day is taken as a day.
 *
 * Ownership: the token is the caller's, freed with momo_free_token(). NULL: `token` is set to NULL
 * first and stays so on failure; `error` may be NULL. Threads and forks: any number at once.
 * Blocks: at most `timeout_ms`. Errors: all from MOMO_INVALID_ARGUMENT to MOMO_INVALID_RESPONSE.
 * Since 0.1.0.
 */
MOMO_API
momo_status momo_create_token(const momo_client *client,
                              int64_t timeout_ms,
                              momo_token **token,
                              momo_error **error);

/**
 * A token that is good now: what programs call before each payment.
 *
 * Fresh: a copy of the token at hand, without lock or network. Stale (the option
 * `refresh_margin`): the token at hand, too, and a thread of the library asks for a new one, at
 * most 5 s and once; where that fails `refresh_status` says why. While a valid token is at hand
 * no call waits for a network, a name server or another thread. With the option `refresh` set to
 * caller, and where no thread can be started, the caller who finds the token stale asks by itself.
 * Expired or none: one caller asks, the others wait and share the outcome. After a failure the
 * same failure is given back for a cooldown of 250 ms to 5 s, or as long as the gateway asked for,
 * at most 60 s: `retry_after_ms` says how long.
 *
 * Where the option `cache` names a directory or a Redis server, whoever is to ask looks there first
 * for a token, or a failure, of another process, and waits for one that is asking already until
 * half of its own time is left, or 5 s where that is less; then it asks by itself. What fails there
 * is a line in the log and stops no call.
 *
 * `timeout_ms` is the call's whole time: -1 is the option `timeout`; more than a day is taken as a
 * day. 0 never blocks: it hands out the token at hand, or ends with MOMO_WOULD_BLOCK, and what is
 * to be asked of the gateway is asked in the background. An event loop calls so and asks again; it
 * needs no worker and no timer of its own. (With `refresh` set to caller, 0 asks for nothing.)
 *
 * The background thread blocks every signal, calls nothing of the host, goes on after
 * momo_free_client() and is ended by momo_cancel_client(); the process may exit or fork meanwhile.
 * What it has to say is logged by the next call on a client with a logger that shares the token,
 * at most the last 32 lines.
 *
 * Ownership: the token is the caller's, freed with momo_free_token(). NULL: `token` is set to NULL
 * first and stays so on failure; `error` may be NULL. Threads and forks: any number at once; a
 * forked child goes on with its parent's token. Blocks: not while a token is good, else at most
 * `timeout_ms`. Errors: all from MOMO_INVALID_ARGUMENT to MOMO_INVALID_RESPONSE. Since 0.1.0.
 */
MOMO_API
momo_status momo_get_token(const momo_client *client,
                           int64_t timeout_ms,
                           momo_token **token,
                           momo_error **error);

/**
 * Tells that the gateway refused a token (a 401 to a payment, say): it is never handed out again,
 * also where the gateway issues the same text once more (that call ends with MOMO_UNAUTHORIZED).
 *
 * The current token stays where it is another one by now, so a hundred threads that saw the same
 * refusal cause one request. The last 8 invalidated tokens are remembered. An invalidation causes
 * at most one new token per 5 s: where that one is invalidated at once too, momo_get_token() ends
 * with MOMO_UNAUTHORIZED until the 5 s are over.
 *
 * Ownership: the string is read during the call, not kept. NULL: `error` may be NULL, nothing
 * else. Threads and forks: any. Blocks: never, but where the option `cache` names a directory or a
 * Redis server: the token is removed there too, where it is still that one, which takes a file
 * operation or at most 500 ms. Errors: MOMO_INVALID_ARGUMENT. Since 0.1.0.
 */
MOMO_API
momo_status momo_invalidate_token(const momo_client *client,
                                  const char *access_token,
                                  momo_error **error);

/**
 * Forgets and wipes every token that this process holds, of every client; tokens handed out stay
 * as they are, and so do those that a directory or a Redis server holds for other processes.
 *
 * Ownership: none changes hands. Threads and forks: any; the other process keeps its own. Blocks:
 * never. Since 0.1.0.
 */
MOMO_API void momo_clear_cache(void);

/**
 * Wipes and frees a token.
 *
 * Ownership: takes it; its strings go with it. NULL: nothing happens. Threads and forks: any
 * thread, once; a child frees its own copy. Blocks: never. Since 0.1.0.
 */
MOMO_API void momo_free_token(momo_token *token);

/**
 * Gives the counters of a client: what a monitoring system wants to be told every minute or so.
 *
 * Ownership: the counters are the caller's, freed with momo_free_stats(). NULL: `stats` is set to
 * NULL first and stays so on failure; `error` may be NULL. Threads and forks: any number at once;
 * the counters are read one after the other while requests go on. Blocks: never, and asks nothing.
 * Errors: MOMO_INVALID_ARGUMENT. Since 0.1.0.
 */
MOMO_API
momo_status momo_get_stats(const momo_client *client,
                           momo_stats **stats,
                           momo_error **error);

/**
 * Frees counters.
 *
 * Ownership: takes them. NULL: nothing happens. Threads and forks: any thread, once; a child frees
 * its own copy. Blocks: never. Since 0.1.0.
 */
MOMO_API void momo_free_stats(momo_stats *stats);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MOMO_H */
