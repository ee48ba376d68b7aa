"""Runs the examples of a page: saves each block of MLIR, C or Python under the name in its
first line, runs the blocks of commands in one shell, and compares what each
prints with the block of text after it.

Usage: run_page.py PAGE FOLDER
"""

import pathlib
import re
import subprocess
import sys

page, folder = map(pathlib.Path, sys.argv[1:])
# `python` is the interpreter that runs this.
script = f"set -e\nPATH='{pathlib.Path(sys.executable).parent}':$PATH\n"
expected = []
for kind, block in re.findall(r"```(\w+)\n(.*?)```", page.read_text(), re.DOTALL):
    if kind in ("c", "mlir", "python"):
        name = block.split("\n", 1)[0].removeprefix("// ").removeprefix("# ")
        (folder / name).write_text(block)
    elif kind == "sh":
        expected.append("")
        script += block + "printf '\\0'\n"
    elif kind == "text":
        expected[-1] = block

run = subprocess.run(["sh", "-c", script], cwd=folder, text=True, stdout=subprocess.PIPE)
actual = run.stdout.split("\0")[:-1]


def lines(text):
    """The lines of text without the spaces that some ops print at the end."""
    return [line.rstrip() for line in text.strip().splitlines()]


for number, (want, got) in enumerate(zip(expected, actual)):
    if lines(want) != lines(got):
        sys.exit(f"commands {number}: expected\n{want}\nbut got\n{got}")
if run.returncode or len(actual) != len(expected):
    sys.exit(f"commands {len(actual)} failed")
print(len(actual), "blocks of commands agree")
