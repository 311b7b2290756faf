rootProject.version = "1.2.3"
mavenPublishing.coordinates(
    artifactId = "tool",
    version = "9.9.9"
)
