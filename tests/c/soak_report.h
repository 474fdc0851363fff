/* What a worker of the soak test tells whoever started it, a line each; what it and its children
 * have counted; and how late the machine is.
 *   token FINGERPRINT NS         given last to a call that began then
 *   failure STATUS FROM_NS TO_NS a call that failed, of many
 *   fault CHECK TEXT             what must not be
 *   counts …                     struct counts, at the end of a round
 *   settled KIB BYTES N N        resident, in use of the heap, threads, descriptors
 * Times are those of CLOCK_MONOTONIC. */
#ifndef SOAK_REPORT_H
#define SOAK_REPORT_H

#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>

#include "host.h"

enum { STATUSES = 100, MOST_FAULTS = 20, BEAT_MS = 10 };
#define MS 1000000LL

struct counts {
  atomic_llong calls, tokens, late_us, waited_us, machine_late_us, log_lines, forks, cancelled;
  atomic_llong statuses[STATUSES];
};

static struct counts *counts;

static inline struct counts *shared_counts(void) {
  void *page = mmap(NULL, sizeof(struct counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                    -1, 0);
  CHECK(page != MAP_FAILED, "mmap");
  return page;
}

static inline int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline void raise_to(atomic_llong *longest, int64_t value) {
  long long seen = atomic_load(longest);
  while (value > seen && !atomic_compare_exchange_weak(longest, &seen, value)) {
  }
}

/* Whole lines are written at once: children and threads do not tear each other's. */
__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...) {
  char line[1024];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line - 1, format, arguments);
  va_end(arguments);
  if (length > (int)sizeof line - 2) length = (int)sizeof line - 2;
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
    raise_to(&counts->machine_late_us, (now - last - BEAT_MS * MS) / 1000);
  }
  return unused;
}

static inline void watch_the_machine(void) {
  pthread_t thread;
  atomic_store(&beats, 0);
  first_beat_ns = now_ns();
  CHECK(pthread_create(&thread, NULL, beat, NULL) == 0, "thread");
  pthread_detach(thread);
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
static char **secrets;
static size_t secret_count;

static inline void read_secrets(const char *path) {
  FILE *file = fopen(path, "r");
  CHECK(file != NULL, "%s", path);
  char *line = NULL;
  size_t size = 0;
  for (ssize_t length; (length = getline(&line, &size, file)) > 0;) {
    line[length - 1] = '\0';
    secrets = realloc(secrets, (secret_count + 1) * sizeof *secrets);
    secrets[secret_count++] = strdup(line);
  }
  free(line);
  fclose(file);
  CHECK(secret_count > 0, "no secrets");
}

static inline void check_for_secrets(const char *where, const char *text) {
  for (size_t i = 0; i < secret_count; i++)
    if (strstr(text, secrets[i]) != NULL) FAULT("secrets", "in %s: %.300s", where, text);
}

static inline void tell_counts(void) {
  char text[900];
  int length = 0;
  for (int i = 0; i < STATUSES; i++) {
    long long count = atomic_load(&counts->statuses[i]);
    if (count > 0)
      length += snprintf(text + length, sizeof text - (size_t)length, " %d=%lld", i, count);
  }
  tell("counts calls=%lld tokens=%lld late_us=%lld waited_us=%lld machine_late_us=%lld log_lines=%lld "
       "forks=%lld cancelled=%lld%s",
       atomic_load(&counts->calls), atomic_load(&counts->tokens), atomic_load(&counts->late_us),
       atomic_load(&counts->waited_us), atomic_load(&counts->machine_late_us),
       atomic_load(&counts->log_lines), atomic_load(&counts->forks),
       atomic_load(&counts->cancelled), text);
}

static inline void tell_settled(void) {
  malloc_trim(0);
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  CHECK(file != NULL && fscanf(file, "%*d %ld", &pages) == 1, "statm");
  fclose(file);
  /* The descriptor that the counting takes is not counted. */
  tell("settled %ld %zu %d %d", pages * sysconf(_SC_PAGESIZE) / 1024, mallinfo2().uordblks,
       threads(), entries("/proc/self/fd") - 1);
}

#endif
