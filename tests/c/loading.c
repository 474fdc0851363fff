/* Loads the library on one thread and forks on another at each step of its loading.
 *   loading LIBRARY */
#include "host.h"

#include <dlfcn.h>

void *__libc_malloc(size_t);

static _Thread_local long until_held;
static atomic_int state;
enum { RUNNING, HELD, RELEASED, ENDED };

/* In place of the C library's: the loading thread is held at an allocation of the library's own
 * constructor, not of the loader's. */
void *malloc(size_t size) {
  Dl_info caller = {0};
  if (until_held > 0 && dladdr(__builtin_return_address(0), &caller) != 0 &&
      strstr(caller.dli_fname, "libmomo") != NULL && --until_held == 0) {
    atomic_store(&state, HELD);
    while (atomic_load(&state) == HELD) pause_ms(1);
  }
  return __libc_malloc(size);
}

static const char *path;

static void *load(void *at) {
  until_held = *(long *)at;
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  until_held = 0;
  CHECK(library != NULL, "%s", dlerror());
  atomic_store(&state, ENDED);
  return NULL;
}

static void *release(void *unused) {
  (void)unused;
  pause_ms(20);
  int held = HELD;
  atomic_compare_exchange_strong(&state, &held, RELEASED);
  return NULL;
}

#define SYMBOL(name) \
  __typeof__(name) *name##_; \
  *(void **)&name##_ = dlsym(library, #name)

static void use(struct tally *tally) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  CHECK(library != NULL, "%s", dlerror());
  SYMBOL(momo_create_config);
  SYMBOL(momo_set_options_from_env);
  SYMBOL(momo_create_client);
  SYMBOL(momo_create_token);
  momo_config *config = momo_create_config_();
  momo_client *client = NULL;
  momo_token *token = NULL;
  CHECK(momo_set_options_from_env_(config, NULL) == MOMO_OK, "options");
  CHECK(momo_create_client_(config, &client, NULL) == MOMO_OK, "client");
  CHECK(momo_create_token_(client, -1, &token, NULL) == MOMO_OK, "token");
  atomic_fetch_add(&tally->requests, 1);
}

static _Noreturn void load_and_fork(long at, struct tally *tally) {
  pthread_t loader, releaser;
  limit_child();
  pthread_create(&loader, NULL, load, &at);
  while (atomic_load(&state) == RUNNING) pause_ms(1);
  if (atomic_load(&state) == ENDED) atomic_store(&tally->done, 1);
  pthread_create(&releaser, NULL, release, NULL);
  pid_t child = fork();
  if (child == 0) {
    limit_child();
    use(tally);
    _exit(0);
  }
  reap(child);
  pthread_join(loader, NULL);
  pthread_join(releaser, NULL);
  _exit(0);
}

int main(int argc, char **argv) {
  CHECK(argc == 2, "the library's path");
  path = argv[1];
  struct tally *tally = new_tally();
  long at = 1;
  for (; !atomic_load(&tally->done); at++) {
    pid_t child = fork();
    if (child == 0) load_and_fork(at, tally);
    reap(child);
  }
  CHECK(at > 5, "the library does nothing when it is loaded: %ld", at);
  printf("%ld requests\n", atomic_load(&tally->requests));
  return 0;
}
