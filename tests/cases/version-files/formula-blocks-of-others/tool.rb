# Versions of compilers and resources are theirs.
class Tool < Formula
  stable do
    url "https://github.com/someone/tool/archive/refs/tags/v1.2.3.tar.gz", tag: "v#{version}"
  end
  fails_with :gcc do
    version "5"
    cause "it is old"
  end
  go_resource "other" do
    url "https://github.com/other/other.git", tag: "v1.2.3"
  end
  whatever do
    url "https://github.com/other/other/archive/v1.2.3.tar.gz"
  end
end
