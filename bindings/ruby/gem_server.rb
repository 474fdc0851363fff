# frozen_string_literal: true

# Serves the gems of libmomo in a folder while a command runs, in the way of rubygems.org:
#
#   gem_server.rb FOLDER COMMAND…
#
# The command finds the address in GEM_SERVER; its exit code is this one's.

require 'digest'
require 'rubygems/package'
require 'webrick'

# A line of the compact index: the version, what the gem needs, and what it wants of Ruby.
def info(gem, spec)
  needs = spec.runtime_dependencies.map { |each| "#{each.name}:#{each.requirement}" }
  wants = ["checksum:#{Digest::SHA256.hexdigest(gem)}",
           "ruby:#{spec.required_ruby_version}", "rubygems:#{spec.required_rubygems_version}"]
  "#{spec.version}-#{spec.platform} #{needs.join(',')}|#{wants.join(',')}\n"
end

# What `gem` and `bundle` ask for: the specification and file of a gem, and the compact index.
folder, *command = ARGV
files, versions, index = { '/' => '' }, [], +"---\n"
# In order of their names: of two gems that seem equal, `gem` takes the last, which is musl's.
Dir["#{folder}/*.gem"].sort.each do |path|
  spec = Gem::Package.new(path).spec
  gem = files["/gems/#{spec.full_name}.gem"] = File.binread(path)
  files["/quick/Marshal.4.8/#{spec.full_name}.gemspec.rz"] = Gem.deflate(Marshal.dump(spec))
  versions << "#{spec.version}-#{spec.platform}"
  index << info(gem, spec)
end
files['/info/libmomo'] = index
files['/versions'] = "created_at: 2000-01-01T00:00:00Z\n---\n" \
                     "libmomo #{versions.join(',')} #{Digest::MD5.hexdigest(index)}\n"

server = WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: 0, AccessLog: [],
                                 Logger: WEBrick::Log.new(nil, WEBrick::Log::WARN))
server.mount_proc('/') do |request, response|
  response.body = files[request.path] || raise(WEBrick::HTTPStatus::NotFound)
end
thread = Thread.new { server.start }
done = system({ 'GEM_SERVER' => "http://127.0.0.1:#{server.config[:Port]}/" }, *command)
server.shutdown
thread.join
exit done
