class Tool < Formula
  on_macos do
    url "https://github.com/someone/tool/archive/v1.2.3-darwin.tar.gz"
  end
  on_linux do
    url "https://github.com/someone/tool/releases/download/v1.2.3/tool-1.2.3-linux.tar.gz"
  end
end
