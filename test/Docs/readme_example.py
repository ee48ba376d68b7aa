#!/usr/bin/env python3
"""Writes the parts of the README's example to files in a directory: layer.mlir,
command.sh, expected.mlir, layer.py and expected.txt; and to report.txt what the
section on PyTorch says that a program prints."""

import pathlib
import re
import sys

readme, directory = map(pathlib.Path, sys.argv[1:])

def find_blocks(title):
    section = readme.read_text().split(f"## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)


names = ("layer.mlir", "command.sh", "expected.mlir", "layer.py", "expected.txt")
(directory / "report.txt").write_text(find_blocks("From PyTorch")[1])
for name, block in zip(names, find_blocks("An example"), strict=True):
    # The tool ends its output in an empty line.
    end = "\n" if name == "expected.mlir" else ""
    (directory / name).write_text(block + end)
