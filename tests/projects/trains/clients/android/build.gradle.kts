plugins {
    id("com.example.library") version "1.0.0"
    `maven-publish`
}

group = "com.example"
version = "1.0.0"

publishing {
    publications {
        create<MavenPublication>("release") {
            artifactId = "tool-client-android"
            version = project.version.toString()
        }
    }
}
