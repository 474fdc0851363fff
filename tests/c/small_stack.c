/* A first call on a thread whose stack has so many KiB: momo.h promises that 64 are enough.
 *   small_stack KIB */
#include "host.h"

static momo_client *client;

static void *ask(void *unused) {
  get(client);
  return unused;
}

int main(int count, char **words) {
  CHECK(count == 2, "KiB");
  client = new_client();
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  CHECK(pthread_attr_setstacksize(&attributes, strtoul(words[1], NULL, 10) * 1024) == 0, "size");
  CHECK(pthread_create(&thread, &attributes, ask, NULL) == 0, "thread");
  CHECK(pthread_join(thread, NULL) == 0, "join");
  momo_free_client(client);
  return 0;
}
