# frozen_string_literal: true

module Tool
  VERSION = "1.0.0"
end
