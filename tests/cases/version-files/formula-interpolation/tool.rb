class Tool < Formula
  version "1.2.3"
  url "https://github.com/someone/tool/releases/download/v#{version}/tool-1.2.3.tar.gz"
  mirror "https://example.org/#{name}-#{version}.tar.gz"
  mirror ENV["MIRROR"]
end
