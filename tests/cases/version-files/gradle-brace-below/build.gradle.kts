plugins
{
    id("java")
}
allprojects
{
    version = "1.2.3"
}
other
{
    version = "9.9.9"
}
