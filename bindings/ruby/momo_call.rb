# frozen_string_literal: true

module Momo
  # A call on a thread of its own, for all who wait for its outcome: C hears no Thread#kill, Timeout
  # or Ctrl-C, and lets no other fiber run. The last one who leaves ends it.
  class Call
    RUNNING = {}.compare_by_identity

    # A program does not end before its threads are out of C.
    at_exit { RUNNING.keys.each(&:close) }

    def initialize(client, function, milliseconds)
      @client = client.clone # to end a call is to close its handle, and the client has others
      @waiting = 1
      @lock = Mutex.new
      @ended = ConditionVariable.new # Thread#join forgets its limit under a scheduler of Ruby 3.1
      @running = true
      Thread.new do
        Thread.handle_interrupt(Object => :never) { run(function, milliseconds) }
      end
    end

    # One more waits; false if it is too late for that.
    def join
      @lock.synchronize do
        joins = @running && @waiting.positive?
        @waiting += 1 if joins
        joins
      end
    end

    # Returns whether it is over, or nobody waits any more.
    def leave
      is_last = @lock.synchronize { (@waiting -= 1).zero? }
      close if is_last
      is_last || !@running
    end

    # nil where the time is up first.
    def outcome(timeout = nil)
      deadline = timeout && now + timeout
      @lock.synchronize do
        while @running && !(deadline && now >= deadline)
          @ended.wait(@lock, deadline && [deadline - now, 0].max)
        end
      end
      return @outcome unless @outcome.is_a?(Exception)

      raise @outcome.dup.tap { |error| error.set_backtrace(caller) }, cause: nil
    end

    def close
      @client.close
    end

    private

    def run(function, milliseconds)
      RUNNING[self] = true
      @outcome = @client.send(:take, function, milliseconds)
    rescue Exception => e # for whoever waits
      @outcome = e
    ensure
      RUNNING.delete(self)
      @lock.synchronize { @running = false }
      @ended.broadcast
    end

    def now
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end
  private_constant :Call
end
