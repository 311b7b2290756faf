class Tool < Formula
  version File.read(path).strip
  url "https://github.com/someone/tool/releases/download/v1.2.3/tool.tar.gz"
end
