# frozen_string_literal: true

module Tool
  # VERSION = "1.2.3"
  OTHER_VERSION = "1.2.3"
  VERSION = "1.2.3".freeze
end
