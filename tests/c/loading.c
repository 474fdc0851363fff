/* Loads the library, uses it, unloads it.
 *   loading again LIBRARY    a hundred times
 *   loading thread LIBRARY   the same, while a thread that has used it lives on, to end later
 *   loading fork LIBRARY     loads it on one thread and forks on another at each step of its loading */
#include "host.h"

#include <dlfcn.h>

enum { ROUNDS = 100 };

void *__libc_malloc(size_t);

static _Thread_local long until_held;
static atomic_int state;
enum { RUNNING, HELD, RELEASED, ENDED };

/* In place of the C library's: the loading thread is held at an allocation of the library's own
 * constructor, not of the loader's. AddressSanitizer has its own, and nothing that it instruments
 * can run as early as this does: under it there is no `loading fork`. */
#ifndef __SANITIZE_ADDRESS__
void *malloc(size_t size) {
  Dl_info caller = {0};
  if (until_held > 0 && dladdr(__builtin_return_address(0), &caller) != 0 &&
      strstr(caller.dli_fname, "libmomo") != NULL && --until_held == 0) {
    atomic_store(&state, HELD);
    while (atomic_load(&state) == HELD) pause_ms(1);
  }
  return __libc_malloc(size);
}
#endif

static const char *path;
static struct tally *tally;

static void *load(void) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  CHECK(library != NULL, "%s", dlerror());
  return library;
}

#define FIND(name)                            \
  __typeof__(name) *name##_;                  \
  *(void **)&name##_ = dlsym(library, #name); \
  CHECK(name##_ != NULL, "%s", dlerror())

static void *use(void *library) {
  FIND(momo_create_config);
  FIND(momo_set_options_from_env);
  FIND(momo_create_client);
  FIND(momo_free_config);
  FIND(momo_get_token);
  FIND(momo_create_token);
  FIND(momo_free_token);
  FIND(momo_free_client);
  momo_config *config = momo_create_config_();
  momo_client *client = NULL;
  momo_token *token = NULL;
  CHECK(momo_set_options_from_env_(config, NULL) == MOMO_OK, "options");
  CHECK(momo_create_client_(config, &client, NULL) == MOMO_OK, "client");
  momo_free_config_(config);
  CHECK(momo_get_token_(client, -1, &token, NULL) == MOMO_OK, "get");
  momo_free_token_(token);
  CHECK(momo_create_token_(client, -1, &token, NULL) == MOMO_OK, "create");
  momo_free_token_(token);
  atomic_fetch_add(&tally->requests, 1);
  momo_free_client_(client);
  return NULL;
}

static pthread_barrier_t used, unloaded;

static void *use_and_live_on(void *library) {
  use(library);
  pthread_barrier_wait(&used);
  pthread_barrier_wait(&unloaded);
  return NULL;
}

static void load_again(int with_thread) {
  pthread_barrier_init(&used, NULL, 2);
  pthread_barrier_init(&unloaded, NULL, 2);
  for (int i = 0; i < ROUNDS; i++) {
    pthread_t thread;
    void *library = load();
    if (with_thread) {
      thread = start_thread(use_and_live_on, library);
      pthread_barrier_wait(&used);
    } else {
      use(library);
    }
    CHECK(dlclose(library) == 0, "%s", dlerror());
    if (with_thread) {
      pthread_barrier_wait(&unloaded);
      pthread_join(thread, NULL);
    }
  }
  /* The library stays, and so does the token of the one momo_get_token that asked. */
  atomic_fetch_add(&tally->requests, 1);
  void *still = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
  CHECK(still != NULL, "thread-local destructors would be gone");
}

static void *load_and_be_held(void *at) {
  until_held = *(long *)at;
  load();
  until_held = 0;
  atomic_store(&state, ENDED);
  return NULL;
}

static void *release(void *unused) {
  pause_ms(20);
  int held = HELD;
  atomic_compare_exchange_strong(&state, &held, RELEASED);
  return unused;
}

static _Noreturn void load_and_fork(long at) {
  limit_child();
  pthread_t loader = start_thread(load_and_be_held, &at);
  while (atomic_load(&state) == RUNNING) pause_ms(1);
  if (atomic_load(&state) == ENDED) atomic_store(&tally->done, 1);
  pthread_t releaser = start_thread(release, NULL);
  pid_t child = fork();
  if (child == 0) {
    limit_child();
    use(load());
    atomic_fetch_add(&tally->requests, 1);
    _exit(0);
  }
  reap(child);
  pthread_join(loader, NULL);
  pthread_join(releaser, NULL);
  _exit(0);
}

static void fork_at_each_step(void) {
  long at = 1;
  for (; !atomic_load(&tally->done); at++) {
    pid_t child = fork();
    if (child == 0) load_and_fork(at);
    reap(child);
  }
  CHECK(at > 5, "the library does nothing when it is loaded: %ld", at);
}

int main(int argc, char **argv) {
  CHECK(argc == 3, "what, and the library's path");
  path = argv[2];
  tally = new_tally();
  if (strcmp(argv[1], "fork") == 0) fork_at_each_step();
  else load_again(strcmp(argv[1], "thread") == 0);
  printf("%ld requests\n", atomic_load(&tally->requests));
  return 0;
}
