/* To be preloaded into a worker of the soak test: a library with the fault that SOAK_FAULT names.
 * Else it is the real one. */
#include <dlfcn.h>
#include <fcntl.h>

#include "host.h"

enum { LONG_MS = 1500 };

static momo_error planted = {.retry_after_ms = -1, .message = "planted", .code = "", .body = ""};

static int fault_is(const char *name) { return strcmp(getenv("SOAK_FAULT"), name) == 0; }

void momo_free_error(momo_error *error) {
  void (*real)(momo_error *) = NULL;
  *(void **)&real = dlsym(RTLD_NEXT, "momo_free_error");
  if (error != &planted) real(error);
}

/* In place of whatever the call ended with. */
static momo_status fail(momo_status status, const char *message, momo_token **token,
                        momo_error **error) {
  momo_free_error(*error);
  momo_free_token(*token);
  planted.status = status;
  planted.message = message;
  *token = NULL;
  *error = &planted;
  return status;
}

/* The program's own copy, before it sees it. */
static char *text_of(const momo_token *token) { return (char *)token->access_token; }

/* All tokens are of one length. */
static void give_the_first(momo_token *token) {
  static char first[9000];
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  if (first[0] == '\0') snprintf(first, sizeof first, "%s", text_of(token));
  if (strlen(first) == strlen(text_of(token))) strcpy(text_of(token), first);
  pthread_mutex_unlock(&lock);
}

static void *sleep_for_ever(void *unused) {
  for (;;) pause();
  return unused;
}

/* Some ten times what tests/soak/figures.rs leaves room for, in as few calls as a busy machine makes. */
static void grow(void) {
  /* Which no compiler sees to be of no use. */
  void *(*volatile allocate)(size_t) = malloc;
  if (fault_is("heap")) CHECK(allocate(1 << 14) != NULL, "memory");
  if (fault_is("resident")) {
    char *pages = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(pages, 1, 1 << 20);
  }
  if (fault_is("threads")) start_thread(sleep_for_ever, NULL);
  if (fault_is("descriptors")) open("/dev/null", O_RDONLY);
}

momo_status momo_get_token(const momo_client *client, int64_t timeout_ms, momo_token **token,
                           momo_error **error) {
  static atomic_int calls;
  hand *real = NULL;
  *(void **)&real = dlsym(RTLD_NEXT, "momo_get_token");
  momo_status status = real(client, timeout_ms, token, error);
  if (*token != NULL && fault_is("forged")) text_of(*token)[0] = '-';
  if (*token != NULL && fault_is("expired")) give_the_first(*token);
  if (timeout_ms < 0 && fault_is("recovery")) return fail(MOMO_TIMED_OUT, "", token, error);
  if (atomic_fetch_add(&calls, 1) % 20 != 19) return status;
  grow();
  if (fault_is("crash")) abort();
  if (fault_is("hang")) sleep_for_ever(NULL);
  if (fault_is("late") && timeout_ms == 0) pause_ms(LONG_MS);
  if (fault_is("waits") && timeout_ms < 0) pause_ms(LONG_MS);
  if (fault_is("fails")) return fail(MOMO_TIMED_OUT, "", token, error);
  if (fault_is("status")) return fail(MOMO_INTERNAL, "", token, error);
  if (fault_is("would-block") && timeout_ms != 0) return fail(MOMO_WOULD_BLOCK, "", token, error);
  if (fault_is("secret")) return fail(MOMO_TIMED_OUT, "the token eyJ0eXA", token, error);
  return status;
}

momo_status momo_invalidate_token(const momo_client *client, const char *access_token,
                                  momo_error **error) {
  momo_status (*real)(const momo_client *, const char *, momo_error **) = NULL;
  *(void **)&real = dlsym(RTLD_NEXT, "momo_invalidate_token");
  return fault_is("refused") ? MOMO_OK : real(client, access_token, error);
}
