"""Checks that a pass leaves each function as it was in which it only refuses.

Usage: check_refusals.py FILE PASS

Order and names of values do not count, since rewrite drivers move constants.
"""

import re
import subprocess
import sys

path, name = sys.argv[1:]


def run(*options):
    return subprocess.run(
        ["bnn-opt", path, "--split-input-file", "--mlir-print-local-scope", *options],
        check=True, capture_output=True, text=True,
    )


def get_functions(text):
    """The lines of each function, by its name."""
    functions = {}
    for part in re.split(r"^  func\.func ", text, flags=re.MULTILINE)[1:]:
        function, body = re.match(r"(?:private )?@(\w+)(.*)", part, re.DOTALL).groups()
        functions[function] = sorted(re.sub(r"%\w+|\^\w+", "%", body).split("\n"))
    return functions


before = get_functions(run().stdout)
done = run(f"--{name}", f"--remarks-filter={name.split('=')[0]}")
after = get_functions(done.stdout)
remarks = re.findall(r"\[(Missed|Passed)\].*? Function=(\w+)", done.stderr)
refused = {function for kind, function in remarks if kind == "Missed"}
refused -= {function for kind, function in remarks if kind == "Passed"}
for function in sorted(refused):
    if before[function] != after[function]:
        sys.exit(f"{path}: {name} has changed @{function}, of which it refuses a part")
print(f"{name}: {len(refused)} functions are as they were")
