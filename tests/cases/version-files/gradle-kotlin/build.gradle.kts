plugins { id("x") version "1.2.3" }
allprojects {
    version = "1.2.3"
}
val text = """
version = "1.2.3"
"""
