# frozen_string_literal: true

# What the tests ask of the wrapper, one scenario at a time: exercise.rb SCENARIO [N …]

require 'etc'
require 'json'
require_relative 'momo'
require_relative 'exercise_values'
require_relative 'exercise_waiting'

CHILDREN = 4
GETS_PER_CHILD = 25

def milliseconds
  Process.clock_gettime(Process::CLOCK_MONOTONIC, :millisecond)
end

# Counts what calls end with: a token, or the name of a status and the beginning of its message.
class Outcomes
  def initialize
    @counts, @tokens, @lock = Hash.new(0), {}, Mutex.new
  end

  def of
    token(yield.access_token)
  rescue Momo::Error => e
    count("#{e.name}: #{e.message[/[^:]*/]}")
  end

  def token(text)
    count(:token)
    @tokens[text] = true
  end

  def count(outcome)
    @lock.synchronize { @counts[outcome] += 1 }
  end

  def report(**more) = { outcomes: @counts, distinct: @tokens.size, **more }
end

# Of the resident set, after a warm-up.
def growth_kib(times, &call)
  resident_kib_after = lambda do |more|
    more.times(&call)
    GC.start
    File.read('/proc/self/statm').split[1].to_i * Etc.sysconf(Etc::SC_PAGESIZE) / 1024
  end
  before = resident_kib_after.call(times / 4)
  resident_kib_after.call(times) - before
end

# Calls that follow each other; -1 for no timeout.
def get(times, pause_ms, timeout_ms)
  client = Momo::Client.new
  outcomes = Outcomes.new
  timeout = timeout_ms / 1000.0 unless timeout_ms.negative?
  begin_ms = milliseconds
  growth = growth_kib(times) do
    outcomes.of { client.get_token(timeout: timeout) }
    sleep pause_ms / 1000.0 if pause_ms.positive?
  end
  outcomes.report(growth_kib: growth, ms: milliseconds - begin_ms)
end

# A Logger of its own kind: it leaves in every way that Ruby has.
class BrokenLogger < Logger
  attr_reader :lines

  def add(*)
    @lines = lines.to_i + 1
    throw :away if @lines.even?
    raise NotImplementedError, 'a broken logger'
  end
end

# Every call once.
def calls
  log = BrokenLogger.new(nil, level: Logger::DEBUG)
  client = Momo::Client.new(logger: log)
  client.invalidate_token(client.get_token)
  Momo.clear_cache
  client.create_token
  options = client.options.to_h { |each| [each.name, [each.value, each.source, each.warning].join(', ')] }
  { **client.stats.to_h, **options, lines: log.lines, options: options.size }
end

def clients(count)
  message = nil
  growth = growth_kib(count) do
    Momo::Client.new.clone.stats
    Momo::Client.new(option_of_tomorrow: 1)
  rescue Momo::Error => e
    message = e.message
  end
  { growth_kib: growth, message: message }
end

# Prefork: the parent makes the client, its children use it.
def fork_children(warm)
  client = Momo::Client.new
  client.get_token if warm.positive?
  pipes = Array.new(CHILDREN) do
    IO.popen('-') || begin
      GETS_PER_CHILD.times { puts client.get_token.access_token }
      exit
    end
  end
  outcomes = Outcomes.new
  pipes.each { |pipe| pipe.readlines.each { |line| outcomes.token(line) } && pipe.close }
  outcomes.report
end

name, *numbers = ARGV
programs = %i[get wait calls clients fibers interrupts leave misuse secrets]
           .to_h { |each| [each.to_s, method(each)] }
programs['fork'] = method(:fork_children)
puts JSON.generate(programs.fetch(name).call(*numbers.map(&:to_i)))
