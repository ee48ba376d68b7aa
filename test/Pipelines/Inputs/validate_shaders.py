"""Lowers modules to SPIR-V and lets spirv-val check every shader of each."""

import os
import re
import subprocess
import sys


def run(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout


for path in sys.argv[1:]:
    lowered = path + ".spirv"
    run("bnn-opt", path, "--quant-bnn-lower-to-spirv-pipeline", "-o", lowered)
    with open(lowered) as file:
        binaries = re.findall(r"gpu\.binary @(\w+)", file.read())
    for binary in binaries:
        shader = f"{path}.{binary}.spv"
        run("bnn-translate", "--gpu-binary-to-object", f"--gpu-binary={binary}",
            lowered, "-o", shader)
        run("spirv-val", "--target-env", "vulkan1.1", shader)
    print(f"{os.path.basename(path)}: {len(binaries)} shaders are valid")
