class Tool < Formula
  version "1.2.3"
  on_macos do
    url "https://github.com/someone/tool/archive/v1.2.3-darwin.tar.gz"
  end
  on_linux do
    url "https://github.com/someone/tool/archive/refs/tags/tool-v1.2.3-linux.tar.gz"
    mirror "https://example.org/v1.2.3/tool-1.2.3+static-linux.tar.gz"
  end
end
