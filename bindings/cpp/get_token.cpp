// Gets a token and prints it as one JSON object, for scripts and for a look by hand:
//
//   c++ -std=c++17 get_token.cpp $(pkg-config --cflags --libs momo) -o get_token
//   MOMO_API_USER=... MOMO_API_KEY=... MOMO_SUBSCRIPTION_KEY=... ./get_token
//
// On failure one JSON object goes to stderr instead, and the exit status is 1.
#include <cstdio>
#include <iostream>
#include <momo.hpp>

// The strings hold what the gateway sent: a quotation mark in a message must not end the JSON
// string. UTF-8 beyond ASCII may stand in JSON as it is.
struct quoted {
  std::string_view text;
};

static std::ostream &operator<<(std::ostream &out, quoted string) {
  out << '"';
  for (const char c : string.text) {
    const auto byte = static_cast<unsigned char>(c);
    char escape[8];
    if (c == '"' || c == '\\') {
      out << '\\' << c;
    } else if (byte < 0x20 || byte == 0x7f) {
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(byte));
      out << escape;
    } else {
      out << c;
    }
  }
  return out << '"';
}

static std::ostream &operator<<(std::ostream &out, const momo::token &token) {
  return out << "{\"access_token\":" << quoted{token.access_token()}
             << ",\"token_type\":" << quoted{token.token_type()}
             << ",\"authorization\":" << quoted{token.authorization()}
             << ",\"expires_in\":" << token.expires_in().count()
             << ",\"expires_at\":" << token.expires_at()
             << ",\"refresh_in\":" << token.refresh_in() << '}';
}

static std::ostream &operator<<(std::ostream &out, const momo::error &error) {
  // The name, not the number: it is what the documentation and a search engine know.
  return out << "{\"status\":" << quoted{error.status_name()}
             << ",\"http_status\":" << error.http_status() << ",\"code\":" << quoted{error.code()}
             << ",\"message\":" << quoted{error.what()} << '}';
}

int main() {
  try {
    momo::config config;
    // From the environment, so that no key is in the source, in a process list or in a history.
    config.set_from_env();
    // Missing credentials and an unusable trust store show here, before any network.
    const momo::client client(config);
    std::cout << client.get_token() << std::endl;
    // A full disk or a closed pipe shows only when the buffer is written.
    return std::cout ? 0 : 1;
  } catch (const momo::error &error) {
    std::cerr << error << std::endl;
    return 1;
  }
}
