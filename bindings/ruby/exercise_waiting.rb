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

# Without the library's own, which end with the request.
def os_threads
  Dir['/proc/self/task/*/comm'].count { |file| !File.read(file).start_with?('momo-re') }
end

# 10,000 fibers wait for one token; a thousand of them have too little time for it. The others of
# the scheduler's fibers run meanwhile.
def fibers
  GC.disable # which marks 10,000 stacks each time, and would be what is measured
  client = Momo::Client.new
  before = os_threads
  list = Thread.list.size
  tokens = []
  errors = []
  late = []
  threads = 0
  largest = 0
  Thread.new do
    Fiber.set_scheduler(Scheduler.new)
    10_000.times do |i|
      Fiber.schedule do
        begin_ms = milliseconds
        tokens << client.get_token(timeout: i < 9000 ? nil : 1.5).access_token
      rescue Momo::Error => e
        late << milliseconds - begin_ms - 1500
        errors << e
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
  { tokens: tokens.size, distinct: tokens.uniq.size, threads: threads - 1, threads_after: Thread.list.size - list,
    late: errors.size, late_ms: late.max, texts: errors.map { |e| e.message[/[^:]*/] }.uniq, gap_ms: largest }
end

# What ends a thread that waits: Thread#kill, Timeout and Ctrl-C.
def interrupts
  client = Momo::Client.new
  before = Thread.list.size
  slowest = 0
  began = nil
  %i[get_token create_token].each do |call|
    thread = Thread.new { client.public_send(call) }
    sleep 0.2
    began = milliseconds
    thread.kill.join
    slowest = [slowest, milliseconds - began].max

    began = milliseconds
    begin
      Timeout.timeout(0.2) { client.public_send(call) }
    rescue Timeout::Error
      slowest = [slowest, milliseconds - began - 200].max
    end

    Thread.new do
      sleep 0.2
      began = milliseconds
      Process.kill(:INT, Process.pid)
    end
    begin
      client.public_send(call)
    rescue Interrupt
      slowest = [slowest, milliseconds - began].max
    end
  end
  sleep 0.2
  { ms: slowest, threads: (Thread.list - [Thread.main]).count { |each| each.inspect.include?('momo.rb') } }
end

# The program ends under threads that wait.
def leave
  client = Momo::Client.new
  2.times { |i| Thread.new { i.zero? ? client.get_token : client.create_token } }
  sleep 2
  { waiting: 2 }
end
