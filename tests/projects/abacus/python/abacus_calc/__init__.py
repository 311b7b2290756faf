"""Adds numbers, by the library of its platform."""

import ctypes
import pathlib
import sys

_NATIVE = pathlib.Path(__file__).parent / "_native"


def _library():
    names = {"win32": "abacus.dll", "darwin": "libabacus.dylib"}
    library = ctypes.CDLL(str(_NATIVE / names.get(sys.platform, "libabacus.so")))
    library.abacus_version.restype = ctypes.c_char_p
    library.abacus_add.restype = ctypes.c_long
    return library


def version():
    """The library's version."""
    return _library().abacus_version().decode()


def add(a, b):
    """The sum of two numbers."""
    return _library().abacus_add(str(a).encode(), str(b).encode())


def main():
    """The command line."""
    print(f"abacus {version()}")
