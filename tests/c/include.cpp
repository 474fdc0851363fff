// The header in C++: declared as C, so that it links; the constants have a type of their own.
#include <momo.h>

#include <cstdio>
#include <memory>
#include <type_traits>

static_assert(std::is_enum<momo_status>::value, "momo_status is an enum");
static_assert(std::is_standard_layout<momo_token>::value, "momo_token is C's");
static_assert(std::is_same<decltype(momo_token::expires_at), int64_t>::value, "64 bits");

extern "C" void log_line(void *, int32_t, const char *) {}

int main() {
  std::unique_ptr<momo_config, decltype(&momo_free_config)> config(momo_create_config(),
                                                                   momo_free_config);
  momo_client *made = nullptr;
  momo_token *token = nullptr;
  momo_error *error = nullptr;
  if (momo_set_options_from_env(config.get(), &error) != MOMO_OK ||
      momo_set_logger(config.get(), log_line, nullptr, nullptr, 4, &error) != MOMO_OK ||
      momo_create_client(config.get(), &made, &error) != MOMO_OK) {
    std::fprintf(stderr, "%s\n", error->message);
    return 1;
  }
  std::unique_ptr<momo_client, decltype(&momo_free_client)> client(made, momo_free_client);
  if (momo_get_token(client.get(), -1, &token, &error) != MOMO_OK) return 1;
  std::printf("%s %s\n", momo_version(), token->token_type);
  momo_free_token(token);
  return 0;
}
