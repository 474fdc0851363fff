# frozen_string_literal: true

require 'fiddle/import'
require 'rbconfig'

module Momo
  module Library
    extend Fiddle::Importer

    # LIBMOMO_PATH, else the library beside this file, else the one that the system knows.
    def self.load_libmomo
      name = RbConfig::CONFIG['host_os'].match?(/mingw|mswin/) ? 'momo.dll' : 'libmomo.so.0'
      beside = File.join(__dir__, name)
      path = ENV['LIBMOMO_PATH'].to_s
      path = File.exist?(beside) ? beside : name if path.empty?
      dlload path
    rescue Fiddle::DLError => e
      raise LoadError, "#{path} cannot be loaded on #{RbConfig::CONFIG['arch']}: #{e.message}. " \
                       "Install the gem libmomo for this platform, put #{name} beside " \
                       "#{__FILE__}, or correct LIBMOMO_PATH"
    end

    load_libmomo
    typealias 'momo_status', 'int'

    TokenStruct = struct [
      'char *access_token', 'char *token_type', 'char *authorization',
      'int64_t expires_in', 'int64_t expires_at', 'int64_t lifetime', 'int32_t refresh_status',
      'int64_t refresh_in'
    ]
    ErrorStruct = struct [
      'int status', 'int32_t http_status', 'int64_t retry_after_ms',
      'char *message', 'char *code', 'char *body'
    ]

    OptionStruct = struct ['char *name', 'char *value', 'char *source', 'char *warning', 'intptr_t next']

    STATS = %w[
      requests tokens_issued network_failures credential_failures rate_limit_failures
      server_failures response_failures retries refreshes failed_refreshes waits longest_wait_ms
      invalidations last_request_ms last_failure_status last_failure_at token_expires_in cooldown_ms
      tokens_adopted token_origin
    ].freeze
    StatsStruct = struct(STATS.map { |name| "int64_t #{name}" })

    extern 'momo_config *momo_create_config(void)'
    extern 'momo_status momo_set_option(momo_config *, char *, char *, momo_error **)'
    extern 'momo_status momo_set_options_from_env(momo_config *, momo_error **)'
    extern 'momo_status momo_set_logger(momo_config *, void *, void *, void *, int32_t, ' \
           'momo_error **)'
    extern 'momo_status momo_create_client(momo_config *, momo_client **, momo_error **)'
    extern 'momo_client *momo_clone_client(momo_client *)'
    extern 'void momo_cancel_client(momo_client *)'
    extern 'momo_status momo_create_token(momo_client *, int64_t, momo_token **, momo_error **)'
    extern 'momo_status momo_get_token(momo_client *, int64_t, momo_token **, momo_error **)'
    extern 'momo_status momo_invalidate_token(momo_client *, char *, momo_error **)'
    extern 'momo_status momo_get_options(momo_client *, momo_option **, momo_error **)'
    extern 'momo_status momo_get_stats(momo_client *, momo_stats **, momo_error **)'
    extern 'void momo_clear_cache(void)'
    %w[config token options stats error].each { |what| extern "void momo_free_#{what}(void *)" }
    extern 'char *momo_status_name(int32_t)'
    extern 'char *momo_version(void)'

    FREE_CLIENT = handler.sym('momo_free_client')

    # Calls a function whose last argument is an error; raises what it says.
    def self.call(name, *arguments)
      output do |out|
        next if public_send(name, *arguments, out).zero?

        raise Error.new(**taken(ErrorStruct, out, :momo_free_error).first)
      end
    end

    # A place for a pointer, which C sets. The Timeout or Thread#kill of another thread waits until
    # what it points to is freed; it could not end the call inside C before that either.
    def self.output(&block)
      Thread.handle_interrupt(Object => :never) do
        Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE, &block)
      end
    end

    # The fields of what C handed out, which is freed at once: one hash, or those of a list.
    def self.taken(struct, out, free)
      all, at = [], out.ptr.to_i
      until at.zero?
        given = struct.new(at)
        all << struct.members.to_h do |name|
          value = given[name]
          value = value.to_s.force_encoding(Encoding::UTF_8) if value.is_a?(Fiddle::Pointer)
          [name.to_sym, value]
        end
        at = all.last.delete(:next) || 0
      end
      all
    ensure
      public_send(free, out.ptr)
    end

    # What is absent must not become a credential, as nil.to_s would.
    def self.option(name, value)
      if [nil, true, false].include?(value) || value.is_a?(Enumerable)
        raise ArgumentError, "the option #{name} is a text or a number, not of #{value.class}"
      end

      c_string(value.to_s)
    end

    def self.c_string(text)
      # C would take what stands before it.
      raise ArgumentError, 'a string for libmomo holds a NUL' if text.include?("\0")

      text.encode(Encoding::UTF_8)
    end

    def self.milliseconds(timeout)
      return -1 if timeout.nil? # the option `timeout`
      unless timeout.is_a?(Numeric) && timeout >= 0
        raise ArgumentError, "timeout is a number of seconds, and not negative: #{timeout.inspect}"
      end

      # Rounded up: a budget that is nearly spent must not become 0, which never waits. A day is the
      # longest that the library takes.
      ([timeout, 86_400].min * 1000).ceil
    end
  end
  private_constant :Library
end
