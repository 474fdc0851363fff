#!/usr/bin/env ruby
# frozen_string_literal: true

# Prints a token, or on stderr why there is none, as one JSON object.

require 'json'
require_relative 'momo'

begin
  client = Momo::Client.new
  token = client.get_token
  puts JSON.generate(
    access_token: token.access_token,
    token_type: token.token_type,
    authorization: token.authorization,
    expires_in: token.expires_in,
    expires_at: token.expires_at,
    refresh_in: token.refresh_in
  )
rescue Momo::Error => e
  warn JSON.generate(status: e.name, http_status: e.http_status, code: e.code, message: e.message)
  exit 1
end
