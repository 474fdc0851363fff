/* Runs copies of a program side by side and prints, as JSON, what they took together.
 *
 *   measure COPIES COMMAND [ARGUMENT...]
 *
 * A small program of its own, since a child's peak of memory begins with that of whoever starts it.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double milliseconds(struct timeval t) {
  return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int failed = 0;
  /* What a program prints is no part of the result. */
  posix_spawn_file_actions_t silent;
  posix_spawn_file_actions_init(&silent);
  posix_spawn_file_actions_addopen(&silent, 1, "/dev/null", O_WRONLY, 0);

  double start = now();
  for (int copies = atoi(argv[1]); copies > 0; copies--) {
    pid_t child;
    if (posix_spawnp(&child, argv[2], &silent, NULL, argv + 2, environ) != 0) {
      perror(argv[2]);
      failed = 1;
      break;
    }
  }
  for (int status; wait(&status) > 0;) failed |= status != 0;
  double wall = now() - start;

  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  printf("{\"cpu_ms\":%.3f,\"wall_ms\":%.3f,\"rss_kib\":%ld}\n",
         milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime), wall, usage.ru_maxrss);
  return failed;
}
