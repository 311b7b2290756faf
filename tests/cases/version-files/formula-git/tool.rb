class Tool < Formula
  url "https://example.org/tool.git",
      tag:      "tool-v1.2.3",
      revision: "0123"
end
