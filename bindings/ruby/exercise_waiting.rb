# frozen_string_literal: true

# The scenarios of calls that wait, for exercise.rb: fibers, threads and signals.

require 'timeout'

# The least of a scheduler: fibers that sleep, wait for each other, and are woken by threads.
class Scheduler
  def initialize
    @ready = Thread::Queue.new
    @sleeping = {}.compare_by_identity
  end

  def fiber(&block)
    Fiber.new(blocking: false, &block).tap(&:resume)
  end

  def block(_blocker, timeout = nil)
    @sleeping[Fiber.current] = timeout ? now + timeout : Float::INFINITY
    Fiber.yield
  end

  def unblock(_blocker, fiber)
    @ready << fiber
  end

  def kernel_sleep(duration = nil)
    block(:sleep, duration)
  end

  def close
    until @sleeping.empty?
      resume(@ready.pop) until @ready.empty?
      time = now
      @sleeping.select { |_, due| due <= time }.each_key { |fiber| resume(fiber) }
      sleep 0.001
    end
  end

  def io_wait(*) = raise(NotImplementedError)

  private

  def resume(fiber)
    fiber.resume if @sleeping.delete(fiber) && fiber.alive?
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end

# Threads that wait at the same time. Beside those that stay, after a second, so many are cancelled,
# and the time of as many is up.
def wait(staying, leaving)
  client = Momo::Client.new
  clone = client.clone
  outcomes = Outcomes.new
  late = [0]
  begin_ms = milliseconds
  leave = lambda do |from, timeout|
    outcomes.of { from.get_token(timeout: timeout) }
    late << milliseconds - begin_ms - 1000
  end
  threads = Array.new(leaving) { [Thread.new { leave.(client, 1) }, Thread.new { leave.(clone, nil) }] }.flatten
  threads += Array.new(staying) { Thread.new { outcomes.of { client.get_token } } }
  sleep 1 if leaving.positive?
  clone.close
  threads.each(&:join)
  outcomes.report(late_ms: late.max)
end

def os_threads = File.read('/proc/self/status')[/^Threads:\s*(\d+)/, 1].to_i

# Fibers that wait for one token; some have too little time for it. The others of the scheduler's
# fibers run meanwhile.
def fibers(staying, leaving)
  GC.disable # which marks 10,000 stacks each time, and would be what is measured
  client = Momo::Client.new
  before, list = os_threads, Thread.list.size
  outcomes = Outcomes.new
  late = []
  threads = largest = 0
  Thread.new do
    Fiber.set_scheduler(Scheduler.new)
    staying.times { Fiber.schedule { outcomes.of { client.get_token } } }
    leaving.times do
      Fiber.schedule do
        begin_ms = milliseconds
        outcomes.of { client.get_token(timeout: 1.5) }
        late << milliseconds - begin_ms - 1500
      end
    end
    Fiber.schedule do
      20.times do
        last = milliseconds
        sleep 0.05
        largest = [largest, milliseconds - last].max
      end
      threads = os_threads - before
    end
  end.join
  sleep 0.1
  # One more than before is this program's own.
  outcomes.report(threads: threads - 1, threads_after: Thread.list.size - list, late_ms: late.max, gap_ms: largest)
end

# What ends a thread that waits: Thread#kill, Timeout and Ctrl-C, each after 0.2 s.
def interrupts
  client = Momo::Client.new
  ends = [
    ->(call) { Thread.new(&call).tap { sleep 0.2 }.kill.join },
    ->(call) { Timeout.timeout(0.2, &call) },
    ->(call) { Thread.new { Process.kill(:INT, Process.pid) if sleep 0.2 } && call.call }
  ]
  slowest = %i[get_token create_token].product(ends).map do |name, ending|
    began = milliseconds
    begin
      ending.call(proc { client.public_send(name) })
    rescue Timeout::Error, Interrupt # as it is to be
    end
    milliseconds - began - 200
  end.max
  sleep 0.2
  { ms: slowest, threads: (Thread.list - [Thread.main]).count { |each| each.inspect.include?('momo.rb') } }
end

# The program ends under threads that wait.
def leave
  client = Momo::Client.new
  threads = %i[get_token create_token].map { |call| Thread.new { client.public_send(call) } }
  sleep 2
  { waiting: threads.count(&:alive?) }
end
