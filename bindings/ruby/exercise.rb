# frozen_string_literal: true

# What the tests ask of the wrapper, one scenario at a time: exercise.rb SCENARIO [N]

require 'etc'
require 'json'
require 'set'
require_relative 'exercise_values'
require_relative 'exercise_waiting'
require_relative 'momo'

CHILDREN = 4
GETS_PER_CHILD = 25

def shared
  client = Momo::Client.new
  tokens = Array.new(8) { Thread.new { client.get_token.access_token } }.map(&:value)
  { calls: tokens.size, distinct: tokens.uniq.size }
end

def milliseconds
  Process.clock_gettime(Process::CLOCK_MONOTONIC, :millisecond)
end

def deadline
  client = Momo::Client.new
  begin_ms = milliseconds
  client.get_token(timeout: 0.3)
rescue Momo::Error => e
  { status: e.name, ms: milliseconds - begin_ms }
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

def logger
  log = BrokenLogger.new(nil, level: Logger::DEBUG)
  catch(:away) do
    Momo::Client.new(logger: log).get_token
    return { lines: log.lines, ok: true }
  end
  { lines: log.lines, ok: false }
end

def stats
  client = Momo::Client.new
  2.times { client.get_token }
  client.stats.to_h.slice(:requests, :tokens_issued, :network_failures, :credential_failures,
                          :last_failure_status, :token_expires_in, :cooldown_ms, :tokens_adopted,
                          :token_origin)
end

def options
  found = Momo::Client.new.options.to_h { |option| [option.name, option] }
  timeout = found['timeout']
  { count: found.size, timeout: "#{timeout.value}, #{timeout.source}",
    api_key: found['api_key'].value, warning: found['api_user'].warning }
end

# A refresh goes on beside gets that never wait. The token lives 6 s.
def refresh
  client = Momo::Client.new
  tokens = [client.get_token]
  slowest = 0
  begin_ms = milliseconds
  while (before = milliseconds) < begin_ms + 5400
    tokens << client.get_token
    slowest = [slowest, milliseconds - before].max
    sleep 0.02
  end
  { distinct: tokens.map(&:access_token).uniq.size, slowest_ms: slowest }
end

# One request, two calls that wait for it: one is cancelled, the other has the token.
def clone_client
  client = Momo::Client.new
  begin
    client.get_token(timeout: 0) # begins the request, so that it belongs to neither call
  rescue Momo::Error # there is no token yet
  end
  clone = client.clone
  waiting = Thread.new { client.get_token }
  ended = Thread.new do
    clone.get_token
    'MOMO_OK'
  rescue Momo::Error => e
    e.name
  end
  sleep 0.1
  clone.close
  status = ended.value
  early = waiting.alive?
  token = waiting.value.is_a?(Momo::Token)
  { status: status, early: early, token: token, waits: client.stats.waits }
end

def resident_kib
  GC.start
  File.read('/proc/self/statm').split[1].to_i * Etc.sysconf(Etc::SC_PAGESIZE) / 1024
end

def growth_kib(times, &call)
  (times / 10).times(&call)
  before = resident_kib
  times.times(&call)
  resident_kib - before
end

def loop_gets(gets)
  client = Momo::Client.new
  { gets: gets, growth_kib: growth_kib(gets) { client.get_token } }
end

def errors(gets)
  client = Momo::Client.new
  names = Set.new
  growth = growth_kib(gets) do
    client.get_token(timeout: 0)
  rescue Momo::Error => e
    names << e.name
  end
  { gets: gets, status: names.join(','), growth_kib: growth }
end

def clients(count)
  { clients: count, growth_kib: growth_kib(count) { Momo::Client.new.clone.stats } }
end

# Prefork: the parent makes the client, its children use it.
def fork_children(warm:)
  client = Momo::Client.new
  client.get_token if warm
  pipes = Array.new(CHILDREN) do
    IO.popen('-') || begin
      GETS_PER_CHILD.times { puts client.get_token.access_token }
      exit
    end
  end
  tokens = pipes.flat_map { |pipe| pipe.readlines.tap { pipe.close } }
  { gets: tokens.size, distinct: tokens.uniq.size }
end

result =
  case ARGV
  in ['shared'] then shared
  in ['deadline'] then deadline
  in ['logger'] then logger
  in ['stats'] then stats
  in ['options'] then options
  in ['refresh'] then refresh
  in ['clone'] then clone_client
  in ['loop', gets] then loop_gets(gets.to_i)
  in ['errors', gets] then errors(gets.to_i)
  in ['clients', count] then clients(count.to_i)
  in ['fibers'] then fibers
  in ['interrupts'] then interrupts
  in ['leave'] then leave
  in ['misuse'] then misuse
  in ['secrets'] then secrets
  in ['made'] then made
  in ['fork'] then fork_children(warm: true)
  in ['fork-cold'] then fork_children(warm: false)
  end
puts JSON.generate(result)
