/* Without a C library: an exit code that says whether the library's version is the header's. */
#include <momo.h>

int start(void) {
  const char *expected = MOMO_VERSION, *found = momo_version();
  while (*expected != '\0' && *expected == *found) expected++, found++;
  return *expected != *found;
}
