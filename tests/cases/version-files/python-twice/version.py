__version__ = "1.2.3"
if True:
    pass
__version__ = "1.2.4"
