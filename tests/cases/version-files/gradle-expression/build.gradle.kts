version = "${rootProject.version}"
