# A name may be assigned in branches, and completed; of names that name each other each text counts once.
class Tool < Formula
  version "1.2.3"
  if OS.mac?
    address = "https://github.com/someone/tool/releases/download/v1.2.3/mac.tgz"
  else
    address = "https://github.com/someone/tool/releases/download/v1.2.3/linux"
    address += "/tool-1.2.3.tgz"
  end
  url address
  A0 = "https://example.org/1.2.3/x"
  A1 = A0 + A0
  A2 = A1 + A1
  A3 = A2 + A2
  mirror A3
  mirror "https://github.com/someone/tool/archive/refs/tags/%40scope%2Ftool%401.2.3.tar.gz"
end
