# release = '9.9.9'
release = '1.2.3'
