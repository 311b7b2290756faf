class Tool < Formula
  version "1.2.3"
  url "https://example.org/1.2.3/tool.zip"
  mirror "https://example.org/1.2.2/tool-1.2.2-linux.zip"
end
