/* Gets and frees a fresh token N times: fresh N. Counts allocations: the program's own malloc and
 * free come before the C library's. */
#include "host.h"

#include <errno.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

/* Of one thread: the one that made the request may still free what it needed. */
static _Thread_local long allocations, releases;

void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  allocations++;
  return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **place, size_t alignment, size_t size) {
  *place = aligned_alloc(alignment, size);
  return *place == NULL ? ENOMEM : 0;
}

void free(void *block) {
  if (block != NULL) releases++;
  __libc_free(block);
}

int main(int argc, char **argv) {
  CHECK(argc == 2, "how often");
  long times = atol(argv[1]);
  momo_client *client = new_client();
  get(client);
  long seen = allocations, freed = releases;
  CHECK(seen > 100 && freed > 100, "the library allocates elsewhere: %ld, %ld", seen, freed);
  for (long i = 0; i < times; i++) get(client);
  seen = allocations - seen;
  freed = releases - freed;
  CHECK(seen == times && freed == times, "%ld allocations, %ld releases", seen, freed);
  momo_free_client(client);
  return 0;
}
