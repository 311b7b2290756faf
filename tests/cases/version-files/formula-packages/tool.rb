class Tool < Formula
  url "https://example.org/packages/tool-1.2.3.tar.gz"
  version("1.2.3")
  head "https://example.org/tool.git"
end
