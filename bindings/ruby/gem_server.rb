# frozen_string_literal: true

# Serves the gems of a folder while a command runs, in the way of rubygems.org:
#
#   gem_server.rb FOLDER COMMAND…
#
# The command finds the address in GEM_SERVER; its exit code is this one's.

require 'digest'
require 'rubygems/package'
require 'webrick'

# What `gem` and `bundle` ask for: the compact index, and the specification and file of a gem.
class GemServer < WEBrick::HTTPServlet::AbstractServlet
  def initialize(server, folder)
    super(server)
    # In order of their names: of two gems that seem equal, `gem` takes the last, which is musl's.
    @files = Dir["#{folder}/*.gem"].to_h { |path| [File.basename(path, '.gem'), path] }.sort.to_h
    @specs = @files.transform_values { |path| Gem::Package.new(path).spec }
  end

  def do_GET(request, response)
    response.body = body(request.path) || raise(WEBrick::HTTPStatus::NotFound)
  end

  private

  def body(path)
    case path
    when '/' then ''
    when '/versions' then versions
    when %r{\A/info/(.+)\z} then info($1)
    when %r{\A/gems/(.+)\.gem\z} then File.binread(@files.fetch($1))
    when %r{\A/quick/Marshal\.4\.8/(.+)\.gemspec\.rz\z} then Gem.deflate(Marshal.dump(@specs.fetch($1)))
    end
  end

  def versions
    lines = @specs.values.group_by(&:name).map do |name, specs|
      "#{name} #{specs.map { |spec| version(spec) }.join(',')} #{Digest::MD5.hexdigest(info(name))}\n"
    end
    ['created_at: 2000-01-01T00:00:00Z', '---', *lines].join("\n")
  end

  def info(name)
    lines = @specs.select { |_, spec| spec.name == name }.map do |full_name, spec|
      needs = spec.runtime_dependencies.to_h { |each| [each.name, each.requirement] }
      wants = { 'checksum' => Digest::SHA256.file(@files[full_name]).hexdigest,
                'ruby' => spec.required_ruby_version, 'rubygems' => spec.required_rubygems_version }
      "#{version(spec)} #{pairs(needs)}|#{pairs(wants)}\n"
    end
    "---\n#{lines.join}"
  end

  def version(spec)
    [spec.version, spec.platform].join('-')
  end

  def pairs(values)
    values.map { |name, value| "#{name}:#{value.to_s.gsub(', ', '&')}" }.join(',')
  end
end

folder, *command = ARGV
server = WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: 0, AccessLog: [],
                                 Logger: WEBrick::Log.new(nil, WEBrick::Log::WARN))
server.mount('/', GemServer, folder)
thread = Thread.new { server.start }
done = system({ 'GEM_SERVER' => "http://127.0.0.1:#{server.config[:Port]}/" }, *command)
server.shutdown
thread.join
exit done
