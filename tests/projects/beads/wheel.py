"""Builds the wheel of a target, and on one of them the source distribution, the same bytes every time."""

import base64
import gzip
import hashlib
import io
import os
import tarfile
import zipfile

VERSION = "1.2.3"
METADATA = f"Metadata-Version: 2.1\nName: beads\nVersion: {VERSION}\nSummary: Beads on strings\n".encode()
PROGRAM = f"#!/bin/sh\necho beads {VERSION}\n".encode()
PYPROJECT = b'[build-system]\nrequires = []\nbuild-backend = "wheel"\nbackend-path = ["."]\n'
TAGS = {"linux-x64": "manylinux_2_17_x86_64", "darwin-arm64": "macosx_11_0_arm64"}


def wheel(folder, tag):
    info = f"beads-{VERSION}.dist-info"
    files = {
        "beads/__init__.py": b"",
        f"beads-{VERSION}.data/scripts/beads": PROGRAM,
        f"{info}/METADATA": METADATA,
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: beads\nRoot-Is-Purelib: false\nTag: py3-none-{tag}\n".encode(),
    }

    def row(name, text):
        digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
        return f"{name},sha256={digest},{len(text)}\n"

    rows = [row(name, text) for name, text in files.items()]
    files[f"{info}/RECORD"] = ("".join(rows) + f"{info}/RECORD,,\n").encode()
    with zipfile.ZipFile(f"{folder}/beads-{VERSION}-py3-none-{tag}.whl", "w") as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o100755 if name.endswith("scripts/beads") else 0o100644) << 16
            archive.writestr(info, text)


def sdist(folder):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        files = {"PKG-INFO": METADATA, "beads/__init__.py": b"", "pyproject.toml": PYPROJECT}
        # It builds itself: no index has what else would.
        with open(__file__, "rb") as own:
            files["wheel.py"] = own.read()
        for name, text in files.items():
            info = tarfile.TarInfo(f"beads-{VERSION}/{name}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
    with open(f"{folder}/beads-{VERSION}.tar.gz", "wb") as file:
        file.write(gzip.compress(packed.getvalue(), mtime=0))


def build_wheel(folder, config_settings=None, metadata_directory=None):
    """What whoever installs the source distribution calls."""
    wheel(folder, "any")
    return f"beads-{VERSION}-py3-none-any.whl"


def main():
    target = os.environ["LOCKSTEP_TARGET"]
    os.makedirs(f"dist/{target}", exist_ok=True)
    wheel(f"dist/{target}", TAGS[target])
    if target == "linux-x64":
        sdist("dist")


if __name__ == "__main__":
    main()
