class Tool < Formula
  desc "version \"1.2.3\""
  # version "1.2.3"
  version "1.2.3"
  on_macos do
    url "https://github.com/someone/tool/releases/download/v#{version}/tool.tar.gz"
    sha256 "0000"
  end
end
__END__
  version "1.2.3"
