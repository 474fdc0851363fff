/* A worker of the soak test (tests/soak): everything that a program does with the library, on many
 * threads at once.
 *   soak NUMBER THREADS PAUSE_MS SECRETS
 * Options come from MOMO_* in the environment. Standard input has the commands, a line each: "run"
 * makes clients and starts the threads; "stop" ends them, expects a token for each client, frees
 * all, and tells what is left. PAUSE_MS is between two calls of a thread, SECRETS a file. */
#include "soak_actions.h"

enum { MOST_THREADS = 64, RECOVERED_WITHIN_S = 15, SETTLED_WITHIN_S = 10, OWN_THREADS = 2 };

static pthread_t running[MOST_THREADS];
static long thread_count, longest_pause_ms;
static atomic_bool over;

static void *work(void *seed) {
  random_state = (unsigned)(uintptr_t)seed;
  watch_this_thread();
  while (!atomic_load(&over)) {
    do_something();
    for (long left = random_below(longest_pause_ms); left > 0 && !atomic_load(&over); left -= 50)
      pause_ms(left < 50 ? left : 50);
  }
  close(own_delays);
  return NULL;
}

static void run(void) {
  for (int i = 0; i < SLOTS; i++) fill(&slots[i]);
  atomic_store(&over, 0);
  for (long i = 0; i < thread_count; i++) {
    void *seed = (void *)(uintptr_t)(now_ns() + number * MOST_THREADS + i);
    running[i] = start_thread(work, seed);
  }
}

/* The gateway is good from here on. */
static void expect_a_token(struct slot *slot, int64_t until_ns) {
  struct call call;
  do {
    call = (struct call){.client = slot->client, .function = usual(slot), .timeout_ms = -1,
                         .slot = slot};
    if (ask(&call) == MOMO_OK) return;
    pause_ms(50);
  } while (now_ns() < until_ns);
  FAULT("recovery", "%s, after %d s: %s", momo_status_name(call.status), RECOVERED_WITHIN_S,
        call.message);
}

static void stop(void) {
  atomic_store(&over, 1);
  for (long i = 0; i < thread_count; i++) pthread_join(running[i], NULL);
  int64_t until = now_ns() + RECOVERED_WITHIN_S * 1000 * MS;
  for (int i = 0; i < SLOTS; i++) expect_a_token(&slots[i], until);
  for (int i = 0; i < SLOTS; i++) momo_free_client(slots[i].client);
  momo_clear_cache();
  tell_all_given();
  /* Requests in the background end by themselves. */
  int64_t start = now_ns();
  while (threads() > OWN_THREADS && now_ns() - start < SETTLED_WITHIN_S * 1000 * MS) pause_ms(10);
  tell_round();
}

int main(int count, char **words) {
  CHECK(count == 5, "soak NUMBER THREADS PAUSE_MS SECRETS");
  number = atol(words[1]);
  thread_count = atol(words[2]);
  longest_pause_ms = 2 * atol(words[3]) + 1;
  CHECK(thread_count <= MOST_THREADS, "at most %d threads", MOST_THREADS);
  counts = shared_memory(sizeof *counts);
  read_secrets(words[4]);
  for (int i = 0; i < SLOTS; i++) pthread_rwlock_init(&slots[i].lock, NULL);
  watch_the_machine();
  watch_this_thread();
  char command[16];
  while (fgets(command, sizeof command, stdin) != NULL) {
    if (strcmp(command, "run\n") == 0) run();
    else if (strcmp(command, "stop\n") == 0) stop();
    else CHECK(0, "%s", command);
  }
  return 0;
}
