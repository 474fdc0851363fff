#!/usr/bin/env ruby
# frozen_string_literal: true

# Prints a token, or on stderr why there is none, as one JSON object.

require 'json'
require_relative 'momo'

begin
  token = Momo::Client.new.get_token
  names = %i[access_token token_type authorization expires_in expires_at refresh_in]
  puts JSON.generate(names.to_h { |name| [name, token.public_send(name)] })
rescue Momo::Error => e
  warn JSON.generate(status: e.name, http_status: e.http_status, code: e.code, message: e.message)
  exit 1
end
