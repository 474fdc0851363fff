/* Two plugins that are linked to the static library: each has a copy of its own. A program that loads
   both: plugins ONE TWO */
#include <momo.h>
#include <stddef.h>

#ifdef PLUGIN
const void *where(void);
const void *where(void) {
  momo_config *config = momo_create_config();
  momo_error *error = NULL;
  /* A failure is what a panic would be caught as, too: the copy can do more than tell its version. */
  momo_status status = momo_set_option(config, "nonsense", "1", &error);
  momo_free_error(error);
  momo_free_config(config);
  return status == MOMO_INVALID_CONFIG ? (const void *)momo_version() : NULL;
}
#else
#include <dlfcn.h>
#include <stdio.h>

static const void *load(const char *path) {
  void *plugin = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  const void *(*where)(void);
  if (!plugin) {
    fprintf(stderr, "%s\n", dlerror());
    return NULL;
  }
  if (dlsym(plugin, "momo_version")) {
    fprintf(stderr, "%s exports the library\n", path);
    return NULL;
  }
  *(void **)&where = dlsym(plugin, "where");
  return where();
}

int main(int argc, char **argv) {
  const void *one = argc == 3 ? load(argv[1]) : NULL;
  const void *two = argc == 3 ? load(argv[2]) : NULL;
  return one && two && one != two ? 0 : 1;
}
#endif
