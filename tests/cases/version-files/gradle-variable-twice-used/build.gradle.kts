val projectVersion = "1.2.3"
version = projectVersion
subprojects {
    version = projectVersion
}
