// For the tests: one scenario per run, named by the first argument, one JSON object on stdout.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <momo.hpp>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

static momo::client client_from_env() { return momo::client(momo::config().set_from_env()); }

// What a call failed with: its name, or the message.
template <class Call> static std::string failure(Call call, bool message = false) {
  try {
    call();
    return "MOMO_OK";
  } catch (const momo::error &error) {
    return message ? error.what() : error.status_name();
  }
}

static bool shared() {
  constexpr std::size_t calls = 8;
  const momo::client client = client_from_env();
  std::vector<std::future<momo::token>> gets;
  while (gets.size() < calls)
    gets.push_back(std::async(std::launch::async, [&client] { return client.get_token(); }));
  std::set<std::string> distinct;
  for (auto &get : gets)
    distinct.emplace(get.get().access_token());
  std::cout << "{\"calls\":" << calls << ",\"distinct\":" << distinct.size() << "}\n";
  return true;
}

static bool deadline() {
  const momo::client client = client_from_env();
  const auto start = clock_type::now();
  const std::string status = failure([&client] { client.get_token(300ms); });
  const std::chrono::duration<double, std::milli> spent = clock_type::now() - start;
  std::cout << "{\"status\":\"" << status << "\",\"ms\":" << std::lround(spent.count()) << "}\n";
  return status != "MOMO_OK";
}

static bool logger() {
  std::atomic<int> lines{0};
  momo::config config;
  config.set_from_env();
  config.set_logger(
      [&lines](momo_log_level, std::string_view line) {
        ++lines;
        throw std::runtime_error(std::string(line));
      },
      MOMO_LOG_DEBUG);
  static_cast<void>(momo::client(config).get_token());
  std::cout << "{\"lines\":" << lines << ",\"ok\":true}\n";
  return lines > 0;
}

static bool stats() {
  const momo::client client = client_from_env();
  static_cast<void>(client.get_token());
  static_cast<void>(client.get_token());
  const momo::stats found = client.stats();
  std::cout << "{\"requests\":" << found.requests << ",\"tokens_issued\":" << found.tokens_issued
            << ",\"network_failures\":" << found.network_failures
            << ",\"credential_failures\":" << found.credential_failures
            << ",\"last_failure_status\":" << found.last_failure_status
            << ",\"token_expires_in\":" << found.token_expires_in
            << ",\"cooldown_ms\":" << found.cooldown_ms
            << ",\"tokens_adopted\":" << found.tokens_adopted
            << ",\"token_origin\":" << found.token_origin << "}\n";
  return true;
}

static bool options() {
  std::map<std::string, momo::option> found;
  for (const momo::option &each : client_from_env().options())
    found[each.name] = each;
  const momo::option timeout = found["timeout"];
  std::cout << "{\"count\":" << found.size() << ",\"timeout\":\"" << timeout.value << ", "
            << timeout.source << "\",\"api_key\":\"" << found["api_key"].value
            << "\",\"warning\":\"" << found["api_user"].warning << "\"}\n";
  return true;
}

// One request, two calls that wait for it: one is cancelled, the other has the token.
static bool clone() {
  const momo::client client = client_from_env();
  // Begins the request, so that it belongs to neither call.
  failure([&client] { client.get_token(0ms); });
  const momo::client clone = client.clone();
  const auto get = [](const momo::client &from) { return failure([&from] { from.get_token(); }); };
  auto waiting = std::async(std::launch::async, get, std::cref(client));
  auto ended = std::async(std::launch::async, get, std::cref(clone));
  std::this_thread::sleep_for(100ms);
  clone.cancel();
  const std::string status = ended.get();
  const bool early = waiting.wait_for(0ms) == std::future_status::timeout;
  const bool token = waiting.get() == "MOMO_OK";
  std::cout << std::boolalpha << "{\"status\":\"" << status << "\",\"early\":" << early
            << ",\"token\":" << token << ",\"waits\":" << client.stats().waits << "}\n";
  return token;
}

// Gets a short-lived token again and again while it is refreshed, which no call waits for.
static bool refresh() {
  const momo::client client = client_from_env();
  std::set<std::string> distinct{std::string(client.get_token().access_token())};
  clock_type::duration slowest{};
  for (const auto end = clock_type::now() + 5400ms; clock_type::now() < end;
       std::this_thread::sleep_for(20ms)) {
    const auto before = clock_type::now();
    const momo::token token = client.get_token();
    slowest = std::max(slowest, clock_type::now() - before);
    distinct.emplace(token.access_token());
  }
  const std::chrono::duration<double, std::milli> ms = slowest;
  std::cout << "{\"distinct\":" << distinct.size()
            << ",\"slowest_ms\":" << std::lround(ms.count()) << "}\n";
  return true;
}

static long resident_kib() {
  long size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static bool loop(int gets) {
  const momo::client client = client_from_env();
  const auto get = [&client](int times) {
    while (times-- > 0)
      static_cast<void>(client.get_token());
  };
  get(gets / 10 + 1);
  const long before = resident_kib();
  get(gets);
  std::cout << "{\"gets\":" << gets << ",\"growth_kib\":" << resident_kib() - before << "}\n";
  return true;
}

static bool errors(int gets) {
  const momo::client client = client_from_env();
  std::string status;
  const auto get = [&](int times) {
    while (times-- > 0) {
      try {
        // There is no token, and no time to ask for one.
        static_cast<void>(client.get_token(0ms));
      } catch (const momo::error &error) {
        status = error.status_name();
      }
    }
  };
  get(gets / 10 + 1);
  const long before = resident_kib();
  get(gets);
  std::cout << "{\"gets\":" << gets << ",\"status\":\"" << status
            << "\",\"growth_kib\":" << resident_kib() - before << "}\n";
  return true;
}

// What is refused, and what can be made without a gateway.
static bool misuse() {
  const momo::client client = client_from_env();
  momo::config config;
  const char *const absent = nullptr;
  std::string refused;
  refused += failure([&] { config.set("api_key", absent); }, true) + "; ";
  refused += failure([&] { config.set("api_key", std::string("a\0b", 3)); }, true) + "; ";
  refused += failure([&] { config.set("api_key", ""); }, true) + "; ";
  refused += failure([&] { client.invalidate(""); }, true) + "; ";
  refused += failure([&] { client.get_token(-1ms); }) + "; ";
  refused += failure([&] { client.create_token(-1ms); }) + "; ";
  const momo::token made("made", 60s);
  const momo::error error(MOMO_TIMED_OUT, "made");
  const bool is_made = made.access_token() == "made" && made.authorization() == "Bearer made" &&
                       made.expires_in() == 60s && momo::error(error).what() == std::string("made");
  std::cout << std::boolalpha << "{\"refused\":\"" << refused << "\",\"made\":" << is_made << "}\n";
  return true;
}

static bool run(std::string_view name, int gets) {
  if (name == "misuse")
    return misuse();
  if (name == "shared")
    return shared();
  if (name == "deadline")
    return deadline();
  if (name == "logger")
    return logger();
  if (name == "stats")
    return stats();
  if (name == "options")
    return options();
  if (name == "clone")
    return clone();
  if (name == "refresh")
    return refresh();
  if (name == "loop" && gets > 0)
    return loop(gets);
  if (name == "errors" && gets > 0)
    return errors(gets);
  throw std::invalid_argument("usage: exercise shared|deadline|logger|stats|options|clone|refresh|misuse|loop N|errors N");
}

int main(int argc, char **argv) {
  try {
    return run(argc > 1 ? argv[1] : "", argc > 2 ? std::stoi(argv[2]) : 0) ? 0 : 1;
  } catch (const std::exception &error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
