"""Prints, as JSON, what a program needs of the system: needs.py PROGRAM

The loader that it names, the newest version of glibc, and whether it wants libmomo.so.0.
"""

import json
import re
import subprocess
import sys


def readelf(option):
    command = ["readelf", "--wide", option, sys.argv[1]]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


loader = re.search(r"program interpreter: (.*)\]", readelf("--program-headers"))
versions = re.findall(r"GLIBC_([\d.]+)", readelf("--version-info"))
newest = max(versions, key=lambda text: [int(part) for part in text.split(".")], default="")
shared = "[libmomo.so.0]" in readelf("--dynamic")
print(json.dumps({"loader": loader[1] if loader else "", "glibc": newest, "libmomo": shared}))
