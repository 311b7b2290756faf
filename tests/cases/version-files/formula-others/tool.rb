class Tool < Formula
  desc "A tool"
  url "https://github.com/someone/tool/releases/download/v1.2.3/tool-1.2.3-macos11.2.3.tar.gz"
  mirror "https://example.org/tool-1.2.3.tar.gz"
  sha256 "0000"

  livecheck do
    url "https://github.com/someone/tool/releases/download/v0.1.0/x"
  end

  resource "other" do # fetched
    url "https://github.com/other/other/archive/v1.2.3.tar.gz"
  end

  patch do |p|
    url "https://github.com/other/other/archive/v9.9.9.tar.gz"
  end

  on_linux do
    url "https://github.com/someone/tool/archive/refs/tags/v1.2.3.tar.gz"
  end

  def install
    if true
      bin.install "tool"
    end
    version "9.9.9"
  end

  test do
    (testpath/"x").write <<~EOS
      version "0.1.0"
    EOS
  end
end
