require_relative 'momo'

# From MOMO_API_USER, MOMO_API_KEY, MOMO_SUBSCRIPTION_KEY.
client = Momo::Client.new
puts "Authorization: #{client.get_token.authorization}"
