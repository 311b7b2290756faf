class Tool < Formula
  url "https://github.com/someone/tool/releases/download/v1.2.3/tool.tar.gz"
  livecheck do
end
