import os
import platform
import re
import shutil
import subprocess

import lit.formats
from lit.llvm import llvm_config
from lit.llvm.subst import ToolSubst

config.name = "QuantBNN"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.quant_bnn_binary_root, "test")

config.environment["FILECHECK_OPTS"] = (
    "--enable-var-scope --allow-unused-prefixes=false"
)
# Tests compile what they run.
config.environment["QUANT_BNN_CACHE_DIR"] = ""
# Tests write nothing into the source tree.
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"
llvm_config.with_environment("PATH", config.llvm_tools_dir, append_path=True)
llvm_config.with_environment("PATH", config.quant_bnn_tools_dir, append_path=True)

config.substitutions.append(("%python", f'"{config.python}"'))
config.substitutions.append(("%cmake", f'"{config.cmake}"'))
config.substitutions.append(("%host_cxx", f'"{config.host_cxx}"'))
config.substitutions.append(("%host_cc", f'"{config.host_cc}"'))
config.substitutions.append(("%source_root", config.quant_bnn_source_root))
config.substitutions.append(("%binary_root", config.quant_bnn_binary_root))
config.substitutions.append(("%library_dir", config.quant_bnn_library_dir))
# A driver that runs PTX on the CPU, and a program that calls the runtime on it.
cuda_driver = os.path.join(config.quant_bnn_binary_root, "utils", "ptx-emulator")
cuda_calls = f"{config.quant_bnn_binary_root}/unittests/ExecutionEngine/CUDA/cuda-calls"
config.substitutions.append(("%cuda_calls_alone", cuda_calls))
config.substitutions.append(
    ("%cuda_calls", f"env LD_LIBRARY_PATH={cuda_driver} {cuda_calls}")
)
config.substitutions.append(("%cuda_driver", cuda_driver))
config.substitutions.append(
    (
        "%launch_plan",
        f'env LD_LIBRARY_PATH={cuda_driver} "{config.python}" '
        f"{config.quant_bnn_source_root}/examples/launch-plan/run.py",
    )
)
config.substitutions.append(
    ("%fuzz", f"{config.quant_bnn_binary_root}/unittests/Fuzz/quant-bnn-fuzz")
)
config.substitutions.append(("%inputs", os.path.join(config.test_source_root, "Inputs")))
config.substitutions.append(("%npy", f'"{config.python}" {config.test_source_root}/Inputs/npy.py'))

if config.links_libmlir:
    config.available_features.add("libmlir")
    # A stock mlir-opt cannot load a plugin that is instrumented.
    if "asan" not in config.available_features:
        config.available_features.add("plugin")
for target in config.llvm_targets:
    config.available_features.add(f"{target.lower()}-registered-target")

if config.has_assertions:
    config.available_features.add("asserts")

# Instructions of the machine that runs the tests.
if os.path.exists("/proc/cpuinfo"):
    with open("/proc/cpuinfo") as cpuinfo:
        flags = cpuinfo.read()
        for flag in ("avx2", "avx512f", "avx512_bf16"):
            if f" {flag} " in flags:
                config.available_features.add(f"host-{flag}")

# As MLIR finds it.
if shutil.which("ptxas"):
    config.available_features.add("ptxas")

import_tvm_ffi = [config.python, "-c", "import numpy, tvm_ffi"]
if subprocess.run(import_tvm_ffi, capture_output=True).returncode == 0:
    config.available_features.add("tvm-ffi")

# The Python package, with the interpreter that it was built for.
if config.package_python:
    config.available_features.add("python-package")
    package = os.path.join(config.quant_bnn_binary_root, "python")
    python = f'env "PYTHONPATH={package}" "{config.package_python}"'
    config.substitutions.append(("%package_python", python))
    config.substitutions.append(("%pytest", f"{python} -m pytest -q -p no:cacheprovider"))
    features = {name: [name] for name in ("matplotlib", "onnx", "torch")}
    features["jax"] = ["jax", "jax_tvm_ffi", "torch_mlir"]
    for feature, modules in features.items():
        find = "import importlib.util as u, sys; sys.exit(not all("
        find += f"u.find_spec(m) for m in {modules}))"
        if subprocess.run([config.package_python, "-c", find]).returncode == 0:
            config.available_features.add(feature)

# The runner of SPIR-V kernels, which without arguments prints the device's name.
vulkan_run = os.path.join(
    config.quant_bnn_binary_root, "unittests/Vulkan/quant-bnn-vulkan-run"
)
config.substitutions.append(("%vulkan_run", vulkan_run))
if config.has_vulkan and os.path.exists(vulkan_run):
    device = subprocess.run([vulkan_run], capture_output=True, text=True)
    if device.returncode == 0:
        config.available_features.add("vulkan")
        if device.stdout.startswith("llvmpipe"):
            config.available_features.add("llvmpipe")
# Programs for AArch64, linked with the C library of Debian's libc6-dev-arm64-cross.
aarch64_root = "/usr/aarch64-linux-gnu"
config.substitutions.append(("%aarch64_root", aarch64_root))
config.substitutions.append(("%qemu_aarch64", f"qemu-aarch64 -L {aarch64_root}"))
if shutil.which("qemu-aarch64") and os.path.exists(f"{aarch64_root}/lib/crt1.o"):
    config.available_features.add("aarch64-emulation")
# Programs on other CPUs of x86-64. QEMU emulates AVX2 since version 7.2.
if platform.machine() == "x86_64" and shutil.which("qemu-x86_64"):
    version = subprocess.run(["qemu-x86_64", "--version"], capture_output=True, text=True)
    numbers = re.search(r"version (\d+)\.(\d+)", version.stdout)
    if tuple(map(int, numbers.groups())) >= (7, 2):
        config.available_features.add("x86-64-emulation")

# It also needs the symbols of the C library: Debian's libc6-dbg.
if shutil.which("valgrind") and subprocess.call(["valgrind", "-q", "true"]) == 0:
    config.available_features.add("valgrind")

# Debian's packages, by the cpack of the cmake in use.
cpack = os.path.join(os.path.dirname(config.cmake), "cpack")
config.substitutions.append(("%cpack", f'"{cpack}"'))
if shutil.which("dpkg-deb") and os.path.exists(cpack):
    config.available_features.add("dpkg")

if shutil.which("spirv-val"):
    config.available_features.add("spirv-val")

# What links the libraries of this project needs the sanitizers that they have.
sanitizers = []
if "asan" in config.available_features:
    sanitizers = ["-fsanitize=address,undefined"]
config.substitutions.append(("%sanitizers", " ".join(sanitizers)))

# QUANT_BNN_VERIFY_ROUNDTRIP=1 runs the same suite through text and bytecode.
roundtrip = os.environ.get("QUANT_BNN_VERIFY_ROUNDTRIP")
tools = [
    ToolSubst("bnn-opt", extra_args=["--verify-roundtrip"] if roundtrip else []),
    "bnn-translate",
    "bnn-runner",
    "bnn-compile",
    "bnn-lsp-server",
    "bnn-reduce",
    "FileCheck",
    "count",
    "not",
    "split-file",
    "mlir-opt",
    "mlir-translate",
    ToolSubst("%clang", command="clang-22", unresolved="ignore"),
]
llvm_config.add_tool_substitutions(
    tools, [config.quant_bnn_tools_dir, config.llvm_tools_dir]
)
