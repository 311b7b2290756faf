"""The core."""

__all__ = ["__version__"]
__version__: str = "1.0.0"
