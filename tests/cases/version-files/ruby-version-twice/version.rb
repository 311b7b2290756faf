module Tool
  VERSION = "1.2.3"
  module Other
    VERSION = "1.2.3"
  end
end
