/*
 * libmomo for C++17: momo.h with owners, exceptions and std::chrono. Header only.
 *
 * A call that fails throws momo::error. What each call does is said in momo.h, which is also for
 * programs without exceptions.
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
#include <utility>
#include <vector>

namespace momo {

/* Why a call failed: the members of momo_error. Copying it cannot fail, as the standard asks of
 * what is thrown. */
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
    static_cast<momo_error &>(*own) = {status, 0, -1, own->text.c_str(), "", "", 0};
    held_ = own;
  }
  /* Copied where others are moved: a moved-from error would have no message. */
  error(const error &) noexcept = default;
  error &operator=(const error &) noexcept = default;

  const char *what() const noexcept override { return held_->message; }
  momo_status status() const noexcept { return held_->status; }
  const char *status_name() const noexcept { return momo_status_name(held_->status); }
  int http_status() const noexcept { return held_->http_status; }
  const char *code() const noexcept { return held_->code; }
  const char *body() const noexcept { return held_->body; }
  /* When to try again, if that is known. */
  std::optional<std::chrono::milliseconds> retry_after() const noexcept {
    if (held_->retry_after_ms < 0)
      return std::nullopt;
    return std::chrono::milliseconds(held_->retry_after_ms);
  }

private:
  std::shared_ptr<const momo_error> held_;
};

/* Called on the thread whose call it tells of, on several at once if several call. What it
 * throws is dropped. */
using logger = std::function<void(momo_log_level, std::string_view line)>;

namespace detail {

/* Calls a function whose last parameter is for an error. */
template <class F, class... T> void call(F *function, T... arguments) {
  momo_error *failure = nullptr;
  if (function(arguments..., &failure) != MOMO_OK)
    throw error(failure);
}

/* Owns what a function hands out. */
template <class T, class F, class... A>
std::unique_ptr<T, void (*)(T *)> taken(void (*free)(T *), F *function, A... arguments) {
  T *given = nullptr;
  call(function, arguments..., &given);
  return {given, free};
}

extern "C" inline void momo_hpp_log(void *held, std::int32_t level, const char *line) {
  /* Nothing may be thrown through C. */
  try {
    (*static_cast<const logger *>(held))(static_cast<momo_log_level>(level), line);
  } catch (...) {
  }
}

extern "C" inline void momo_hpp_free_logger(void *held) { delete static_cast<logger *>(held); }

} // namespace detail

/* A token: the members of momo_token. It stays the library's memory, so that it is wiped with the
 * last copy; the views that it gives are of C strings, and good for as long as a copy lives. */
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
  std::string_view authorization() const noexcept { return held_->authorization; }
  std::chrono::seconds expires_in() const noexcept {
    return std::chrono::seconds(held_->expires_in);
  }
  std::int64_t expires_at() const noexcept { return held_->expires_at; }
  std::chrono::seconds lifetime() const noexcept { return std::chrono::seconds(held_->lifetime); }
  std::int32_t refresh_status() const noexcept { return held_->refresh_status; }
  std::int64_t refresh_in() const noexcept { return held_->refresh_in; }

private:
  std::shared_ptr<const momo_token> held_;
};

/* The members of momo_option, of which momo.h tells. */
struct option {
  std::string name, value, source, warning;
};

/* Numbers alone: a copy holds those that this header knows, which a library as new hands out. */
using stats = momo_stats;

/* The options of clients to be made, by name: docs/options.md. */
class config {
public:
  /* NULL, as getenv() returns it, is refused, and so is a NUL in the value. */
  config &set(const std::string &name, const char *value) {
    if (value == nullptr)
      throw error(MOMO_INVALID_ARGUMENT, name + " is NULL; give a value");
    detail::call(momo_set_option, get(), name.c_str(), value);
    return *this;
  }
  config &set(const std::string &name, const std::string &value) {
    if (value.find('\0') != std::string::npos)
      throw error(MOMO_INVALID_CONFIG, name + " has a NUL in it");
    return set(name, value.c_str());
  }

  config &set_from_env() {
    detail::call(momo_set_options_from_env, get());
    return *this;
  }

  /* `level` is the most detailed one wanted; an empty function takes the logger away. */
  config &set_logger(logger log, momo_log_level level = MOMO_LOG_INFORMATION) {
    const bool some = static_cast<bool>(log);
    /* The library frees it, also if this call fails. */
    detail::call(momo_set_logger, get(), some ? detail::momo_hpp_log : nullptr,
                 some ? new logger(std::move(log)) : nullptr,
                 some ? detail::momo_hpp_free_logger : nullptr, level);
    return *this;
  }

  /* For what momo.h has and this header has not. */
  momo_config *get() const noexcept { return held_.get(); }

private:
  std::unique_ptr<momo_config, decltype(&momo_free_config)> held_{momo_create_config(),
                                                                  momo_free_config};
};

/* Hands out tokens. Any number of threads may call on one client at once. */
class client {
public:
  /* A call's whole time, retries included. None is the option `timeout`; 0 does not block: a token
   * at hand, or else MOMO_WOULD_BLOCK, and one is asked for meanwhile. Less than 0 is refused. */
  using timeout = std::optional<std::chrono::milliseconds>;

  explicit client(const config &config)
      : held_(detail::taken(momo_free_client, momo_create_client, config.get())) {}

  /* A second handle, at little cost. cancel() of the clone ends the calls on the clone alone: make
   * one for a call that another thread may have to end. */
  client clone() const noexcept { return client(momo_clone_client(get())); }

  /* A token that is good now: to be called before each payment. */
  token get_token(timeout time = {}) const { return hand_out(momo_get_token, time); }

  /* A new token from the gateway at every call. */
  token create_token(timeout time = {}) const { return hand_out(momo_create_token, time); }

  /* The gateway refused this token elsewhere: it is not handed out again. */
  void invalidate(const std::string &access_token) const {
    if (access_token.empty())
      throw error(MOMO_INVALID_ARGUMENT, "the token is empty");
    detail::call(momo_invalidate_token, get(), access_token.c_str());
  }
  void invalidate(const token &token) const { invalidate(std::string(token.access_token())); }

  /* Every option as it is used; of a credential the value is the length. */
  std::vector<option> options() const {
    std::vector<option> all;
    const auto first = detail::taken(momo_free_options, momo_get_options, get());
    for (const momo_option *each = first.get(); each != nullptr; each = each->next)
      all.push_back({each->name, each->value, each->source, each->warning});
    return all;
  }

  /* The counters, for monitoring; asks nothing of the gateway. */
  momo::stats stats() const { return *detail::taken(momo_free_stats, momo_get_stats, get()); }

  /* Final: ends the calls in progress, those on clones too, and every later one. */
  void cancel() const noexcept { momo_cancel_client(get()); }

  momo_client *get() const noexcept { return held_.get(); }

private:
  explicit client(momo_client *made) noexcept : held_(made, momo_free_client) {}

  token hand_out(decltype(momo_get_token) call, timeout time) const {
    /* -1 is the default; no other negative number is valid. */
    const std::int64_t ms = time ? time->count() < 0 ? -2 : time->count() : -1;
    return token(detail::taken(momo_free_token, call, get(), ms).release());
  }

  std::unique_ptr<momo_client, decltype(&momo_free_client)> held_;
};

inline void clear_cache() noexcept { momo_clear_cache(); }

inline std::string_view version() noexcept { return momo_version(); }

} // namespace momo

#endif
