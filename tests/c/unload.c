/* Loads the library, uses it, unloads it.
 *   unload LIBRARY ROUNDS             a hundred times, say
 *   unload LIBRARY ROUNDS thread      while a thread that has used it lives on, to end later */
#include <dlfcn.h>

#include "host.h"

static struct {
  __typeof__(momo_create_config) *create_config;
  __typeof__(momo_set_options_from_env) *set_options_from_env;
  __typeof__(momo_create_client) *create_client;
  __typeof__(momo_free_config) *free_config;
  __typeof__(momo_free_client) *free_client;
  __typeof__(momo_get_token) *get_token;
  __typeof__(momo_create_token) *create_token;
  __typeof__(momo_free_token) *free_token;
} momo;

static void *find(void *library, const char *name) {
  void *symbol = dlsym(library, name);
  CHECK(symbol != NULL, "%s", dlerror());
  return symbol;
}

static void *load(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  CHECK(library != NULL, "%s", dlerror());
  momo.create_config = find(library, "momo_create_config");
  momo.set_options_from_env = find(library, "momo_set_options_from_env");
  momo.create_client = find(library, "momo_create_client");
  momo.free_config = find(library, "momo_free_config");
  momo.free_client = find(library, "momo_free_client");
  momo.get_token = find(library, "momo_get_token");
  momo.create_token = find(library, "momo_create_token");
  momo.free_token = find(library, "momo_free_token");
  return library;
}

static void *use(void *unused) {
  (void)unused;
  momo_config *config = momo.create_config();
  momo_client *client = NULL;
  momo_token *token = NULL;
  CHECK(momo.set_options_from_env(config, NULL) == MOMO_OK, "options");
  CHECK(momo.create_client(config, &client, NULL) == MOMO_OK, "client");
  momo.free_config(config);
  for (int i = 0; i < 2; i++) {
    CHECK(momo.get_token(client, -1, &token, NULL) == MOMO_OK, "get");
    momo.free_token(token);
    CHECK(momo.create_token(client, -1, &token, NULL) == MOMO_OK, "create");
    momo.free_token(token);
  }
  momo.free_client(client);
  return NULL;
}

static pthread_barrier_t used, unloaded;

static void *use_and_live_on(void *unused) {
  use(unused);
  pthread_barrier_wait(&used);
  pthread_barrier_wait(&unloaded);
  return NULL;
}

int main(int argc, char **argv) {
  CHECK(argc >= 3, "library, rounds");
  int with_thread = argc > 3;
  pthread_barrier_init(&used, NULL, 2);
  pthread_barrier_init(&unloaded, NULL, 2);
  for (int i = 0; i < atoi(argv[2]); i++) {
    pthread_t thread;
    void *library = load(argv[1]);
    if (with_thread) {
      pthread_create(&thread, NULL, use_and_live_on, NULL);
      pthread_barrier_wait(&used);
    } else {
      use(NULL);
    }
    CHECK(dlclose(library) == 0, "%s", dlerror());
    memset(&momo, 0, sizeof momo);
    if (with_thread) {
      pthread_barrier_wait(&unloaded);
      pthread_join(thread, NULL);
    }
  }
  void *still = dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD);
  CHECK(still != NULL, "thread-local destructors would be gone");
  return 0;
}
