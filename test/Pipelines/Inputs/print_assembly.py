"""Prints the assembly that the objects of a module's gpu.binary ops hold."""

import re
import sys

with open(sys.argv[1]) as file:
    text = file.read()
for match in re.finditer(r'(?:assembly = |bin = )?"((?:[^"\\]|\\.)*)">', text):
    unescaped = re.sub(
        r"\\([0-9A-F]{2}|.)",
        lambda escape: chr(int(escape[1], 16)) if len(escape[1]) == 2 else escape[1],
        match[1],
    )
    print(unescaped.rstrip("\0"))
