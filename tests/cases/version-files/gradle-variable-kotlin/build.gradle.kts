plugins { kotlin("jvm") version "2.1.0" }

private val projectVersion: String = "1.2.3"

allprojects {
    group = "dev.example"
    version = projectVersion
}
