/* Forks of a process that shares its token with others.
 *   share_fork both N     parent and child look the token up N times at once, as new processes do
 *   share_fork lock       is killed in the middle of a request while a child of it lives on, which
 *                         ends with standard input */
#include "host.h"

static momo_client *client;

static void look_up(long times) {
  for (long i = 0; i < times; i++) {
    momo_clear_cache();
    get(client);
  }
}

static void both(long times) {
  get(client);
  pid_t child = fork();
  if (child == 0) {
    limit_child();
    look_up(times);
    _exit(0);
  }
  look_up(times);
  reap(child);
  printf("%lld requests\n", (long long)stats_of(client).requests);
}

static void *ask(void *unused) {
  get(client);
  return unused;
}

static void killed_with_the_lock(void) {
  start_thread(ask, NULL);
  pause_ms(2000);
  pid_t child = fork();
  if (child == 0) {
    char byte;
    while (read(0, &byte, 1) > 0) {
    }
    _exit(0);
  }
  kill(getpid(), SIGKILL);
}

int main(int count, char **words) {
  CHECK(count > 1, "a word");
  client = new_client();
  if (strcmp(words[1], "both") == 0)
    both(atol(words[2]));
  else
    killed_with_the_lock();
  momo_free_client(client);
  return 0;
}
