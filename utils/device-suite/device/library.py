"""Builds the libraries of the suite, and calls compiled functions in them."""

import ctypes
import json
import math
import pathlib
import struct
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE / "build"

SIZES = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8, "i8": 1, "i32": 4, "i64": 8}
FORMATS = ["f16", "bf16", "f32", "f64", "i8"]  # in the order of host.cpp


class SuiteError(Exception):
    pass


# ----------------------------------------------------------------------------
# Building
# ----------------------------------------------------------------------------


def is_older(path, other):
    return path.stat().st_mtime < other.stat().st_mtime


def compile_library(name, sources, *flags):
    path = BUILD / f"lib{name}.so"
    if path.exists() and all(is_older(source, path) for source in sources):
        return
    command = ["g++", "-shared", "-fPIC", "-std=c++17", *flags]
    command += [str(source) for source in sources] + ["-o", str(path)]
    # The libraries of kernels name that of the runtime.
    if name not in ("quant_bnn_cuda_runtime", "host"):
        command += [f"-L{BUILD}", "-lquant_bnn_cuda_runtime", "-Wl,-rpath,$ORIGIN"]
    command += ["-ldl", "-lm"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise SuiteError(f"cannot run g++: {error}")
    if done.returncode != 0:
        raise SuiteError(f"cannot build {path.name}:\n{done.stderr.strip()}")


def build(targets):
    BUILD.mkdir(exist_ok=True)
    runtime = HERE / "runtime"
    compile_library(
        "quant_bnn_cuda_runtime", sorted(runtime.glob("*.cpp")), f"-I{runtime}"
    )
    compile_library("host", [HERE / "host.cpp"], "-O3", "-march=x86-64-v3")
    for target in targets:
        compile_library(target, sorted((HERE / target).glob("*.o")))


def load_manifest():
    return json.loads((HERE / "manifest.json").read_text())


# ----------------------------------------------------------------------------
# The device
# ----------------------------------------------------------------------------


class Runtime:
    """The functions of quant-bnn/ExecutionEngine/CUDA.h."""

    def __init__(self):
        library = ctypes.CDLL(str(BUILD / "libquant_bnn_cuda_runtime.so"))
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        for name, result, arguments in (
            ("is_available", ctypes.c_int, [ctypes.c_char_p, size]),
            ("get_compute_capability", ctypes.c_int, []),
            ("set_stream", None, [pointer]),
            ("synchronize", None, []),
            ("allocate", pointer, [size]),
            ("free", None, [pointer]),
            ("copy", None, [pointer, pointer, size]),
        ):
            function = getattr(library, "quant_bnn_cuda_" + name)
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)
        # Copies to and from memory that is registered do not go through a buffer
        # of the driver's.
        self.register, self.unregister = (
            library.mgpuMemHostRegister,
            library.mgpuMemHostUnregister,
        )
        self.register.restype = self.unregister.restype = None
        self.register.argtypes = [pointer, ctypes.c_uint64]
        self.unregister.argtypes = [pointer]

    def require_device(self):
        message = ctypes.create_string_buffer(512)
        if not self.is_available(message, len(message)):
            raise SuiteError(f"no device to run on: {message.value.decode()}")


def describe_device(runtime):
    """The device's name and the driver's version, as nvidia-smi has them."""
    capability = runtime.get_compute_capability()
    name, driver = query_device("name"), query_device("driver_version")
    return {
        "device": name or "a device",
        "compute_capability": f"{capability // 10}.{capability % 10}",
        "driver": driver or "unknown",
    }


def query_device(field):
    command = ["nvidia-smi", f"--query-gpu={field}", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.split("\n")[0].strip()


# ----------------------------------------------------------------------------
# Memory
# ----------------------------------------------------------------------------


class HostBuffer:
    """`size` bytes of the host, `shift` bytes behind an aligned address."""

    def __init__(self, size, shift=0):
        self.size = size
        self.memory = ctypes.create_string_buffer(size + shift + 64)
        base = ctypes.addressof(self.memory)
        self.address = (base + 63) // 64 * 64 + shift

    def write(self, data):
        ctypes.memmove(self.address, data, len(data))

    def read(self):
        return ctypes.string_at(self.address, self.size)


class DeviceBuffer:
    """`size` bytes of the device between guards, which nobody may write to."""

    GUARD = b"\xa5" * 64

    def __init__(self, runtime, size, shift=0):
        self.runtime, self.size = runtime, size
        self.base = runtime.allocate(size + shift + 2 * len(self.GUARD))
        self.address = self.base + len(self.GUARD) + shift
        # Every element is to be written, so what is there before is no number.
        self.write(b"\xff" * size)
        for address in self.guards():
            runtime.copy(address, self.GUARD, len(self.GUARD))

    def guards(self):
        return self.address - len(self.GUARD), self.address + self.size

    def write(self, data):
        self.runtime.copy(self.address, data, len(data))

    def read(self, address=None, size=None):
        size = self.size if size is None else size
        data = ctypes.create_string_buffer(max(size, 1))
        self.runtime.copy(data, address or self.address, size)
        return data.raw[:size]

    def are_guards_intact(self):
        size = len(self.GUARD)
        return all(self.read(guard, size) == self.GUARD for guard in self.guards())

    def free(self):
        self.runtime.free(self.base)


def make_descriptor(address, *sizes):
    """MLIR's descriptor of a contiguous memref: two addresses, the offset, sizes and
    strides, of eight bytes each."""
    strides = [math.prod(sizes[dim + 1 :]) for dim in range(len(sizes))]
    fields = [address, address, 0, *sizes, *strides]
    return (ctypes.c_uint64 * len(fields))(*fields)


# ----------------------------------------------------------------------------
# Calls
# ----------------------------------------------------------------------------


def count_of(letter, count):
    """How many elements an operand or result has beside tensors of `count`."""
    return (count + 7) // 8 if letter == "b" else count


def type_of(letter, function):
    return "i8" if letter == "b" else function["type"]


def size_of(letter, function, count):
    return count_of(letter, count) * SIZES[type_of(letter, function)]


class Library:
    """The compiled functions for one target."""

    def __init__(self, target):
        self.library = ctypes.CDLL(str(BUILD / f"lib{target}.so"))

    def prepare(self, function, count, addresses, scalar=0.0):
        """A call of `function` on tensors of `count` elements at `addresses`, by
        their letters. It returns the scalar result, if there is one."""
        wide = ctypes.c_double if function["type"] == "f64" else ctypes.c_float
        call = getattr(self.library, "_mlir_ciface_" + function["name"])
        call.restype = wide if "s" in function["results"] else None
        arguments = []
        for letter in function["operands"] + function["results"].replace("s", ""):
            if letter == "a":
                arguments.append(wide(scalar))
                continue
            descriptor = make_descriptor(addresses[letter], count_of(letter, count))
            arguments.append(ctypes.byref(descriptor))
            # Words do not tell how many bits they hold.
            if letter == "b" and letter in function["operands"]:
                arguments.append(ctypes.c_int64(count))
        return lambda: call(*arguments)


class Report(ctypes.Structure):
    _fields_ = [
        ("differing", ctypes.c_uint64),
        ("mismatches", ctypes.c_uint64),
        ("first", ctypes.c_uint64),
        ("ulps", ctypes.c_uint64),
    ]


class Host:
    """The functions of host.cpp."""

    def __init__(self):
        self.library = ctypes.CDLL(str(BUILD / "libhost.so"))
        u64, pointer, real = ctypes.c_uint64, ctypes.c_void_p, ctypes.c_double
        self.library.host_compare.argtypes = [
            ctypes.c_int, u64, pointer, pointer, pointer, real, real, u64, pointer,
        ]
        self.library.host_compare.restype = None
        self.count_up = self.library.host_count
        self.count_up.argtypes = [ctypes.c_uint32, u64, pointer]
        self.count_up.restype = None

    def compare(self, kind, count, actual, expected, g, function):
        report = Report()
        self.library.host_compare(
            FORMATS.index(kind), count, actual, expected, g,
            function["absolute"], function["times_g"], function["ulps"],
            ctypes.addressof(report),
        )
        return report


# ----------------------------------------------------------------------------
# Numbers
# ----------------------------------------------------------------------------


CODES = {"f16": "e", "f32": "f", "f64": "d"}


def encode(kind, values):
    """The bytes of `values`, each rounded; to bf16 toward zero."""
    if kind == "bf16":
        wide = encode("f32", values)
        return b"".join(wide[i + 2 : i + 4] for i in range(0, len(wide), 4))
    return struct.pack(f"<{len(values)}{CODES[kind]}", *values)


def decode(kind, data):
    if kind == "bf16":
        wide = b"".join(b"\0\0" + data[i : i + 2] for i in range(0, len(data), 2))
        return decode("f32", wide)
    return struct.unpack(f"<{len(data) // SIZES[kind]}{CODES[kind]}", data)


def are_equal(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))
