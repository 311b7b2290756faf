class Tool < Formula
  url "https://example.org/tool.tar.gz"
end
