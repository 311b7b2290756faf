# The file is of a prerelease, the formula is not: they drifted.
class Tool < Formula
  version "1.2.3"
  url "https://example.org/tool-1.2.3-rc.1.tar.gz"
  mirror "https://github.com/someone/tool/releases/download/v1.2.3-rc.1/tool.tar.gz"
  mirror "https://example.org/1.2.3/tool.tar.gz"
end
