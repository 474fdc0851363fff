# frozen_string_literal: true

# Of a folder that package.py lays out, for one platform.
Gem::Specification.new do |gem|
  gem.name = 'libmomo'
  gem.version = ENV.fetch('LIBMOMO_VERSION')
  gem.platform = Gem::Platform.new(ENV.fetch('LIBMOMO_GEM_PLATFORM'))
  gem.summary = 'Access tokens for MTN Mobile Money'
  gem.authors = ['@MAINTAINER@']
  gem.email = '@EMAIL@'
  gem.homepage = '@URL@'
  gem.licenses = ['MIT', 'Apache-2.0']
  gem.files = Dir['lib/*', '*.md', 'LICENSE-*', 'THIRD-PARTY.txt']
  gem.metadata = { 'rubygems_mfa_required' => 'true', 'source_code_uri' => '@URL@' }

  gem.required_ruby_version = '>= 3.0'
  # Both come with Ruby; from Ruby 3.5 on, programs under Bundler have to name them.
  gem.add_runtime_dependency 'fiddle', '>= 1.0'
  gem.add_runtime_dependency 'logger', '>= 1.4'
  # Older ones do not tell the two C libraries apart, and would install this gem on glibc.
  gem.required_rubygems_version = '>= 3.3.22' if gem.platform.version == 'musl'
end
