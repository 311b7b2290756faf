"""Makes the wheel of a target from the programs that were built for it: the same bytes from the same programs.

It needs nothing but Python, so that nothing is downloaded between the build and the wheel.
"""

import base64
import hashlib
import os
import pathlib
import re
import zipfile

PROJECT = "lockstep-release"
PROGRAMS = ["lockstep", "lockstep-online"]

root = pathlib.Path(__file__).resolve().parents[3]
version = os.environ["LOCKSTEP_VERSION"]
tags = os.environ["LOCKSTEP_WHEEL"]
triple = os.environ["LOCKSTEP_TRIPLE"]
ending = ".exe" if "-windows-" in triple else ""

# https://packaging.python.org/en/latest/specifications/version-specifiers/, as far as our own versions go.
version = re.sub(r"-(?:alpha|beta|rc|dev)\.?", lambda word: {"-a": "a", "-b": "b", "-r": "rc", "-d": ".dev"}[word.group()[:2]], version)
project = PROJECT.replace("-", "_")
info = f"{project}-{version}.dist-info"

summary = "One typed release model, rendered to workflows that publish all or nothing"
readme = (root / "generator/packages/python/README.md").read_text()
metadata = f"""\
Metadata-Version: 2.4
Name: {PROJECT}
Version: {version}
Summary: {summary}
License-Expression: MIT OR Apache-2.0
License-File: LICENSE-APACHE
License-File: LICENSE-MIT
Project-URL: Source, https://github.com/lockstep-release/lockstep
Requires-Python: >=3.9
Description-Content-Type: text/markdown

{readme}"""
wheel = "Wheel-Version: 1.0\nGenerator: lockstep\nRoot-Is-Purelib: false\n" + "".join(
    f"Tag: py3-none-{tag}\n" for tag in tags.split(".")
)

files = {
    f"{project}-{version}.data/scripts/{program}{ending}": (root / f"target/{triple}/programs/{program}{ending}").read_bytes()
    for program in PROGRAMS
}
files |= {f"{info}/licenses/{name}": (root / name).read_bytes() for name in ["LICENSE-APACHE", "LICENSE-MIT"]}
files |= {f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": wheel.encode()}
rows = [
    f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b'=').decode()},{len(text)}\n"
    for name, text in files.items()
]
files[f"{info}/RECORD"] = ("".join(rows) + f"{info}/RECORD,,\n").encode()

folder = root / "target/wheels"
folder.mkdir(parents=True, exist_ok=True)
for left in folder.glob("*.whl"):
    left.unlink()
with zipfile.ZipFile(folder / f"{project}-{version}-py3-none-{tags}.whl", "w") as archive:
    for name, text in files.items():
        member = zipfile.ZipInfo(name)
        # The system that wrote it says how its bits are read.
        member.create_system = 3
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
        archive.writestr(member, text)
