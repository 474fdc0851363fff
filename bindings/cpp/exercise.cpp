// For the tests: one scenario per run, named by the first argument, one JSON object on stdout.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <iterator>
#include <map>
#include <momo.hpp>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <unistd.h>

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using arguments = std::vector<long>;

static momo::client client_from_env() { return momo::client(momo::config().set_from_env()); }

static long milliseconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin).count();
}

// Counts what calls ended with: a token, or the name of a status and the beginning of its message.
class outcomes {
public:
  void of(const std::function<momo::token()> &call) {
    std::string outcome = "token", text;
    try {
      text = call().access_token();
    } catch (const momo::error &error) {
      const std::string message = error.what();
      outcome = std::string(error.status_name()) + ": " + message.substr(0, message.find(':'));
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    ++counts_[outcome];
    if (!text.empty())
      distinct_.insert(text);
  }

  void print() const {
    const char *before = "{\"outcomes\":{\"";
    for (const auto &[outcome, count] : counts_) {
      std::cout << before << outcome << "\":" << count;
      before = ",\"";
    }
    std::cout << "},\"distinct\":" << distinct_.size();
  }

private:
  std::mutex mutex_;
  std::map<std::string, int> counts_;
  std::set<std::string> distinct_;
};

static long resident_kib() {
  long size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

// get N PAUSE TIMEOUT: calls that follow each other, times in milliseconds, -1 for no timeout.
static void get(const arguments &given) {
  const momo::client client = client_from_env();
  outcomes found;
  const auto timeout = given[2] < 0 ? momo::client::timeout() : milliseconds(given[2]);
  const auto call = [&](long times) {
    for (; times > 0; --times, std::this_thread::sleep_for(milliseconds(given[1])))
      found.of([&] { return client.get_token(timeout); });
  };
  call(given[0] / 4);
  const long before = resident_kib();
  const auto begin = std::chrono::steady_clock::now();
  call(given[0]);
  found.print();
  std::cout << ",\"ms\":" << milliseconds_since(begin)
            << ",\"growth_kib\":" << resident_kib() - before << "}\n";
}

// wait N LEAVING: calls that wait at the same time. Beside the N, after a second, so many are
// cancelled, and the time of as many is up.
static void wait(const arguments &given) {
  const momo::client client = client_from_env(), clone = client.clone();
  outcomes found;
  std::vector<std::future<void>> staying, leaving;
  const auto begin = std::chrono::steady_clock::now();
  const auto start = [&](auto &calls, long times, const momo::client &from, momo::client::timeout timeout) {
    while (times-- > 0)
      calls.push_back(std::async(std::launch::async, [&, timeout] {
        found.of([&] { return from.get_token(timeout); });
      }));
  };
  start(staying, given[0], client, {});
  start(leaving, given[1], client, 1s);
  start(leaving, given[1], clone, {});
  std::this_thread::sleep_until(begin + 1s);
  clone.cancel();
  leaving.clear(); // waits for them
  const long late = milliseconds_since(begin) - 1000;
  staying.clear();
  found.print();
  std::cout << ",\"late_ms\":" << late << "}\n";
}

// Every call once, with a logger that throws.
static void calls(const arguments &) {
  std::atomic<int> lines{0};
  momo::config config;
  config.set_from_env();
  config.set_logger(
      [&lines](momo_log_level, std::string_view line) {
        ++lines;
        throw std::runtime_error(std::string(line));
      },
      MOMO_LOG_DEBUG);
  const momo::client client(config);
  client.invalidate(client.get_token());
  momo::clear_cache();
  static_cast<void>(client.create_token());
  const momo::stats stats = client.stats();
  const std::vector<momo::option> options = client.options();
  std::cout << "{\"lines\":" << lines << ",\"requests\":" << stats.requests
            << ",\"tokens_issued\":" << stats.tokens_issued
            << ",\"invalidations\":" << stats.invalidations
            << ",\"token_expires_in\":" << stats.token_expires_in
            << ",\"token_origin\":" << stats.token_origin << ",\"options\":" << options.size();
  for (const momo::option &each : options)
    std::cout << ",\"" << each.name << "\":\"" << each.value << ", " << each.source << ", "
              << each.warning << '"';
  std::cout << "}\n";
}

// What is refused with another message than this, and what can be made without a gateway.
static void misuse(const arguments &) {
  const momo::client client = client_from_env();
  momo::config config;
  const char *const absent = nullptr;
  std::string accepted;
  const auto refused = [&accepted](const char *message, const std::function<void()> &call) {
    std::string found = "not refused";
    try {
      call();
    } catch (const momo::error &error) {
      found = error.what();
    }
    if (found.find(message) == std::string::npos)
      accepted += (accepted.empty() ? "\"" : ",\"") + found + '"';
  };
  refused("api_key is NULL", [&] { config.set("api_key", absent); });
  refused("api_key has a NUL", [&] { config.set("api_key", std::string("a\0b", 3)); });
  refused("api_key", [&] { config.set("api_key", ""); });
  refused("the token is empty", [&] { client.invalidate(""); });
  refused("timeout_ms", [&] { client.get_token(-1ms); });
  refused("timeout_ms", [&] { client.create_token(-1ms); });
  refused("made", [] { throw momo::error(momo::error(MOMO_TIMED_OUT, "made")); });
  const momo::token made("abc", 60s);
  std::cout << "{\"accepted\":[" << accepted << "],\"made\":[\"" << made.authorization() << "\","
            << made.expires_in().count() << "],\"version\":\"" << momo::version() << "\"}\n";
}

int main(int argc, char **argv) {
  const std::map<std::string_view, void (*)(const arguments &)> scenarios{
      {"get", get}, {"wait", wait}, {"calls", calls}, {"misuse", misuse}};
  arguments numbers;
  std::transform(argv + std::min(argc, 2), argv + argc, std::back_inserter(numbers),
                 [](const char *word) { return std::stol(word); });
  scenarios.at(argc > 1 ? argv[1] : "")(numbers);
}
