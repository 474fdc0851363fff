// Gets a token and prints it as one JSON object, for scripts and for a look by hand:
//
//   c++ -std=c++17 get_token.cpp $(pkg-config --cflags --libs momo) -o get_token
//   MOMO_API_USER=... MOMO_API_KEY=... MOMO_SUBSCRIPTION_KEY=... ./get_token
//
// On failure one JSON object goes to stderr instead, and the exit status is 1.
#include <iomanip>
#include <iostream>
#include <momo.hpp>

// No string has a control character in it, and UTF-8 beyond ASCII may stand in JSON as it is.
using std::quoted;

static std::ostream &operator<<(std::ostream &out, const momo::token &token) {
  return out << "{\"access_token\":" << quoted(token.access_token())
             << ",\"token_type\":" << quoted(token.token_type())
             << ",\"authorization\":" << quoted(token.authorization())
             << ",\"expires_in\":" << token.expires_in().count()
             << ",\"expires_at\":" << token.expires_at()
             << ",\"refresh_in\":" << token.refresh_in() << '}';
}

static std::ostream &operator<<(std::ostream &out, const momo::error &error) {
  // The name, not the number: it is what the documentation and a search engine know.
  return out << "{\"status\":" << quoted(error.status_name())
             << ",\"http_status\":" << error.http_status() << ",\"code\":" << quoted(error.code())
             << ",\"message\":" << quoted(error.what()) << '}';
}

static momo::token get() {
  momo::config config;
  config.set_from_env(); // MOMO_API_USER and so on: no key in the source
  momo::client client(config);
  return client.get_token();
}

int main() {
  try {
    std::cout << get() << std::endl;
    // A full disk or a closed pipe shows only when the buffer is written.
    return std::cout ? 0 : 1;
  } catch (const momo::error &error) {
    std::cerr << error << std::endl;
    return 1;
  }
}
