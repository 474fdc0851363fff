/* Preloaded: the clocks that a token's life is measured on, moved by what the file named by
 * CLOCK_SHIM says. CLOCK_MONOTONIC stays: it stands still while a computer sleeps. */
#define _GNU_SOURCE
#include "clock_shim.h"

#include <dlfcn.h>
#include <stddef.h>

static struct clock_shim *shim;

__attribute__((constructor)) static void start(void) { shim = open_clock_shim(); }

static int move(struct timespec *time, int64_t milliseconds) {
  int64_t all = time->tv_nsec / 1000000 + milliseconds;
  int64_t seconds = all >= 0 ? all / 1000 : -((999 - all) / 1000);
  time->tv_sec += seconds;
  time->tv_nsec = time->tv_nsec % 1000000 + (all - seconds * 1000) * 1000000;
  return 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  static __typeof__(clock_gettime) *real;
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
  int failed = real(clock, now);
  if (failed || shim == NULL) return failed;
  switch (clock) {
  case CLOCK_BOOTTIME:
  case CLOCK_BOOTTIME_ALARM:
    atomic_fetch_add(&shim->boot_reads, 1);
    return move(now, atomic_load(&shim->boot));
  case CLOCK_REALTIME:
  case CLOCK_REALTIME_COARSE:
    atomic_fetch_add(&shim->wall_reads, 1);
    return move(now, atomic_load(&shim->wall));
  default:
    return 0;
  }
}

time_t time(time_t *place) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (place != NULL) *place = now.tv_sec;
  return now.tv_sec;
}
