# A version may stand where a name is assigned, or in a part of an expression.
class Tool < Formula
  VERSION = "1.2.3".freeze
  base = "https://github.com/someone/tool/releases/download/v1.2.3"
  unused = "https://github.com/someone/tool/releases/download/v0.0.9"
  version VERSION
  if Hardware::CPU.arm?
    url "#{base}/tool-#{VERSION}-arm.tar.gz"
  else
    url OS.mac? ? "#{base}/tool-1.2.3-mac.tar.gz" : "#{base}/tool-#{version}-x64.tar.gz"
  end
  mirror "https://example.org/v1.2.3/" \
         "tool-1.2.3.tgz"
  mirror <<~URL.chomp
    https://example.org/again/tool-1.2.3.tgz
  URL
  mirror ENV["MIRROR"]
end
