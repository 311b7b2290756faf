cask "tool" do
  version "1.2.3"
  sha256 "0000"
  url "https://github.com/someone/tool/releases/download/v#{version}/tool.dmg"
  livecheck do
    url "https://example.org/9.9.9"
  end
end
