# frozen_string_literal: true

require 'digest'
require 'json'
require 'sinatra/base'
require_relative '../momo'

# A shop, at the point where it has a token and would make a payment.
class Shop < Sinatra::Base
  # One client for every thread. It is made before Puma forks, and serves each worker, too.
  MOMO = Momo::Client.new

  set :environment, :production
  set :show_exceptions, false

  get '/' do
    token = MOMO.get_token
    content_type :json
    # Told apart by a hash: a token has no business in a page.
    JSON.generate(pid: Process.pid, token_sha256: Digest::SHA256.hexdigest(token.access_token))
  end

  # The reason is for the log: it tells of the shop's configuration, not of the visitor's request.
  error Momo::Error do |error|
    warn error.message
    headers 'Retry-After' => (error.retry_after_ms / 1000.0).ceil.to_s if error.retry_after_ms >= 0
    halt 503, 'no token'
  end
end
