/* Moves the clocks under a client: its environment preloads clock_shim.c.
 *   clocks life             a token of an hour, by each clock and by both
 *   clocks pause MS         a failure is given back for so long
 *   clocks brake            a token that is invalidated at once
 *   clocks frozen           a call that waits while the machine sleeps */
#include "clock_shim.h"
#include "host.h"

static struct clock_shim *shim;
static momo_client *client;
/* Seconds: of a token, and what a slow machine may take between two steps. */
enum { LIFETIME = 3600, SLOW_S = 20 };
/* How many tokens the gateway was asked for, as far as this host can tell. */
static int bought;

static void set(int64_t boot, int64_t wall) {
  atomic_store(&shim->boot, boot);
  atomic_store(&shim->wall, wall);
}

/* The library must read its clocks where they can be moved, and read both. */
static void check_shim(void) {
  momo_token *token = NULL;
  CHECK(shim != NULL, "CLOCK_SHIM names the file");
  time_t before = time(NULL);
  set(0, 1000000);
  time_t ahead = time(NULL) - before;
  CHECK(ahead >= 999 && ahead <= 1060, "the shim moves the host's clock by %ld", (long)ahead);
  set(0, 0);
  long boot = atomic_load(&shim->boot_reads), wall = atomic_load(&shim->wall_reads);
  CHECK(momo_get_token(client, 0, &token, NULL) != MOMO_OK && token == NULL, "none yet");
  CHECK(atomic_load(&shim->boot_reads) > boot, "the library reads the boot clock elsewhere");
  CHECK(atomic_load(&shim->wall_reads) > wall, "the library reads the wall clock elsewhere");
}

/* A token at hand, never asked for: `left` seconds by the clock that says less. */
static void expect_token(int64_t left, int64_t expires_at) {
  momo_token *token = NULL;
  momo_status status = momo_get_token(client, 0, &token, NULL);
  CHECK(status == MOMO_OK, "%s with %lld s left", momo_status_name(status), (long long)left);
  /* A part of a second is not counted, but the last one is: 0 would say that nothing is known. */
  int64_t most = left > 1 ? left : 1, least = left > SLOW_S ? left - SLOW_S : 1;
  CHECK(token->expires_in >= least && token->expires_in <= most, "%lld s left, not %lld",
        (long long)token->expires_in, (long long)left);
  CHECK(token->expires_at == expires_at, "%lld", (long long)token->expires_at);
  momo_free_token(token);
}

static void expect_none(const char *when) {
  momo_token *token = NULL;
  momo_status status = momo_get_token(client, 0, &token, NULL);
  CHECK(status == MOMO_WOULD_BLOCK, "%s: %s", when, momo_status_name(status));
}

/* Asks for a new one; gives when it expires. */
static int64_t buy(void) {
  momo_token *token = NULL;
  momo_error *error = NULL;
  int64_t before = time(NULL);
  momo_status status = momo_get_token(client, -1, &token, &error);
  CHECK(status == MOMO_OK, "%s", error->message);
  int64_t expires_at = token->expires_at;
  CHECK(token->lifetime == LIFETIME, "%lld", (long long)token->lifetime);
  CHECK(token->expires_in >= LIFETIME - SLOW_S && token->expires_in <= LIFETIME, "%lld",
        (long long)token->expires_in);
  /* The coarse clock may be a second's edge behind. */
  CHECK(expires_at >= before - 1 + LIFETIME && expires_at <= time(NULL) + LIFETIME, "%lld",
        (long long)expires_at);
  momo_free_token(token);
  bought++;
  return expires_at;
}

static void life(void) {
  /* Milliseconds: the least that is left of a token that is handed out, and the time that this host
   * itself takes. */
  const int64_t all = LIFETIME * 1000, early = 10000;
  const int64_t hour = 3600 * 1000, last = all - early - SLOW_S * 1000, gone = all - early;
  /* Ahead or behind, boot and wall: forward by both is suspend, by one alone a clock that was
   * set; never is a clock that was set back believed. */
  const int64_t good[][2] = {{0, 0},         {last, 0},           {0, last},
                             {last, last},   {0, -10 * hour},     {last, -10 * hour},
                             {last / 2, last}, {last, last / 2}};
  const int64_t expired[][2] = {{gone, 0},           {0, gone},       {gone, gone},
                                {gone, -10 * hour},  {all, 0},        {0, all},
                                {100 * hour, 100 * hour}, {0, 100 * hour}, {100 * hour, 0}};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    set(0, 0);
    momo_clear_cache();
    int64_t expires_at = buy();
    int64_t used = good[i][0] > good[i][1] ? good[i][0] : good[i][1];
    set(good[i][0], good[i][1]);
    expect_token((all - used) / 1000, expires_at);
  }
  for (size_t i = 0; i < sizeof expired / sizeof *expired; i++) {
    char when[64];
    set(0, 0);
    momo_clear_cache();
    buy();
    set(expired[i][0], expired[i][1]);
    snprintf(when, sizeof when, "boot %lld, wall %lld", (long long)expired[i][0],
             (long long)expired[i][1]);
    expect_none(when);
    /* One that is bought now lives by the clocks as they are now. */
    int64_t expires_at = buy();
    expect_token(LIFETIME, expires_at);
  }
}

static momo_status fail(int64_t timeout_ms, int64_t *retry_after_ms) {
  momo_token *token = NULL;
  momo_error *error = NULL;
  momo_status status = momo_get_token(client, timeout_ms, &token, &error);
  CHECK(status != MOMO_OK, "it was to fail");
  *retry_after_ms = error->retry_after_ms;
  momo_free_error(error);
  return status;
}

/* By the boot clock, whatever the wall clock does. */
static void pause_after_failure(int64_t pause) {
  const int64_t walls[] = {0, 3600 * 1000, -3600 * 1000};
  int64_t left = 0;
  for (int i = 0; i < 3; i++) {
    momo_clear_cache();
    set(0, walls[i]);
    momo_status status = fail(-1, &left); /* asks */
    for (int j = 0; j < 3; j++) {
      set(pause - 4000, walls[j]);
      CHECK(fail(-1, &left) == status, "the same failure");
      CHECK(left > 0 && left <= 4000, "%lld ms", (long long)left);
    }
    set(pause, walls[i]);
    CHECK(fail(0, &left) == MOMO_WOULD_BLOCK, "the pause is over");
    CHECK(fail(-1, &left) == status, "and the gateway says the same"); /* asks */
    bought += 2;
  }
}

static void brake(void) {
  int64_t left = 0;
  for (int i = 0; i < 2; i++) {
    momo_token *token = take(momo_get_token, client);
    momo_invalidate_token(client, token->access_token, NULL);
    momo_free_token(token);
    bought++;
  }
  CHECK(fail(-1, &left) == MOMO_UNAUTHORIZED && left > 0 && left <= 5000, "%lld", (long long)left);
  set(1000, 3600 * 1000);
  CHECK(fail(-1, &left) == MOMO_UNAUTHORIZED && left > 0 && left <= 4000, "%lld", (long long)left);
  set(5000, -3600 * 1000);
  get(client);
  bought++;
}

/* Stops this process while a call waits, and lets it go on when so much more time has passed. */
static void freeze(int64_t timeout_ms, int64_t slept) {
  momo_token *token = NULL;
  set(0, 0);
  fflush(stdout);
  pid_t frozen = getpid(), freezer = fork();
  if (freezer == 0) {
    usleep(500 * 1000);
    kill(frozen, SIGSTOP);
    set(slept, slept);
    usleep(100 * 1000);
    kill(frozen, SIGCONT);
    _exit(0);
  }
  int64_t began = now_ns();
  momo_status status = momo_get_token(client, timeout_ms, &token, NULL);
  int64_t waited_ms = (now_ns() - began) / MS;
  waitpid(freezer, NULL, 0);
  CHECK(status == MOMO_TIMED_OUT, "%s", momo_status_name(status));
  CHECK(waited_ms <= SLOW_S * 1000, "it waited %lld ms on", (long long)waited_ms);
}

static void frozen(void) {
  /* Past the end of the request, and past the end of the call alone. */
  freeze(-1, 60000);
  momo_clear_cache();
  freeze(50000, 50000);
  bought += 2;
}

int main(int argc, char **argv) {
  CHECK(argc >= 2, "what");
  shim = open_clock_shim();
  client = new_client();
  check_shim();
  if (strcmp(argv[1], "life") == 0) life();
  else if (strcmp(argv[1], "pause") == 0) pause_after_failure(atoll(argv[2]));
  else if (strcmp(argv[1], "brake") == 0) brake();
  else if (strcmp(argv[1], "frozen") == 0) frozen();
  else CHECK(0, "%s", argv[1]);
  momo_free_client(client);
  printf("%d requests\n", bought);
  return 0;
}
