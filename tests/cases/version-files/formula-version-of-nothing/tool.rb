class Tool < Formula
  version :latest
  url "https://github.com/someone/tool/releases/download/v1.2.3/tool.tar.gz"
end
