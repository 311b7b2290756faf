__all__ = ["__version__", "version"]

__version__ = version = "1.0.0"
