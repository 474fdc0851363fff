/* A program with the library and with another static library in Rust, whose panics are its own. */
#include <momo.h>
#include <stdbool.h>
#include <stddef.h>

extern bool neighbour_catches(int32_t number);

int main(void) {
  bool right = neighbour_catches(1);
  momo_config *config = momo_create_config();
  momo_error *error = NULL;
  right = right && momo_set_option(config, "nonsense", "1", &error) == MOMO_INVALID_CONFIG;
  momo_free_error(error);
  momo_free_config(config);
  return right && !neighbour_catches(0) && neighbour_catches(2) ? 0 : 1;
}
