#include <iostream>
#include <momo.hpp>

int main() {
  try {
    momo::config config;
    config.set_from_env(); // MOMO_API_USER, MOMO_API_KEY, MOMO_SUBSCRIPTION_KEY
    momo::client client(config);
    momo::token token = client.get_token();
    std::cout << "Authorization: " << token.authorization() << '\n';
  } catch (const momo::error &error) {
    std::cerr << error.status_name() << ": " << error.what() << '\n';
    return 1;
  }
}
