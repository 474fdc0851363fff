# frozen_string_literal: true

module Momo
  # How threads and fibers wait: in Ruby, as C hears no Thread#kill, Timeout or Ctrl-C and lets no
  # other fiber run.
  class Waiting
    def initialize
      @lock = Mutex.new
      @changed = ConditionVariable.new # Thread#join forgets its limit under a scheduler of Ruby 3.1
    end

    # Sleeps until the block, which a thread calls for all who wait, says that there is an outcome.
    def sleep(seconds, every, &is_settled)
      @lock.synchronize do
        @looking = look(every, is_settled) unless @looking&.alive?
        @changed.wait(@lock, seconds)
      end
    end

    private

    def look(every, is_settled)
      Thread.new do
        Kernel.sleep every until is_settled.call
        @lock.synchronize do
          @looking = nil
          @changed.broadcast
        end
      end
    end
  end
  private_constant :Waiting
end
