"""Measures compiled functions on the device: against its copies, and PyTorch.

Medians of alternating runs in one process. A run is a batch of calls and the wait
for the last of them, so the time of a call is that of the device.

Run as a program, it reads what to measure as JSON, and writes a line of JSON before
and after each measurement.
"""

import ctypes
import json
import random
import statistics
import sys
import time

import peers
import products
from library import BUILD, SIZES, Library, Runtime, encode, load_manifest, size_of

ELEMENTWISE = (
    "sign",
    "sign_grad",
    "input_dorefa_2",
    "gradient_cancellation_grad",
    "pact_grad_unsigned_value",
)
# Of the bandwidth of copies, and of the time of PyTorch.
ELEMENTWISE_TARGET, SAVED_TARGET = 0.92, 0.9
TORCH_TARGETS = {"eager": 3.0, "compile": 1.1}


def report(**fields):
    print(json.dumps(fields), flush=True)


class Scale:
    """How large what is measured is, and how often it is run."""

    def __init__(self, is_quick):
        self.bytes = 1 << 12 if is_quick else 1 << 30
        self.batch, self.rounds = (1, 3) if is_quick else (10, 15)
        # Rows, columns and bits of products.
        self.product = (32, 32, 64) if is_quick else (8192, 8192, 8192)


class Device:
    """A stream, and memory that every measurement uses."""

    def __init__(self, scale):
        self.scale, self.runtime = scale, Runtime()
        driver = ctypes.CDLL(str(BUILD / "libquant_bnn_cuda_runtime.so"))
        driver.mgpuStreamCreate.restype = ctypes.c_void_p
        self.memcpy = driver.mgpuMemcpy
        self.memcpy.argtypes = [ctypes.c_void_p] * 2 + [ctypes.c_size_t, ctypes.c_void_p]
        self.memcpy.restype = None
        self.stream = driver.mgpuStreamCreate()
        self.runtime.set_stream(self.stream)
        self.memory = {
            letter: self.runtime.allocate(scale.bytes) for letter in "xgydb"
        }

    def fill(self, kind):
        """Random numbers in [-2, 2] in x and g."""
        source = random.Random(kind)
        block = encode(kind, [source.uniform(-2, 2) for _ in range(1024)])
        for letter in "xg":
            self.runtime.copy(self.memory[letter], block, len(block))
            done = len(block)
            while done < self.scale.bytes:
                to = self.memory[letter] + done
                size = min(done, self.scale.bytes - done)
                self.memcpy(to, self.memory[letter], size, self.stream)
                done += size
        self.runtime.synchronize()

    def copy(self):
        x, y = self.memory["x"], self.memory["y"]
        return lambda: self.memcpy(y, x, self.scale.bytes, self.stream)

    def time(self, variants):
        """The median seconds of each of `variants`."""
        times = {name: [] for name in variants}
        for _ in range(self.scale.rounds + 1):
            for name, call in variants.items():
                begin = time.perf_counter()
                for _ in range(self.scale.batch):
                    call()
                self.runtime.synchronize()
                times[name].append((time.perf_counter() - begin) / self.scale.batch)
        # The first round loads kernels.
        return {name: statistics.median(every[1:]) for name, every in times.items()}


def bytes_of(function, count):
    letters = function["operands"] + function["results"]
    return sum(size_of(letter, function, count) for letter in letters if letter not in "as")


def measure(device, name, variants, size, copy, target):
    """Reports the bandwidth of each of `variants`, and its ratio to that of copies."""
    report(name=name, begins=True)
    seconds = device.time({"copy": copy, **variants})
    floor = 2 * device.scale.bytes / seconds.pop("copy")
    for variant, value in seconds.items():
        report(
            name=f"{name} {variant}",
            ms=1e3 * value,
            gb_per_s=size / value / 1e9,
            ratio=size / value / floor,
            target=target,
        )


def measure_copies(device, torch):
    """Returns the faster of the device's copies."""
    report(name="copy", begins=True)
    copies = {"cuMemcpyAsync": device.copy()}
    if torch:
        copies["torch copy_"] = peers.make_copy(torch, device.scale.bytes, device.stream)
    seconds = device.time(copies)
    for name, value in seconds.items():
        size = 2 * device.scale.bytes
        report(name=f"copy, {name}", ms=1e3 * value, gb_per_s=size / value / 1e9)
    return copies[min(seconds, key=seconds.get)]


def measure_elementwise(device, functions, libraries, copy):
    for kernel in ELEMENTWISE:
        for kind in ("f32", "bf16"):
            function = functions.get(f"{kernel}_{kind}")
            if function is None:
                continue
            device.fill(kind)
            count = device.scale.bytes // SIZES[kind]
            variants = {
                target: library.prepare(function, count, device.memory, 0.75)
                for target, library in libraries.items()
            }
            size = bytes_of(function, count)
            measure(device, function["name"], variants, size, copy, ELEMENTWISE_TARGET)


def prepare_saved(library, functions, kind, count, memory):
    """QActivation's forward, which saves bits, and its gradient."""
    forward, backward = (functions[f"saved_{kind}_{part}"] for part in ("fwd", "bwd"))
    first = library.prepare(forward, count, memory)
    second = library.prepare(backward, count, {**memory, "y": memory["d"]})

    def call():
        first()
        second()

    return call, bytes_of(forward, count) + bytes_of(backward, count)


def measure_saved(device, functions, libraries, copy):
    for kind in ("f32", "bf16"):
        if f"saved_{kind}_fwd" not in functions:
            continue
        device.fill(kind)
        count = device.scale.bytes // SIZES[kind]
        variants = {}
        for target, library in libraries.items():
            variants[target], size = prepare_saved(
                library, functions, kind, count, device.memory
            )
        name = f"QActivation forward and backward, bits saved, {kind}"
        measure(device, name, variants, size, copy, SAVED_TARGET)


def measure_products(device, manifest, libraries):
    for product in manifest["products"]:
        if product["kernel"] != "xnor_matmul":
            continue
        name = product["name"]
        report(name=name, begins=True)
        rows, columns, depth = device.scale.product
        sizes = (rows, columns, depth // (8 * SIZES[product["type"]]))
        addresses = {"a": device.memory["x"], "b": device.memory["g"]}
        addresses["y"] = device.memory["y"]
        variants = {
            target: products.prepare(library, product, sizes, addresses)
            for target, library in libraries.items()
        }
        for target, seconds in device.time(variants).items():
            rate = rows * columns * depth / seconds / 1e12
            report(name=f"{name} {target}", ms=1e3 * seconds, note=f"{rate:.3g} T bit/s")


def try_step(step, name):
    """What `step` returns, or None: PyTorch's compiler needs a compiler of C and
    the headers of Python, which need not be there."""
    try:
        return step()
    except Exception as error:
        report(name=name, note=f"skipped: {repr(error).splitlines()[0][:100]}")
        return None


def measure_torch(device, torch, functions, libraries):
    """QActivation's forward and backward of PyTorch, over the time of ours."""
    for kind in ("f32", "bf16"):
        if f"saved_{kind}_fwd" not in functions:
            continue
        name = f"QActivation of PyTorch, {kind}"
        report(name=name, begins=True)
        count = device.scale.bytes // SIZES[kind]
        tensors = peers.make_tensors(torch, kind, count)
        memory = {letter: tensor.data_ptr() for letter, tensor in tensors.items()}
        ours, _ = prepare_saved(libraries["ptx"], functions, kind, count, memory)
        theirs = peers.make_steps(torch, tensors, device.stream)
        ours()
        for variant, step in list(theirs.items()):
            dx = try_step(step, f"{name}, {variant}")
            device.runtime.synchronize()
            if dx is None:
                del theirs[variant]
            elif not torch.equal(dx, tensors["d"]):
                raise SystemExit(f"{name}, {variant} has another gradient")
        seconds = device.time({"ours": ours, **theirs})
        report(name=f"QActivation of ours, {kind}", ms=1e3 * seconds["ours"])
        for variant in theirs:
            report(
                name=f"{name}, {variant}",
                ms=1e3 * seconds[variant],
                ratio=seconds[variant] / seconds["ours"],
                target=TORCH_TARGETS[variant],
            )


def main():
    request = json.load(sys.stdin)
    scale = Scale(request["is_quick"])
    device = Device(scale)
    manifest = load_manifest()
    functions = {function["name"]: function for function in manifest["functions"]}
    libraries = {target: Library(target) for target in request["targets"]}
    torch, reason = peers.find_torch()
    copy = measure_copies(device, torch)
    measure_elementwise(device, functions, libraries, copy)
    measure_saved(device, functions, libraries, copy)
    measure_products(device, manifest, libraries)
    if torch:
        measure_torch(device, torch, functions, libraries)
    else:
        report(name="PyTorch", note=f"skipped: {reason}")


if __name__ == "__main__":
    main()
