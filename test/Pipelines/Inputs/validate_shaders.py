"""Lowers modules to SPIR-V and lets spirv-val check every shader of each.

Usage: validate_shaders.py FOLDER MODULE...; shaders are written to FOLDER.
"""

import os
import re
import subprocess
import sys


def run(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout


folder = sys.argv[1]
for path in sys.argv[2:]:
    output = os.path.join(folder, os.path.basename(path))
    lowered = output + ".spirv"
    run("bnn-opt", path, "--quant-bnn-lower-to-spirv-pipeline", "-o", lowered)
    with open(lowered) as file:
        binaries = re.findall(r"gpu\.binary @(\w+)", file.read())
    for binary in binaries:
        shader = f"{output}.{binary}.spv"
        run("bnn-translate", "--gpu-binary-to-object", f"--gpu-binary={binary}",
            lowered, "-o", shader)
        run("spirv-val", "--target-env", "vulkan1.1", shader)
    print(f"{os.path.basename(path)}: {len(binaries)} shaders are valid")
