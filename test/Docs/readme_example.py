#!/usr/bin/env python3
"""Writes the parts of the README's example, input, command and output, to
layer.mlir, command.sh and expected.mlir in a directory."""

import pathlib
import re
import sys

readme, directory = map(pathlib.Path, sys.argv[1:])
section = readme.read_text().split("## An example\n")[1].split("\n## ")[0]
blocks = re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)
for name, block in zip(("layer.mlir", "command.sh", "expected.mlir"), blocks, strict=True):
    # The tool ends its output in an empty line.
    end = "\n" if name == "expected.mlir" else ""
    (directory / name).write_text(block + end)
