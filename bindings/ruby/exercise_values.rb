# frozen_string_literal: true

# The scenarios of values, for exercise.rb: what is refused, and what Ruby prints and sends.

require 'json'
require 'pp'
require 'stringio'

# What is said of a mistake, "" if nothing is.
def refused
  yield
  ''
rescue ArgumentError, TypeError => e
  e.message
end

def misuse
  client = Momo::Client.new
  said = {
    nil: refused { Momo::Client.new(api_key: nil) },
    false: refused { Momo::Client.new(api_key: false) },
    list: refused { Momo::Client.new(api_key: []) },
    negative: refused { client.get_token(timeout: -1) },
    nan: refused { client.get_token(timeout: Float::NAN) },
    text: refused { client.get_token(timeout: '5s') },
    unknown: refused { client.get_token(timeout_ms: 5) },
    invalidate: refused { client.invalidate_token(nil) }
  }
  client.invalidate_token(client.get_token)
  said.merge(invalidations: client.stats.invalidations)
end

# As ActiveSupport's as_json has it.
def instance_values(object)
  object.instance_variables.to_h { |name| [name, object.instance_variable_get(name)] }
end

# The ways that Ruby has to write a token down, and those that wrote it.
def secrets
  require 'yaml' # which a Ruby that was compiled without libyaml does not have
  token = Momo::Client.new.get_token
  ways = {
    to_s: -> { token.to_s },
    inspect: -> { [token].inspect },
    pp: -> { PP.pp([token], StringIO.new).string },
    json: -> { JSON.generate([token]) },
    yaml: -> { YAML.dump([token]) },
    marshal: -> { Marshal.dump([token]) },
    instance_values: -> { JSON.generate(instance_values(token)) + instance_values(token).inspect },
    'no such method': -> { token.no_such }
  }
  leaks = ways.select do |_, way|
    way.call.include?(token.access_token)
  rescue TypeError # refused
    false
  rescue NoMethodError => e
    e.message.include?(token.access_token)
  end
  { leaks: leaks.keys, frozen: token.frozen? }
end

# Errors and tokens made without a gateway.
def made
  error = Momo::Error.new(status: Momo::Status::UNAUTHORIZED, message: 'the key is wrong', http_status: 500,
                          code: 'login_failed')
  error = Marshal.load(Marshal.dump(error))
  token = Momo::Token.new(access_token: 'abc', expires_in: 60)
  { error: [error.name, error.http_status, error.code, error.retry_after_ms, error.message],
    token: [token.authorization, token.expires_in], version: Momo::VERSION,
    origin: Momo::TokenOrigin::GATEWAY, statuses: Momo::Status.constants.size }
end
