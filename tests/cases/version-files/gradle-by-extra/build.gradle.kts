val toolVersion by extra("1.2.3")
version = toolVersion
