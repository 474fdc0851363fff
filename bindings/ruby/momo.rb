# frozen_string_literal: true

require 'fiddle/import'
require 'logger'
require 'rbconfig'

# Access tokens for MTN Mobile Money, through libmomo: copy this file into a project.
#
#   client = Momo::Client.new
#   headers = { 'Authorization' => client.get_token.authorization }
#
# One client serves every thread, and every process that forks from this one. A call lets other
# threads of Ruby run while it waits.
module Momo
  # The C interface, as momo.h has it.
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
    extern 'void momo_free_config(momo_config *)'
    extern 'momo_status momo_create_client(momo_config *, momo_client **, momo_error **)'
    extern 'momo_client *momo_clone_client(momo_client *)'
    extern 'void momo_cancel_client(momo_client *)'
    extern 'momo_status momo_create_token(momo_client *, int64_t, momo_token **, momo_error **)'
    extern 'momo_status momo_get_token(momo_client *, int64_t, momo_token **, momo_error **)'
    extern 'momo_status momo_invalidate_token(momo_client *, char *, momo_error **)'
    extern 'void momo_free_token(momo_token *)'
    extern 'momo_status momo_get_stats(momo_client *, momo_stats **, momo_error **)'
    extern 'void momo_free_stats(momo_stats *)'
    extern 'void momo_clear_cache(void)'
    extern 'void momo_free_error(momo_error *)'
    extern 'char *momo_status_name(int32_t)'

    FREE_CLIENT = handler.sym('momo_free_client')

    # Calls a function whose last argument is an error; raises what it says.
    def self.call(name, *arguments)
      output do |out|
        return if public_send(name, *arguments, out).zero?

        error = ErrorStruct.new(out.ptr)
        begin
          raise Error.new(*members(error))
        ensure
          momo_free_error(error)
        end
      end
    end

    # A place for a pointer, which C sets. The Timeout or Thread#kill of another thread waits until
    # what it points to is freed; it could not end the call inside C before that either.
    def self.output(&block)
      Thread.handle_interrupt(Object => :never) do
        Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE, &block)
      end
    end

    # Copies: what they are made from is freed at once.
    def self.members(struct)
      struct.class.members.map do |name|
        value = struct[name]
        value.is_a?(Fiddle::Pointer) ? value.to_s.force_encoding(Encoding::UTF_8) : value
      end
    end

    def self.c_string(text)
      # C would take what stands before it.
      raise ArgumentError, 'a string for libmomo holds a NUL' if text.include?("\0")

      text.encode(Encoding::UTF_8)
    end

    def self.milliseconds(timeout)
      return -1 if timeout.nil? # the option `timeout`
      raise ArgumentError, 'timeout is negative or not a number' unless timeout >= 0

      # Rounded up: a budget that is nearly spent must not become 0, which never waits. A day is the
      # longest that the library takes.
      ([timeout, 86_400].min * 1000).ceil
    end
  end
  private_constant :Library

  # Why there is no token; its message says what failed and what to do.
  class Error < StandardError
    # status: the number of a momo_status, name: "MOMO_UNAUTHORIZED"; http_status: 0 where no
    # response came; retry_after_ms: -1 where no time is known
    attr_reader :status, :name, :http_status, :retry_after_ms, :code, :body

    def initialize(status, http_status, retry_after_ms, message, code, body)
      super(message)
      @status = status
      @name = Library.momo_status_name(status).to_s
      @http_status = http_status
      @retry_after_ms = retry_after_ms
      @code = code
      @body = body
    end
  end

  # expires_in: seconds left, expires_at: Unix time in seconds, both 0 where that is not known;
  # refresh_status: why the last refresh failed, 0 where none did;
  # refresh_in: seconds until one is due, 0 where it is, -1 where none is
  Token = Struct.new(:access_token, :token_type, :authorization,
                     :expires_in, :expires_at, :lifetime, :refresh_status, :refresh_in) do
    # Secrets stay out of logs.
    def inspect
      "#<Momo::Token expires_at=#{expires_at}>"
    end
    alias_method :to_s, :inspect
  end

  # What a client's token cost: counters, times and a status; momo.h explains each.
  Stats = Struct.new(*Library::STATS.map(&:to_sym))

  # Hands the library's lines to a Logger.
  class LogClosure < Fiddle::Closure
    SEVERITIES = [nil, Logger::ERROR, Logger::WARN, Logger::INFO, Logger::DEBUG].freeze

    def initialize(logger)
      @logger = logger
      super(Fiddle::TYPE_VOID, [Fiddle::TYPE_VOIDP, Fiddle::TYPE_INT32_T, Fiddle::TYPE_VOIDP])
    end

    # Nothing may unwind through C: no exception of whatever class, and no throw, which only a
    # return in ensure stops.
    def call(_user_data, level, line)
      @logger.add(SEVERITIES[level], line.to_s.force_encoding(Encoding::UTF_8))
    rescue Exception => e
      warn "Momo: the logger failed: #{e.message} (#{e.class})"
    ensure
      return
    end

    # The most detailed level that the logger writes.
    def level
      SEVERITIES.rindex { |severity| severity && severity >= @logger.level } || 1
    end
  end
  private_constant :LogClosure

  # Options come from MOMO_… in the environment (unless environment: false), then from keywords:
  # Client.new(api_key_file: '/run/secrets/momo', timeout: '10s'). docs/options.md lists them.
  class Client
    def initialize(environment: true, logger: nil, **options)
      config = Library.momo_create_config
      set_logger(config, logger) if logger # first: it is told of MOMO_ names that are no option
      Library.call(:momo_set_options_from_env, config) if environment
      options.each do |name, value|
        Library.call(:momo_set_option, config, name.to_s, Library.c_string(value.to_s))
      end
      Library.output do |out|
        Library.call(:momo_create_client, config, out)
        own(out.ptr)
      end
    ensure
      Library.momo_free_config(config)
    end

    # A token that is good now: call it before each payment. timeout: seconds. 0 never waits: where
    # no token is at hand it raises, and one is asked for in the background.
    # Timeout.timeout does not end a call inside the library; this does.
    def get_token(timeout: nil)
      token(:momo_get_token, timeout)
    end

    # A new token from the gateway, at every call.
    def create_token(timeout: nil)
      token(:momo_create_token, timeout)
    end

    # Tells that the gateway refused this token, so that it is not handed out again.
    def invalidate_token(access_token)
      Library.call(:momo_invalidate_token, @handle, Library.c_string(access_token))
    end

    # The counters, for monitoring; asks nothing of the gateway.
    def stats
      copied(:momo_get_stats, Library::StatsStruct, Stats, :momo_free_stats)
    end

    # Ends calls in progress and refuses later ones, with MOMO_CANCELLED; those of clones too.
    # close of a clone (clone and dup make them, at little cost) ends the calls on the clone alone:
    # make one for a call that another thread may have to end.
    def close
      Library.momo_cancel_client(@handle)
    end

    def inspect
      '#<Momo::Client>'
    end

    private

    def set_logger(config, logger)
      @log = LogClosure.new(logger) # must live as long as the client does
      Library.call(:momo_set_logger, config, @log, nil, nil, @log.level)
    end

    def initialize_copy(_)
      super
      Thread.handle_interrupt(Object => :never) do
        own(Library.momo_clone_client(@handle))
      end
    end

    # Freed when this object is collected, so never under a call of another thread.
    def own(client)
      @handle = Fiddle::Pointer.new(client.to_i, 0, Library::FREE_CLIENT)
    end

    def token(function, timeout)
      copied(function, Library::TokenStruct, Token, :momo_free_token, Library.milliseconds(timeout))
    end

    # What a function hands out, as an object of Ruby's.
    def copied(function, struct, copy, free, *arguments)
      Library.output do |out|
        Library.call(function, @handle, *arguments, out)
        given = struct.new(out.ptr)
        begin
          copy.new(*Library.members(given)).freeze
        ensure
          Library.public_send(free, given)
        end
      end
    end
  end

  # Forgets and wipes every token that this process holds.
  def self.clear_cache
    Library.momo_clear_cache
  end
end
