/* What a host does that no page of the interface speaks of.
 *   attacks environment          counts who reads the environment once the client is made
 *   attacks cancel-thread        pthread_cancel of a thread within each call that can block
 *   attacks cancel-free          the same, before it frees a client that keeps a connection
 *   attacks cancel-first ROUNDS  momo_cancel_client meets a client's first call
 *   attacks no-descriptor        the process has no file descriptor left, for a while
 *   attacks no-thread            the user may have no thread more, for a while
 *   attacks descriptors          standard input and output are closed */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

static atomic_bool counting;
static atomic_long reads;

/* In place of the C library's: the program's own comes first. */
char *getenv(const char *name) {
  if (atomic_load(&counting)) {
    atomic_fetch_add(&reads, 1);
    dprintf(2, "%s is read\n", name);
  }
  size_t length = strlen(name);
  for (char **variable = environ; *variable != NULL; variable++)
    if (strncmp(*variable, name, length) == 0 && (*variable)[length] == '=')
      return *variable + length + 1;
  return NULL;
}

static void environment(void) {
  momo_client *client = new_client();
  atomic_store(&counting, 1);
  momo_token *token = take(momo_create_token, client);
  momo_free_token(token);
  get(client);
  token = take(momo_get_token, client);
  CHECK(momo_invalidate_token(client, token->access_token, NULL) == MOMO_OK, "invalidate");
  momo_free_token(token);
  get(client);
  momo_cancel_client(client);
  momo_free_client(client);
  atomic_store(&counting, 0);
  CHECK(atomic_load(&reads) == 0, "%ld", atomic_load(&reads));
}

static atomic_int begun, ended;

static void *call_and_end(void *client) {
  momo_token *token = NULL;
  atomic_store(&begun, 1);
  momo_status status = momo_create_token(client, 2000, &token, NULL);
  CHECK(status == MOMO_TIMED_OUT, "%s", momo_status_name(status));
  atomic_store(&ended, 1);
  pthread_testcancel();
  return NULL;
}

static void in_logger(void *user_data, int32_t level, const char *line) {
  (void)user_data, (void)level, (void)line;
  atomic_store(&begun, 1);
  pause_ms(2000); /* a cancellation point */
}

/* The thread that makes it is cancelled before it could free it. */
static momo_client *made;

static void *make_with_logger(void *unused) {
  made = client_with((const char *[]){"api_user", "no-uuid", NULL}, in_logger, NULL);
  atomic_store(&ended, 1);
  pthread_testcancel();
  return unused;
}

static void cancel_within(void *(*call)(void *), void *argument) {
  void *result = NULL;
  atomic_store(&begun, 0);
  atomic_store(&ended, 0);
  pthread_t thread = start_thread(call, argument);
  while (!atomic_load(&begun)) pause_ms(1);
  pause_ms(100);
  CHECK(!atomic_load(&ended), "the call is over too soon");
  pthread_cancel(thread);
  pthread_join(thread, &result);
  CHECK(result == PTHREAD_CANCELED, "the thread was not cancelled after the call");
  CHECK(atomic_load(&ended), "the call did not come to its end");
}

static void cancel_thread(void) {
  momo_client *client = new_client();
  cancel_within(call_and_end, client);
  cancel_within(make_with_logger, NULL);
  momo_free_client(made);
  momo_free_client(client);
}

static void *free_and_end(void *client) {
  pthread_cancel(pthread_self());
  momo_free_client(client);
  atomic_store(&ended, 1);
  pthread_testcancel();
  return NULL;
}

static void cancel_free(void) {
  momo_client *client = new_client();
  create(client, new_tally()); /* it keeps its connection: to close that is a cancellation point */
  void *result = NULL;
  pthread_join(start_thread(free_and_end, client), &result);
  CHECK(atomic_load(&ended) && result == PTHREAD_CANCELED, "the thread did not end after the call");
}

static void *call_once(void *client) {
  momo_token *token = NULL;
  atomic_store(&begun, 1);
  momo_status status = momo_create_token(client, -1, &token, NULL);
  CHECK(status == MOMO_CANCELLED, "%s", momo_status_name(status));
  return NULL;
}

static void cancel_first(long rounds) {
  for (long i = 0; i < rounds; i++) {
    momo_client *client = new_client();
    atomic_store(&begun, 0);
    pthread_t thread = start_thread(call_once, client);
    while (!atomic_load(&begun)) {
    }
    int64_t until = now_ns() + i % 200 * 1000;
    while (now_ns() < until) {
    }
    momo_cancel_client(client);
    pthread_join(thread, NULL);
    momo_free_client(client);
  }
}

static void descriptors(void) {
  momo_client *client = new_client();
  close(0);
  close(1);
  create(client, new_tally()); /* it keeps its connection */
  for (int i = 0; i < 2; i++)
    CHECK(fcntl(i, F_GETFD) == -1 && errno == EBADF, "descriptor %d was taken", i);
  momo_free_client(client);
}

static rlim_t limit(int resource, rlim_t most) {
  struct rlimit limit;
  getrlimit(resource, &limit);
  rlim_t before = limit.rlim_cur;
  limit.rlim_cur = most;
  CHECK(setrlimit(resource, &limit) == 0, "setrlimit");
  return before;
}

/* By a name: known from an earlier call, or not. The lack is named, and over when there is more. */
static void ask_with_limit(momo_client *client, int resource, rlim_t most, const char *lack) {
  momo_token *token = NULL;
  momo_error *error = NULL;
  rlim_t before = limit(resource, most);
  momo_status status = momo_create_token(client, 5000, &token, &error);
  limit(resource, before);
  CHECK(status == MOMO_CONNECT_FAILED, "%s", momo_status_name(status));
  CHECK(strstr(error->message, lack) != NULL, "%s", error->message);
  CHECK(strstr(error->message, "no address") == NULL, "%s", error->message);
  momo_free_error(error);
  create(client, new_tally());
}

static void no_descriptor(void) {
  momo_client *first = new_client(), *second = new_client();
  ask_with_limit(first, RLIMIT_NOFILE, 3, "no file descriptor left");
  ask_with_limit(second, RLIMIT_NOFILE, 3, "no file descriptor left");
  momo_free_client(first);
  momo_free_client(second);
}

static void no_thread(void) {
  momo_client *client = new_client();
  CHECK(geteuid() != 0 || setuid(64999) == 0, "setuid"); /* root has no such limit */
  ask_with_limit(client, RLIMIT_NPROC, 0, "no thread can be started");
  momo_free_client(client);
}

int main(int argc, char **argv) {
  CHECK(argc >= 2, "what");
  if (strcmp(argv[1], "environment") == 0) environment();
  else if (strcmp(argv[1], "cancel-thread") == 0) cancel_thread();
  else if (strcmp(argv[1], "cancel-free") == 0) cancel_free();
  else if (strcmp(argv[1], "cancel-first") == 0) cancel_first(atol(argv[2]));
  else if (strcmp(argv[1], "no-descriptor") == 0) no_descriptor();
  else if (strcmp(argv[1], "no-thread") == 0) no_thread();
  else if (strcmp(argv[1], "descriptors") == 0) descriptors();
  else CHECK(0, "%s", argv[1]);
  return 0;
}
