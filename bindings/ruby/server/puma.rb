# frozen_string_literal: true

workers Integer(ENV.fetch('WEB_CONCURRENCY', 4))
threads 4, 4
# The application is loaded once, and its client is made before the workers are forked.
preload_app!

bind "tcp://127.0.0.1:#{ENV.fetch('PORT', 9292)}"
# To be told to end is no failure.
raise_exception_on_sigterm false
