/*
 * libmomo for C++17: momo.h with owners, exceptions and std::chrono. Header only.
 *
 *   momo::config config;
 *   config.set_from_env();
 *   momo::client client(config);
 *   send_payment(client.get_token(10s).authorization());
 *
 * Every call that can fail comes twice: plain it throws momo::error, with try_ in its name it
 * returns a momo::result, which holds a value or that error, and never throws. What each call does
 * is said in momo.h. Without exceptions (-fno-exceptions) what would be thrown ends the program.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef MOMO_HPP
#define MOMO_HPP

#include <momo.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace momo {

/* Why a call failed. Copying it cannot fail, as the standard asks of what is thrown. */
class error : public std::exception {
public:
  /* Takes the C error. */
  explicit error(momo_error *taken) : held_(taken, momo_free_error) {}
  /* Also for tests without a gateway. */
  error(momo_status status, std::string message) {
    struct made : momo_error {
      std::string text;
    };
    const auto own = std::make_shared<made>();
    own->text = std::move(message);
    static_cast<momo_error &>(*own) = {status, 0, -1, own->text.c_str(), "", ""};
    held_ = own;
  }
  /* Copied where others are moved: a moved-from error would have no message. */
  error(const error &) noexcept = default;
  error &operator=(const error &) noexcept = default;

  /* One line: what failed, why, what to do. */
  const char *what() const noexcept override { return held_->message; }
  momo_status status() const noexcept { return held_->status; }
  const char *status_name() const noexcept { return momo_status_name(held_->status); }
  /* 0 where no answer came. */
  int http_status() const noexcept { return held_->http_status; }
  /* The answer's own error code or a firewall's support ID, or "". */
  const char *code() const noexcept { return held_->code; }
  /* The answer, redacted, or "". */
  const char *body() const noexcept { return held_->body; }
  /* When to try again, where that is known. */
  std::optional<std::chrono::milliseconds> retry_after() const noexcept {
    if (held_->retry_after_ms < 0)
      return std::nullopt;
    return std::chrono::milliseconds(held_->retry_after_ms);
  }

private:
  std::shared_ptr<const momo_error> held_;
};

namespace detail {

[[noreturn]] inline void raise(const error &error) {
#ifdef __cpp_exceptions
  throw error;
#else
  static_cast<void>(error);
  std::terminate();
#endif
}

template <auto function> struct freed_by {
  template <class T> void operator()(T *held) const noexcept { function(held); }
};
template <class T, void (*function)(T *)>
using owner = std::unique_ptr<T, freed_by<function>>;

} // namespace detail

/* A T or an error: what std::expected is in C++23. */
template <class T> class [[nodiscard]] result {
public:
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  result(value_type value) : held_(std::move(value)) {}
  result(momo::error error) : held_(std::move(error)) {}

  bool has_value() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  /* Only where there is a value, as with a pointer. */
  value_type &operator*() noexcept { return *std::get_if<0>(&held_); }
  const value_type &operator*() const noexcept { return *std::get_if<0>(&held_); }
  value_type *operator->() noexcept { return std::get_if<0>(&held_); }
  const value_type *operator->() const noexcept { return std::get_if<0>(&held_); }

  /* Only where there is none. */
  const momo::error &error() const noexcept { return *std::get_if<1>(&held_); }

  /* The value, or else the error is thrown. */
  value_type value() && {
    if (!has_value())
      detail::raise(error());
    return std::move(**this);
  }

private:
  std::variant<value_type, momo::error> held_;
};

/* A token. It stays the library's memory, so that it is wiped with the last copy; the views that it
 * gives are of C strings, and good for as long as a copy lives. */
class token {
public:
  explicit token(momo_token *taken) : held_(taken, momo_free_token) {}
  /* For tests without a gateway. */
  token(const std::string &access_token, std::chrono::seconds expires_in) {
    struct made : momo_token {
      std::string text;
    };
    const auto own = std::make_shared<made>();
    own->text = "Bearer " + access_token;
    const char *text = own->text.c_str();
    const auto left = expires_in.count();
    static_cast<momo_token &>(*own) = {text + 7, "access_token", text, left, 0, left, MOMO_OK, -1};
    held_ = own;
  }

  std::string_view access_token() const noexcept { return held_->access_token; }
  std::string_view token_type() const noexcept { return held_->token_type; }
  /* The value of the Authorization header to send. */
  std::string_view authorization() const noexcept { return held_->authorization; }
  /* What was left when the call returned; 0 where it is not known. */
  std::chrono::seconds expires_in() const noexcept {
    return std::chrono::seconds(held_->expires_in);
  }
  /* Unix time in seconds; 0 where it is not known. */
  std::int64_t expires_at() const noexcept { return held_->expires_at; }
  std::chrono::seconds lifetime() const noexcept { return std::chrono::seconds(held_->lifetime); }
  /* Why the last refresh failed, a momo_status; MOMO_OK where none did. */
  std::int32_t refresh_status() const noexcept { return held_->refresh_status; }
  /* Seconds until a refresh is due, 0 where it is, -1 where there will be none. */
  std::int64_t refresh_in() const noexcept { return held_->refresh_in; }

private:
  std::shared_ptr<const momo_token> held_;
};

/* Numbers alone, explained in momo.h. A copy holds what this header knows of, which every library
 * that is no older hands out. */
using stats = momo_stats;

/* Values of stats::token_origin. */
enum class origin : std::int64_t { none = 0, gateway = 1, directory = 2, redis = 3 };

enum class log_level : std::int32_t { error = 1, warning = 2, information = 3, debug = 4 };

/* Called on the thread whose call it tells of, on several at once where several call. What it
 * throws is dropped. */
using logger = std::function<void(log_level, std::string_view line)>;

namespace detail {

extern "C" inline void momo_hpp_log(void *held, std::int32_t level, const char *line) {
#ifdef __cpp_exceptions
  /* Nothing may be thrown through C. */
  try {
    (*static_cast<const logger *>(held))(static_cast<log_level>(level), line);
  } catch (...) {
  }
#else
  (*static_cast<const logger *>(held))(static_cast<log_level>(level), line);
#endif
}

extern "C" inline void momo_hpp_free_logger(void *held) { delete static_cast<logger *>(held); }

/* Calls a function whose last parameter is for an error. */
template <class F, class... T> result<void> call(F *function, T... arguments) noexcept {
  momo_error *error = nullptr;
  if (function(arguments..., &error) != MOMO_OK)
    return momo::error(error);
  return std::monostate();
}

} // namespace detail

/* The options of clients to be made, by name: docs/options.md. */
class config {
public:
  config() noexcept : held_(momo_create_config()) {}

  result<void> try_set(const std::string &name, const char *value) noexcept {
    if (value == nullptr)
      return momo::error(MOMO_INVALID_ARGUMENT, name + " is NULL; give a value");
    return detail::call(momo_set_option, get(), name.c_str(), value);
  }
  result<void> try_set(const std::string &name, const std::string &value) noexcept {
    if (value.find('\0') != std::string::npos)
      return momo::error(MOMO_INVALID_CONFIG, name + " has a NUL in it");
    return try_set(name, value.c_str());
  }
  /* A std::string, or what getenv() returns: NULL is refused. */
  template <class T> config &set(const std::string &name, const T &value) {
    try_set(name, value).value();
    return *this;
  }

  /* Every option that a MOMO_ variable names. */
  result<void> try_set_from_env() noexcept {
    return detail::call(momo_set_options_from_env, get());
  }
  config &set_from_env() {
    try_set_from_env().value();
    return *this;
  }

  /* `level` is the most detailed one wanted; an empty function takes the logger away. */
  result<void> try_set_logger(logger log, log_level level) noexcept {
    const bool some = static_cast<bool>(log);
    /* The library frees it, also where this call fails. */
    return detail::call(momo_set_logger, get(), some ? detail::momo_hpp_log : nullptr,
                        some ? new logger(std::move(log)) : nullptr,
                        some ? detail::momo_hpp_free_logger : nullptr,
                        static_cast<std::int32_t>(level));
  }
  config &set_logger(logger log, log_level level = log_level::information) {
    try_set_logger(std::move(log), level).value();
    return *this;
  }

  /* For what momo.h has and this header has not. */
  momo_config *get() const noexcept { return held_.get(); }

private:
  detail::owner<momo_config, momo_free_config> held_;
};

/* Hands out tokens. Any number of threads may call on one client at once. */
class client {
public:
  /* A call's whole time, retries included. None is the option `timeout`; 0 does not block: a token
   * at hand, or else MOMO_WOULD_BLOCK, and one is asked for meanwhile. Less than 0 is refused. */
  using timeout = std::optional<std::chrono::milliseconds>;

  explicit client(const config &config) : client(make(config).value()) {}

  static result<client> make(const config &config) noexcept {
    momo_client *made = nullptr;
    if (const auto done = detail::call(momo_create_client, config.get(), &made); !done)
      return done.error();
    return client(made);
  }

  /* A second handle, at little cost. cancel() of the clone ends the calls on the clone alone: make
   * one for a call that another thread may have to end. */
  client clone() const noexcept { return client(momo_clone_client(get())); }

  /* A token that is good now: to be called before each payment. */
  result<token> try_get_token(timeout time = {}) const noexcept {
    return hand_out(momo_get_token, time);
  }
  token get_token(timeout time = {}) const { return try_get_token(time).value(); }

  /* A new token from the gateway at every call. */
  result<token> try_create_token(timeout time = {}) const noexcept {
    return hand_out(momo_create_token, time);
  }
  token create_token(timeout time = {}) const { return try_create_token(time).value(); }

  /* The gateway refused this token elsewhere: it is not handed out again. */
  result<void> try_invalidate(const std::string &access_token) const noexcept {
    if (access_token.empty())
      return momo::error(MOMO_INVALID_ARGUMENT, "the token is empty");
    return detail::call(momo_invalidate_token, get(), access_token.c_str());
  }
  void invalidate(const std::string &access_token) const { try_invalidate(access_token).value(); }
  void invalidate(const token &token) const { invalidate(std::string(token.access_token())); }

  /* The counters, for monitoring; asks nothing of the gateway. */
  result<momo::stats> try_stats() const noexcept {
    momo_stats *given = nullptr;
    if (const auto done = detail::call(momo_get_stats, get(), &given); !done)
      return done.error();
    return *detail::owner<momo_stats, momo_free_stats>(given);
  }
  momo::stats stats() const { return try_stats().value(); }

  /* Final: ends the calls in progress, those on clones too, and every later one. */
  void cancel() const noexcept { momo_cancel_client(get()); }

  momo_client *get() const noexcept { return held_.get(); }

private:
  explicit client(momo_client *made) noexcept : held_(made) {}

  result<token> hand_out(decltype(momo_get_token) call, timeout time) const noexcept {
    /* -1 is the default; no other negative number is valid. */
    const std::int64_t ms = time ? time->count() < 0 ? -2 : time->count() : -1;
    momo_token *given = nullptr;
    if (const auto done = detail::call(call, get(), ms, &given); !done)
      return done.error();
    return token(given);
  }

  detail::owner<momo_client, momo_free_client> held_;
};

/* Forgets and wipes every token that the process holds. */
inline void clear_cache() noexcept { momo_clear_cache(); }

/* The version of the library that is loaded. */
inline std::string_view version() noexcept { return momo_version(); }

} // namespace momo

#endif
