# Blocks end in many ways; what is about others is left out, and what follows is not.
class Tool < Formula
  desc "It's a tool: {, (, do and def in texts"
  def self.fetched? = false
  def short; 1; end
  def other = begin; 2; end
  livecheck { url "https://github.com/someone/tool/releases/download/v0.1.0/x" }
  livecheck do
    regex(%r{href=["']?v?(\d+(?:\.\d+)+)/?["' >]}i)
    regex(/tag_name": "v(.+)/)
  end # done
  resource("other") { url "https://github.com/other/other/archive/v1.2.3.tar.gz" }
  if OS.mac? && Hardware::CPU.arm?
    url "https://github.com/someone/tool/releases/download/v1.2.3/tool-darwin-arm64.tar.gz"
    define_method(:install) do
      version "9.9.9"
    end
  elsif OS.mac? then url "https://github.com/someone/tool/releases/download/v1.2.3/tool-darwin-x64.tar.gz"
  else
    url("https://github.com/someone/tool/releases/download/v1.2.3/tool-linux.tar.gz")
  end
  def caveats
    <<~TEXT + 'end'
      It's the end
      url "https://github.com/someone/tool/releases/download/v0.0.1/x"
    TEXT
  end; mirror 'https://example.org/tool-1.2.3.tgz'
end
__END__
url "https://github.com/someone/tool/releases/download/v0.0.2/x"
