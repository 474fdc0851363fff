# frozen_string_literal: true

require 'logger'
require_relative 'momo_library'

# Access tokens for MTN Mobile Money, through libmomo.
#
# One client serves every thread, every fiber, and every process that forks from this one. While a
# call waits, other threads and fibers run, and Thread#kill, Timeout and Ctrl-C end it.
module Momo
  VERSION = Library.momo_version.to_s

  # The numbers of momo_status, without MOMO_: Momo::Status::UNAUTHORIZED.
  module Status
    (0..99).each do |number|
      name = Library.momo_status_name(number).to_s.delete_prefix('MOMO_')
      const_set(name, number) unless name == 'UNKNOWN'
    end
  end

  # Where the current token came from.
  module TokenOrigin
    NONE, GATEWAY, DIRECTORY, REDIS = *0..3
  end

  # Why there is no token; its message says what failed and what to do.
  class Error < StandardError
    # status: a Status, name: "MOMO_UNAUTHORIZED"; http_status: 0 if there was no response;
    # retry_after_ms: -1 if no time is known
    attr_reader :status, :name, :http_status, :retry_after_ms, :code, :body

    def initialize(status:, message: '', http_status: 0, retry_after_ms: -1, code: '', body: '')
      super(message)
      @status, @name = status, Library.momo_status_name(status).to_s
      @http_status, @retry_after_ms = http_status, retry_after_ms
      @code, @body = code, body
    end
  end

  # expires_in: seconds left, expires_at: Unix time in seconds, both 0 if that is not known;
  # refresh_status: why the last refresh failed, 0 if none did;
  # refresh_in: seconds until one is due, 0 if it is, -1 if none is
  class Token
    attr_reader :token_type, :expires_in, :expires_at, :lifetime, :refresh_status, :refresh_in

    def initialize(access_token:, token_type: 'access_token',
                   authorization: "Bearer #{access_token}", expires_in: 0, expires_at: 0,
                   lifetime: 0, refresh_status: 0, refresh_in: -1)
      # In a Proc, which nothing prints and Marshal refuses: secrets stay out of logs and dumps.
      @secret = -> { [access_token, authorization] }
      @token_type = token_type
      @expires_in, @expires_at, @lifetime = expires_in, expires_at, lifetime
      @refresh_status, @refresh_in = refresh_status, refresh_in
    end

    def access_token = @secret.call.first

    def authorization = @secret.call.last

    def inspect = "#<Momo::Token expires_at=#{expires_at}>"
    alias to_s inspect
  end

  # What a client's token cost: counters, times and a status; momo.h explains each.
  Stats = Struct.new(*Library::STATS.map(&:to_sym), keyword_init: true)

  # An option as a client uses it; momo.h explains each.
  Option = Struct.new(:name, :value, :source, :warning, keyword_init: true)

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

    def level
      SEVERITIES.rindex { |severity| severity && severity >= @logger.level } || 1
    end
  end
  private_constant :LogClosure

  # Options come from MOMO_… in the environment (unless environment: false), then from keywords:
  # Client.new(api_key_file: '/run/secrets/momo', timeout: '10s'). docs/options.md lists them.
  class Client
    BLOCKED = {}.compare_by_identity
    private_constant :BLOCKED

    # A program does not end before its threads are out of C.
    at_exit { BLOCKED.keys.each(&:close) }

    def initialize(environment: true, logger: nil, **options)
      config = Library.momo_create_config
      if logger # first: it is told of MOMO_ names that are no option
        @log = LogClosure.new(logger) # must live as long as the client does
        Library.call(:momo_set_logger, config, @log, nil, nil, @log.level)
      end
      Library.call(:momo_set_options_from_env, config) if environment
      options.each do |name, value|
        Library.call(:momo_set_option, config, name.to_s, Library.option(name, value))
      end
      Library.output do |out|
        Library.call(:momo_create_client, config, out)
        own(out.ptr)
      end
    ensure
      Library.momo_free_config(config)
    end

    # A token that is good now: call it before each payment. timeout: seconds; nil is the option of
    # that name. 0 never waits: if no token is at hand it raises, and one is asked for in the
    # background.
    def get_token(timeout: nil)
      milliseconds = Library.milliseconds(timeout)
      due ||= now + timeout if timeout
      token = take(:momo_get_token, 0)
      # Where a refresh is due it may be this call's, by the option refresh.
      milliseconds != 0 && token.refresh_in.zero? ? take(:momo_get_token, milliseconds) : token
    rescue Error => e
      raise if e.status != Status::WOULD_BLOCK || milliseconds.zero?
      return block(:momo_get_token, milliseconds) if e.retry_after_ms.negative?

      left = due - now if due
      raise Error.new(status: Status::TIMED_OUT, message: e.message), cause: nil if left && left <= 0

      wait(left, e.retry_after_ms / 1000.0)
      retry
    end

    # A new token from the gateway, at every call.
    def create_token(timeout: nil) = block(:momo_create_token, Library.milliseconds(timeout))

    # Tells that the gateway refused this token, or this text, so that it is not handed out again.
    def invalidate_token(token)
      text = token.is_a?(Token) ? token.access_token : token
      raise ArgumentError, "a Token or its text is invalidated, no #{text.class}" unless text.is_a?(String)

      Library.call(:momo_invalidate_token, @handle, Library.c_string(text))
    end

    # Every option as it is used, with its source; of a credential the value is the length.
    def options = copied(:momo_get_options, Library::OptionStruct, Option, :momo_free_options)

    # The counters, for monitoring; asks nothing of the gateway.
    def stats = copied(:momo_get_stats, Library::StatsStruct, Stats, :momo_free_stats).first

    # Ends calls in progress and refuses later ones, with MOMO_CANCELLED; those of clones too.
    # close of a clone (clone and dup make them, at little cost) ends the calls on the clone alone:
    # make one for a call that another thread may have to end.
    def close = Library.momo_cancel_client(@handle)

    def inspect = '#<Momo::Client>'

    private

    def initialize_copy(_)
      super
      Thread.handle_interrupt(Object => :never) do
        own(Library.momo_clone_client(@handle))
      end
    end

    # Freed when this object is collected, so never under a call of another thread.
    def own(client)
      @handle = Fiddle::Pointer.new(client.to_i, 0, Library::FREE_CLIENT)
      @lock = Mutex.new
      @changed = ConditionVariable.new # Thread#join forgets its limit under a scheduler of Ruby 3.1
      @waiting, @looking = 0, nil
    end

    # Sleeps until there may be a token or a failure: in Ruby, as C hears no Thread#kill, Timeout or
    # Ctrl-C and lets no other fiber run. One thread looks for all who wait.
    def wait(seconds, every)
      @lock.synchronize do
        @waiting += 1
        @looking = look(every) unless @looking&.alive?
        @changed.wait(@lock, seconds)
      ensure
        @waiting -= 1
      end
    end

    def look(every)
      Thread.new do
        sleep every until @waiting.zero? || settled?
        @lock.synchronize do
          @looking = nil
          @changed.broadcast
        end
      end
    end

    def settled?
      take(:momo_get_token, 0)
    rescue Error => e
      e.status != Status::WOULD_BLOCK || e.retry_after_ms.negative?
    end

    # A call on a thread of its own, which whoever waits for it can leave.
    def block(function, milliseconds)
      call = clone # to end a call is to close its handle, and the client has others
      BLOCKED[call] = true
      Thread.new do
        Thread.current.report_on_exception = false
        Thread.handle_interrupt(Object => :never) { call.send(:take, function, milliseconds) }
      end.value
    rescue ThreadError # no thread can be started
      take(function, milliseconds)
    ensure
      BLOCKED.delete(call)
      call&.close
    end

    def take(function, milliseconds) =
      copied(function, Library::TokenStruct, Token, :momo_free_token, milliseconds).first

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

    def copied(function, struct, copy, free, *arguments)
      Library.output do |out|
        Library.call(function, @handle, *arguments, out)
        Library.taken(struct, out, free).map { |fields| copy.new(**fields).freeze }
      end
    end
  end

  # Forgets and wipes every token that this process holds.
  def self.clear_cache = Library.momo_clear_cache
end
