/* What a worker of the soak test tells whoever started it, a line each; what it and its children
 * have counted; and how late the machine is.
 *   token FINGERPRINT NS         given last to a call that began then
 *   failure STATUS FROM_NS TO_NS a call that failed, of many, and its message
 *   fault CHECK TEXT             what must not be
 *   round NAME=NUMBER…           what was counted so far, and what is left at the end of a round
 * Times are those of CLOCK_MONOTONIC. */
#ifndef SOAK_REPORT_H
#define SOAK_REPORT_H

#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>

#include "host.h"

enum { STATUSES = 100, MOST_FAULTS = 20, BEAT_MS = 10, LINE = 2048 };

/* The most of all, or how many. */
#define COUNTS(X) \
  X(most_late_us) X(most_waited_us) X(most_machine_late_us) X(calls) X(tokens) X(log_lines) X(forks) \
  X(cancelled)
#define FIELD(name) atomic_llong name;

static struct counts {
  COUNTS(FIELD)
  atomic_llong statuses[STATUSES];
} *counts;

static inline void raise_to(atomic_llong *longest, int64_t value) {
  long long seen = atomic_load(longest);
  while (value > seen && !atomic_compare_exchange_weak(longest, &seen, value)) {
  }
}

/* Whole lines are written at once: children and threads do not tear each other's. */
__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...) {
  char line[LINE];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line - 1, format, arguments);
  va_end(arguments);
  if (length > LINE - 2) length = LINE - 2;
  line[length] = '\n';
  CHECK(write(1, line, (size_t)length + 1) == length + 1, "nobody listens");
}

/* From each place that calls it so many times; more say nothing new. */
#define FAULT(check, format, ...)                                                               \
  do {                                                                                          \
    static atomic_int told_;                                                                    \
    if (atomic_fetch_add(&told_, 1) < MOST_FAULTS) tell("fault " check " " format, __VA_ARGS__); \
  } while (0)

/* How late the machine is, which no call can help: by as much as a thread that sleeps for 10 ms at
 * a time has made too few beats, and as long as the calling thread was ready and did not run. */
static atomic_llong beats;
static int64_t first_beat_ns;
static _Thread_local int own_delays = -1;

static void *beat(void *unused) {
  for (int64_t last = now_ns(), now;; last = now) {
    pause_ms(BEAT_MS);
    atomic_fetch_add(&beats, 1);
    now = now_ns();
    raise_to(&counts->most_machine_late_us, (now - last - BEAT_MS * MS) / 1000);
  }
  return unused;
}

static inline void watch_the_machine(void) {
  atomic_store(&beats, 0);
  first_beat_ns = now_ns();
  pthread_detach(start_thread(beat, NULL));
}

/* To be called by each thread, and undone. A child's thread is another. */
static inline void watch_this_thread(void) {
  own_delays = open("/proc/thread-self/schedstat", O_RDONLY);
}

/* Since some time, so that two of them tell how late it was in between. */
static inline int64_t lateness_ns(int64_t now) {
  char text[64] = "";
  long long delayed = 0;
  /* Not every kernel counts it. */
  if (pread(own_delays, text, sizeof text - 1, 0) > 0) sscanf(text, "%*d %lld", &delayed);
  return now - first_beat_ns - atomic_load(&beats) * BEAT_MS * MS + delayed;
}

/* Pieces of secrets; each longer piece of one has a whole one of these in it. */
static char *secrets[1000];

static inline void read_secrets(const char *path) {
  static char text[1 << 16];
  FILE *file = fopen(path, "r");
  CHECK(file != NULL && fread(text, 1, sizeof text - 1, file) > 0, "%s", path);
  fclose(file);
  size_t count = 0;
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
    secrets[count++] = line;
}

static inline void check_for_secrets(const char *where, const char *text) {
  for (char **secret = secrets; *secret != NULL; secret++)
    if (strstr(text, *secret) != NULL) FAULT("secrets", "in %s: %.300s", where, text);
}

static inline long resident_kib(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  CHECK(file != NULL && fscanf(file, "%*d %ld", &pages) == 1, "statm");
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE) / 1024;
}

static inline void tell_round(void) {
  char text[LINE] = "";
  int length = 0;
#define ADD(name, number) \
  length += snprintf(text + length, sizeof text - (size_t)length, " %s=%lld", name, (long long)(number));
#define ADD_COUNT(name) ADD(#name, atomic_load(&counts->name))
  COUNTS(ADD_COUNT)
  for (int i = 0; i < STATUSES; i++)
    if (atomic_load(&counts->statuses[i]) > 0)
      ADD(momo_status_name(i), atomic_load(&counts->statuses[i]))
  malloc_trim(0);
  ADD("resident_kib", resident_kib())
  ADD("heap_bytes", mallinfo2().uordblks)
  ADD("threads", threads())
  /* The descriptor that the counting takes is not counted. */
  ADD("descriptors", entries("/proc/self/fd") - 1)
  tell("round%s", text);
}

#endif
