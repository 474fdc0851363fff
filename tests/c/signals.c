/* What the host's signals see of the library.
 *   signals look      handlers and masks stay as they are; a look-up's thread takes no signal
 *   signals pipe N    N calls to a gateway that closes, SIGPIPE at its default */
#include <dlfcn.h>
#include <netdb.h>

#include "host.h"

static sigset_t mask_of_look_up;
static atomic_int look_ups;

/* In place of the C library's: the program's own comes first. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
  __typeof__(getaddrinfo) *real = NULL;
  *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
  pthread_sigmask(SIG_BLOCK, NULL, &mask_of_look_up);
  atomic_fetch_add(&look_ups, 1);
  return real(name, service, hints, found);
}

static void ignore(int number) { (void)number; }

struct state {
  struct sigaction actions[_NSIG];
  sigset_t mask;
};

static void read_state(struct state *state) {
  memset(state, 0, sizeof *state);
  for (int i = 1; i < _NSIG; i++) sigaction(i, NULL, &state->actions[i]);
  pthread_sigmask(SIG_BLOCK, NULL, &state->mask);
}

static int same_set(const sigset_t *one, const sigset_t *other) {
  int same = 1;
  for (int i = 1; i < _NSIG; i++) same &= sigismember(one, i) == sigismember(other, i);
  return same;
}

static void check_state(const struct state *before) {
  struct state now;
  read_state(&now);
  CHECK(same_set(&before->mask, &now.mask), "the mask");
  for (int i = 1; i < _NSIG; i++) {
    const struct sigaction *one = &before->actions[i], *other = &now.actions[i];
    CHECK(one->sa_handler == other->sa_handler && one->sa_flags == other->sa_flags &&
              same_set(&one->sa_mask, &other->sa_mask),
          "signal %d", i);
  }
}

static void look(void) {
  struct sigaction action = {.sa_handler = ignore};
  struct state before;
  sigset_t some;
  sigaction(SIGUSR1, &action, NULL);
  signal(SIGUSR2, SIG_IGN);
  sigemptyset(&some);
  sigaddset(&some, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &some, NULL);
  read_state(&before);
  momo_client *client = new_client();
  check_state(&before);
  get(client);
  check_state(&before);
  struct tally *tally = new_tally();
  create(client, tally);
  momo_cancel_client(client);
  check_state(&before);
  momo_free_client(client);
  momo_clear_cache();
  check_state(&before);
  CHECK(atomic_load(&look_ups) == 1, "%d look-ups", atomic_load(&look_ups));
  for (int i = 1; i < _NSIG; i++) {
    /* The two between are the C library's own; the others cannot be blocked. */
    if (i == SIGKILL || i == SIGSTOP || (i > SIGSYS && i < SIGRTMIN)) continue;
    CHECK(sigismember(&mask_of_look_up, i) == 1, "signal %d in a look-up", i);
  }
}

static void pipe_closed(int calls) {
  struct sigaction now;
  momo_client *client = new_client();
  for (int i = 0; i < calls; i++) {
    momo_token *token = NULL;
    momo_status status = momo_create_token(client, -1, &token, NULL);
    CHECK(status == MOMO_OK || status == MOMO_CONNECTION_LOST, "%s", momo_status_name(status));
    momo_free_token(token);
  }
  sigaction(SIGPIPE, NULL, &now);
  CHECK(now.sa_handler == SIG_DFL, "SIGPIPE");
  momo_free_client(client);
}

int main(int argc, char **argv) {
  CHECK(argc >= 2, "what");
  if (strcmp(argv[1], "look") == 0) look();
  else if (strcmp(argv[1], "pipe") == 0) pipe_closed(atoi(argv[2]));
  else CHECK(0, "%s", argv[1]);
  return 0;
}
