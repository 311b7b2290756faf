class Tool < Formula
  url "https://github.com/someone/tool/releases/download/v1.2.3-b2/tool-1.2.3-b2.tgz"
end
