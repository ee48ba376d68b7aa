"""Runs the passes of a file on a module: together, or each alone with --each.

usage: run_frozen.py [--each] FILE MODULE
"""

import subprocess
import sys


def main():
    *flags, path, module = sys.argv[1:]
    with open(path) as file:
        options = file.read().splitlines()
    runs = [[option] for option in options] if flags else [options]
    for run in runs:
        subprocess.run(["bnn-opt", module, *run, "-o", "/dev/null"], check=True)
    print(len(options), "accepted")


main()
