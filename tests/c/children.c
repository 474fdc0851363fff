/* What single children may do, each made by fork, by _Fork and by a raw clone: the latter two run
 * no fork hook. No thread allocates while these are made: the C library's own locks are theirs.
 *   children asks        get and create tokens, and so does a grandchild
 *   children ends        cancel or free what they inherited
 *   children single_flight   are made while a thread of the parent waits for a response
 *   children namespaces  process 1 of a namespace makes a process 1 of another */
#include "host.h"

#include <sched.h>
#include <sys/syscall.h>

static struct tally *tally;

static pid_t raw_clone(void) { return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }

static pid_t (*const ways[])(void) = {fork, _Fork, raw_clone};
enum { WAYS = sizeof ways / sizeof *ways, ROUNDS = 50 };

typedef void act(momo_client *client, int way);

static pid_t start(int way, act *child, momo_client *client) {
  pid_t pid = ways[way]();
  CHECK(pid >= 0, "no child");
  if (pid == 0) {
    limit_child();
    child(client, way);
    _exit(0);
  }
  return pid;
}

static void ask(momo_client *client, int way) {
  (void)way;
  get(client);
  create(client, tally);
  create(client, tally);
}

/* Before and after it uses the client itself. */
static void ask_with_a_child(momo_client *client, int way) {
  for (int other = 0; other < WAYS; other++) reap(start(other, ask, client));
  ask(client, way);
  reap(start(way, ask, client));
  ask(client, way);
}

static void be_cancelled(momo_client *client, int way) {
  (void)way;
  momo_token *token = NULL;
  momo_cancel_client(client);
  momo_status status = momo_get_token(client, -1, &token, NULL);
  CHECK(status == MOMO_CANCELLED && token == NULL, "%s", momo_status_name(status));
  momo_free_client(client);
}

static void ask_and_be_cancelled(momo_client *client, int way) {
  create(client, tally);
  be_cancelled(client, way);
}

static void be_freed(momo_client *client, int way) {
  (void)way;
  momo_free_client(client);
  momo_clear_cache();
}

static void asks(void) {
  momo_client *client = new_client();
  create(client, tally);
  for (int i = 0; i < ROUNDS; i++) {
    for (int way = 0; way < WAYS; way++) {
      pid_t child = start(way, i % 10 == 0 ? ask_with_a_child : ask, client);
      create(client, tally); /* on its connection, while the child asks */
      reap(child);
    }
  }
}

static void ends(void) {
  momo_client *client = new_client();
  create(client, tally);
  for (int i = 0; i < ROUNDS; i++) {
    for (int way = 0; way < WAYS; way++) {
      reap(start(way, i % 2 == 0 ? be_cancelled : ask_and_be_cancelled, client));
      create(client, tally);
      reap(start(way, be_freed, client));
      create(client, tally);
      get(client);
    }
  }
  momo_free_client(client);
}

static void *lead(void *client) {
  get(client);
  return NULL;
}

static void get_own(momo_client *client, int way) {
  (void)way;
  get(client);
  atomic_fetch_add(&tally->requests, 1);
}

/* One leads, the others wait for it; the gateway takes its time. */
static void single_flight(void) {
  act *const acts[] = {get_own, be_cancelled, be_freed};
  enum { CHILDREN = sizeof acts / sizeof *acts };
  for (int way = 0; way < WAYS; way++) {
    momo_client *client = new_client();
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) threads[i] = start_thread(lead, client);
    pause_ms(200);
    pid_t children[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) children[i] = start(way, acts[i], client);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < CHILDREN; i++) reap(children[i]);
    atomic_fetch_add(&tally->requests, 1);
    momo_free_client(client);
    momo_clear_cache();
  }
}

/* A process that is number 1 of a PID namespace of its own, by a raw clone. */
static pid_t clone_into_namespace(void) {
  return (pid_t)syscall(SYS_clone, SIGCHLD | CLONE_NEWPID, 0, 0, 0, 0);
}

/* Two processes with the same ID, and no fork hook that tells them apart. */
static void namespaces(void) {
  pid_t first = clone_into_namespace();
  CHECK(first >= 0, "no namespace can be made");
  if (first == 0) {
    limit_child();
    momo_client *client = new_client();
    create(client, tally);
    pid_t second = clone_into_namespace();
    CHECK(second >= 0, "no namespace can be made within one");
    if (second == 0) {
      CHECK(getpid() == 1, "%d", getpid());
      limit_child();
      create(client, tally);
      _exit(0);
    }
    CHECK(getpid() == 1, "%d", getpid());
    reap(second);
    _exit(0);
  }
  reap(first);
}

int main(int argc, char **argv) {
  CHECK(argc >= 2, "what");
  tally = new_tally();
  if (strcmp(argv[1], "asks") == 0) asks();
  else if (strcmp(argv[1], "ends") == 0) ends();
  else if (strcmp(argv[1], "single_flight") == 0) single_flight();
  else if (strcmp(argv[1], "namespaces") == 0) namespaces();
  else CHECK(0, "%s", argv[1]);
  printf("%ld requests\n", atomic_load(&tally->requests));
  return 0;
}
