"""Runs every pass of this project, alone, on each module of a file.

Usage: run_every_pass.py FILE.mlir

A pass gives valid IR or an error. The file's modules are apart by `// -----`. A
pass is run without the verifier after it, so that an invalid module is told from
an error of the pass. A pipeline is run as it is.
"""

import concurrent.futures
import re
import subprocess
import sys

PATH = sys.argv[1]
# What a pass must be told.
OPTIONS = {
    "quant-bnn-differentiate": "=functions=f",
}
FLAGS = ["--allow-unregistered-dialect", "--split-input-file"]


def call(*arguments, **options):
    return subprocess.run(
        ["bnn-opt", *arguments, *FLAGS], capture_output=True, text=True, **options
    )


def check(name):
    """What is wrong with the pass `name`, or None."""
    option = f"--{name}{OPTIONS.get(name, '')}"
    if name.endswith("-pipeline"):
        result, verified = call(PATH, option, "-o", "/dev/null"), None
    else:
        result = call(PATH, option, "--verify-each=false", "--mlir-print-op-generic")
        chunks = [c for c in result.stdout.split("// -----") if c.strip()]
        verified = call("-", input="\n// -----\n".join(chunks))
    if result.returncode not in (0, 1):
        return f"{name} crashes:\n{result.stderr[:2000]}"
    if result.returncode == 1 and "error:" not in result.stderr:
        return f"{name} fails without an error"
    if verified and verified.returncode != 0:
        return f"{name} gives an invalid module:\n{verified.stderr[:2000]}"
    return None


def main():
    help_text = subprocess.run(
        ["bnn-opt", "--help"], capture_output=True, text=True
    ).stdout
    names = re.findall(
        r"^ +--((?:quant-bnn|convert-quant-bnn|bnn-codegen)[\w-]*)"
        r" +-   (?!Earlier name|Removed)",
        help_text,
        re.M,
    )
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        faults = [fault for fault in executor.map(check, names) if fault]
    print(f"{len(names)} passes and pipelines, {len(faults)} faults")
    print("\n".join(faults))


main()
