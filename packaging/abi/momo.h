typedef enum momo_status {
  MOMO_OK = 0,
  MOMO_INVALID_ARGUMENT = 1,
  MOMO_INVALID_CONFIG = 2,
  MOMO_RESOLVE_FAILED = 10,
  MOMO_CONNECT_FAILED = 11,
  MOMO_TLS_FAILED = 12,
  MOMO_TIMED_OUT = 13,
  MOMO_CONNECTION_LOST = 14,
  MOMO_WOULD_BLOCK = 15,
  MOMO_CANCELLED = 16,
  MOMO_UNAUTHORIZED = 20,
  MOMO_SUBSCRIPTION_KEY_REFUSED = 21,
  MOMO_FORBIDDEN = 22,
  MOMO_RATE_LIMITED = 23,
  MOMO_SERVER_ERROR = 24,
  MOMO_UNEXPECTED_STATUS = 25,
  MOMO_INVALID_RESPONSE = 26,
  MOMO_CACHE_FAILED = 30,
  MOMO_INTERNAL = 99,
} momo_status;
typedef enum momo_log_level {
  MOMO_LOG_ERROR = 1,
  MOMO_LOG_WARNING = 2,
  MOMO_LOG_INFORMATION = 3,
  MOMO_LOG_DEBUG = 4,
} momo_log_level;
typedef enum momo_phase {
  MOMO_PHASE_NONE = 0,
  MOMO_PHASE_PREPARE = 1,
  MOMO_PHASE_OTHER_PROCESS = 2,
  MOMO_PHASE_RESOLVE = 3,
  MOMO_PHASE_CONNECT = 4,
  MOMO_PHASE_PROXY = 5,
  MOMO_PHASE_HANDSHAKE = 6,
  MOMO_PHASE_SEND = 7,
  MOMO_PHASE_WAIT = 8,
  MOMO_PHASE_READ = 9,
  MOMO_PHASE_BACKOFF = 10,
} momo_phase;
typedef enum momo_token_origin {
  MOMO_TOKEN_FROM_NOWHERE = 0,
  MOMO_TOKEN_FROM_GATEWAY = 1,
  MOMO_TOKEN_FROM_DIRECTORY = 2,
  MOMO_TOKEN_FROM_REDIS = 3,
} momo_token_origin;
typedef struct momo_client momo_client;
typedef struct momo_config momo_config;
typedef struct momo_error {
  enum momo_status status;
  int32_t http_status;
  int64_t retry_after_ms;
  const char *message;
  const char *code;
  const char *body;
  int32_t phase;
} momo_error;
typedef void (*momo_log_fn)(void *user_data, int32_t level, const char *line);
typedef struct momo_token {
  const char *access_token;
  const char *token_type;
  const char *authorization;
  int64_t expires_in;
  int64_t expires_at;
  int64_t lifetime;
  int32_t refresh_status;
  int64_t refresh_in;
} momo_token;
typedef struct momo_option {
  const char *name;
  const char *value;
  const char *source;
  const char *warning;
  const struct momo_option *next;
} momo_option;
typedef struct momo_stats {
  int64_t requests;
  int64_t tokens_issued;
  int64_t network_failures;
  int64_t credential_failures;
  int64_t rate_limit_failures;
  int64_t server_failures;
  int64_t response_failures;
  int64_t retries;
  int64_t refreshes;
  int64_t failed_refreshes;
  int64_t waits;
  int64_t longest_wait_ms;
  int64_t invalidations;
  int64_t last_request_ms;
  int64_t last_failure_status;
  int64_t last_failure_at;
  int64_t token_expires_in;
  int64_t cooldown_ms;
  int64_t tokens_adopted;
  int64_t token_origin;
} momo_stats;
const char *momo_version(void);
void momo_free_error(struct momo_error *error);
const char *momo_status_name(int32_t status);
struct momo_config *momo_create_config(void);
enum momo_status momo_set_option(struct momo_config *config,
                                 const char *name,
                                 const char *value,
                                 struct momo_error **error);
enum momo_status momo_set_options_from_env(struct momo_config *config, struct momo_error **error);
void momo_free_config(struct momo_config *config);
enum momo_status momo_set_logger(struct momo_config *config,
                                 momo_log_fn log,
                                 void *user_data,
                                 void (*free_user_data)(void *user_data),
                                 int32_t level,
                                 struct momo_error **error);
enum momo_status momo_create_client(const struct momo_config *config,
                                    struct momo_client **client,
                                    struct momo_error **error);
struct momo_client *momo_clone_client(const struct momo_client *client);
void momo_cancel_client(const struct momo_client *client);
void momo_free_client(struct momo_client *client);
enum momo_status momo_create_token(const struct momo_client *client,
                                   int64_t timeout_ms,
                                   struct momo_token **token,
                                   struct momo_error **error);
enum momo_status momo_get_token(const struct momo_client *client,
                                int64_t timeout_ms,
                                struct momo_token **token,
                                struct momo_error **error);
enum momo_status momo_invalidate_token(const struct momo_client *client,
                                       const char *access_token,
                                       struct momo_error **error);
void momo_clear_cache(void);
void momo_free_token(struct momo_token *token);
enum momo_status momo_get_options(const struct momo_client *client,
                                  struct momo_option **options,
                                  struct momo_error **error);
void momo_free_options(struct momo_option *options);
enum momo_status momo_get_stats(const struct momo_client *client,
                                struct momo_stats **stats,
                                struct momo_error **error);
void momo_free_stats(struct momo_stats *stats);
