# A tag counts where it is one of the address that is fetched.
class Tool < Formula
  url "https://github.com/someone/tool.git",
      using:    :git,
      tag:      "release/v1.2.3-linux", # of the tool
      revision: "0123456789012345678901234567890123456789"
  head "https://github.com/someone/tool.git", tag: "v0.0.9"
  depends_on "other" => { tag: "v0.0.8" }
  other tag: "v0.0.7"
end
