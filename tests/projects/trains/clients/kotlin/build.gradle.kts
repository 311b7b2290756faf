plugins {
    kotlin("jvm") version "2.0.0"
    `maven-publish`
}

dependencies {
    implementation("com.example:numbers:${property("numbersVersion")}")
}
