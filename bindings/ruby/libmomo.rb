# frozen_string_literal: true

require_relative 'momo' # Bundler requires a gem by its name.
