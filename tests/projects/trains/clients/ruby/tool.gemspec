# frozen_string_literal: true

require_relative "lib/tool/version"

Gem::Specification.new do |spec|
  spec.name = "tool"
  spec.version = Tool::VERSION
  spec.summary = "Calls the tool"
  spec.authors = ["Someone"]
  spec.files = Dir["lib/**/*.rb"]
  spec.add_dependency "numbers", "~> 1.0.0"
end
