# frozen_string_literal: true

# The scenarios of values, for exercise.rb: what is refused, and what Ruby prints and sends.

require 'json'
require 'pp'
require 'stringio'

# Mistakes that are not refused with a message that has this in it, and values made without a gateway.
def misuse
  client = Momo::Client.new
  accepted = [
    ['api_key', -> { Momo::Client.new(api_key: nil) }],
    ['api_key', -> { Momo::Client.new(api_key: false) }],
    ['api_key', -> { Momo::Client.new(api_key: []) }],
    ['NUL', -> { Momo::Client.new(api_key: "a\0b") }],
    ['timeout', -> { client.get_token(timeout: -1) }],
    ['timeout', -> { client.get_token(timeout: Float::NAN) }],
    ['seconds', -> { client.get_token(timeout: '5s') }],
    ['timeout_ms', -> { client.get_token(timeout_ms: 5) }],
    ['Token', -> { client.invalidate_token(nil) }]
  ].reject do |message, call|
    call.call
    false
  rescue ArgumentError, TypeError => e
    e.message.include?(message)
  end
  token = Momo::Token.new(access_token: 'abc', expires_in: 60)
  error = Momo::Error.new(status: Momo::Status::UNAUTHORIZED, message: 'the key is wrong', http_status: 500,
                          code: 'login_failed')
  error = Marshal.load(Marshal.dump(error))
  { accepted: accepted.map(&:first), made: [token.authorization, token.expires_in], version: Momo::VERSION,
    error: [error.name, error.http_status, error.code, error.retry_after_ms, error.message] }
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
  { leaks: leaks.keys + (token.frozen? ? [] : [:'a change']) }
end
