// It is set in gradle.properties.
val kotlinVersion = "2.1.0"
version = toolVersion
