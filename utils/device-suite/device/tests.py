"""The tests of compiled functions: on the device, against the CPU's results.

Run as a program, it reads what to test as JSON, and writes a line of JSON before
and after each test: a kernel that fails ends the process, and `run` then knows
which it was.
"""

import concurrent.futures
import json
import math
import os
import random
import sys
import threading
import time

import products
from library import (
    SIZES,
    DeviceBuffer,
    Host,
    HostBuffer,
    Library,
    Runtime,
    are_equal,
    count_of,
    decode,
    encode,
    load_manifest,
    size_of,
    type_of,
)

# Every x is tested against each of these: 1, -0, infinity, NaN, a subnormal, -3.7.
COTANGENTS = {
    "f16": (0x3C00, 0x8000, 0x7C00, 0x7E00, 0x0001, 0xC366),
    "bf16": (0x3F80, 0x8000, 0x7F80, 0x7FC0, 0x0001, 0xC06D),
    "f32": (0x3F800000, 0x80000000, 0x7F800000, 0x7FC00000, 0x00000001, 0xC06CCCCD),
    "f64": (
        0x3FF0000000000000,
        0x8000000000000000,
        0x7FF0000000000000,
        0x7FF8000000000000,
        0x0000000000000001,
        0xC00D99999999999A,
    ),
}
SCALARS = (0.75, 3.0, -1.0, 0.0, math.inf, math.nan)
# Where some quantizer turns: ties, edges of windows, and the same behind a scale.
BREAKPOINTS = (0.0, 0.25, 0.375, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 10.0, 90.0)
BITS = 4  # of every pact in the suite
# The bound of a sum, in epsilons of the sum of absolute terms: docs/Semantics.md.
SUM_ERROR = 136


class Failure(Exception):
    pass


class Sizes:
    """How much is tested."""

    def __init__(self, is_quick):
        self.samples = 512 if is_quick else 1 << 16
        self.scalars = SCALARS[:1] + SCALARS[-1:] if is_quick else SCALARS
        self.counts = (0, 1, 31, 33, 1031 if is_quick else (1 << 20) + 7)
        self.reduced = 1003 if is_quick else (1 << 17) + 3
        self.chunk = 1 << 26
        self.slice = 1 << 20


# ----------------------------------------------------------------------------
# Inputs
# ----------------------------------------------------------------------------


def tensors_of(function):
    return [letter for letter in function["operands"] if letter != "a"]


def has_sum(function):
    return "g" in function["operands"] and "s" in function["results"]


def patterns(kind, count, source):
    """All values of a narrow type; of another breakpoints, their neighbors and
    random bits."""
    if SIZES[kind] == 2 and count >= 1 << 16:
        return b"".join(bits.to_bytes(2, "little") for bits in range(1 << 16))
    size = SIZES[kind]
    chosen = list(COTANGENTS[kind])
    for data in (encode(kind, [value]) for value in BREAKPOINTS):
        bits = int.from_bytes(data, "little")
        near = {max(bits - 1, 0), bits, bits + 1}
        chosen += [word | sign << (8 * size - 1) for word in near for sign in (0, 1)]
    data = b"".join(bits.to_bytes(size, "little") for bits in chosen)
    return data + source.getrandbits(8 * size * count).to_bytes(size * count, "little")


def uniform(kind, count, source):
    """Numbers in [-2, 2], the first of which is 4."""
    values = [source.uniform(-2, 2) for _ in range(count)]
    return encode(kind, [4.0, *values[1:]][:count])


def random_bytes(size, source):
    return source.getrandbits(8 * size).to_bytes(size, "little") if size else b""


def any_bits(kind, count, source):
    return random_bytes(SIZES[kind] * count, source)


def make_inputs(function, make, count, source):
    """What `make` makes, and any bits for packed ones."""
    return {
        letter: random_bytes(count_of("b", count), source)
        if letter == "b"
        else make(function["type"], count, source)
        for letter in tensors_of(function)
    }


# ----------------------------------------------------------------------------
# Running
# ----------------------------------------------------------------------------


class Session:
    """Calls functions on the device and on the CPU, and compares."""

    def __init__(self, target):
        self.runtime, self.host = Runtime(), Host()
        self.device, self.cpu = Library(target), Library("cpu")
        self.start_counting()
        self.lock = threading.Lock()

    def start_counting(self):
        self.totals = {"values": 0, "differing": 0, "ulps": 0}

    def run_on_device(self, function, count, inputs, scalar, shift=0):
        buffers = {}
        for letter in function["operands"] + function["results"]:
            if letter not in "as":
                size = size_of(letter, function, count)
                offset = shift * SIZES[type_of(letter, function)]
                buffers[letter] = DeviceBuffer(self.runtime, size, offset)
        for letter, data in inputs.items():
            buffers[letter].write(data)
        addresses = {letter: buffer.address for letter, buffer in buffers.items()}
        number = self.device.prepare(function, count, addresses, scalar)()
        self.runtime.synchronize()
        outputs = {r: buffers[r].read() for r in function["results"] if r != "s"}
        for letter, buffer in buffers.items():
            if not buffer.are_guards_intact():
                raise Failure(f"wrote outside of '{letter}' of {count} elements")
            if letter in inputs and buffer.read() != inputs[letter]:
                raise Failure(f"wrote to its operand '{letter}'")
            buffer.free()
        return outputs, number

    def run_on_cpu(self, function, count, inputs, scalar):
        buffers = {}
        for letter in function["operands"] + function["results"]:
            if letter not in "as":
                buffers[letter] = HostBuffer(size_of(letter, function, count))
        for letter, data in inputs.items():
            buffers[letter].write(data)
        addresses = {letter: buffer.address for letter, buffer in buffers.items()}
        number = self.cpu.prepare(function, count, addresses, scalar)()
        return {r: buffers[r].read() for r in function["results"] if r != "s"}, number

    def compare_tensors(self, function, letter, count, actual, expected, g):
        kind = type_of(letter, function)
        count = count_of(letter, count)
        report = self.host.compare(kind, count, actual, expected, g, function)
        with self.lock:
            self.totals["values"] += count
            self.totals["differing"] += report.differing
            self.totals["ulps"] = max(self.totals["ulps"], report.ulps)
        return report

    def check(self, function, count, inputs, scalar=0.0, shift=0):
        """Compares all results, but for sums, which are rounded in their order."""
        outputs, number = self.run_on_device(function, count, inputs, scalar, shift)
        expected, wanted = self.run_on_cpu(function, count, inputs, scalar)
        for letter, data in outputs.items():
            report = self.compare_tensors(
                function, letter, count, data, expected[letter], inputs.get("g")
            )
            if report.mismatches:
                raise Failure(
                    f"{report.mismatches} of {count} differ: "
                    + describe(function, letter, report.first, inputs, data, expected)
                    + (f", a = {scalar}" if "a" in function["operands"] else "")
                    + (f", {shift} from alignment" if shift else "")
                )
        if number is not None and not has_sum(function):
            if not are_equal(number, wanted):
                raise Failure(f"the scalar is {number!r}, expected {wanted!r}")
        return outputs, number


def hexadecimal(data, index, size):
    return "0x" + data[index * size : (index + 1) * size][::-1].hex()


def describe(function, letter, index, inputs, data, expected):
    size = SIZES[type_of(letter, function)]
    text = f"{hexadecimal(data, index, size)}"
    text += f", expected {hexadecimal(expected[letter], index, size)}, at [{index}]"
    for operand, given in inputs.items():
        if operand != "b" and letter != "b":
            text += f", {operand} = {hexadecimal(given, index, size)}"
    return text


# ----------------------------------------------------------------------------
# Tests
# ----------------------------------------------------------------------------


def scalars_of(function, sizes):
    return sizes.scalars if "a" in function["operands"] else (0.0,)


def test_values(session, function, sizes, source):
    """Every value, or breakpoints and a sample, against every cotangent."""
    kind = function["type"]
    letters = tensors_of(function)
    values = patterns(kind, sizes.samples, source)
    inputs = {letters[-1]: values}
    if letters[0] == "x":
        inputs = {"x": values}
        if "g" in letters:
            size = SIZES[kind]
            words = [word.to_bytes(size, "little") for word in COTANGENTS[kind]]
            inputs = {
                "x": values * len(words),
                "g": b"".join(word * (len(values) // size) for word in words),
            }
    count = len(next(iter(inputs.values()))) // SIZES[kind]
    if "b" in letters:
        inputs["b"] = random_bytes(count_of("b", count), source)
    for scalar in scalars_of(function, sizes):
        session.check(function, count, inputs, scalar)


def test_sizes(session, function, sizes, source):
    """Tails, empty tensors, and data that is not aligned."""
    make = uniform if function["reduces"] else any_bits
    for count in sizes.counts:
        inputs = make_inputs(function, make, count, source)
        for shift in (0, 1):
            session.check(function, count, inputs, 0.75, shift)


def test_reduction(session, function, sizes, source):
    """The same bits in every run; all zero, a NaN and an infinity."""
    kind, count = function["type"], sizes.reduced
    inputs = make_inputs(function, uniform, count, source)
    first = session.check(function, count, inputs, 0.75)
    for _ in range(4):
        outputs, number = session.run_on_device(function, count, inputs, 0.75)
        if (outputs, number) != first:
            raise Failure(f"another result in another run: {number!r}, {first[1]!r}")
    size = SIZES[kind]
    for word in (0, COTANGENTS[kind][3], COTANGENTS[kind][2]):
        data = inputs["x"][size:] + word.to_bytes(size, "little")
        if word == 0:
            data = bytes(size * count)
        session.check(function, count, {**inputs, "x": data}, 0.75)


def sum_terms(function, xs, gs, a):
    """The terms of which the scalar result is the sum."""
    kernel = function["kernel"]
    levels = 2 ** (BITS - 1) - 1
    if kernel == "dequantize_grad":
        return [-g * x / (a * a) for x, g in zip(xs, gs)]
    if kernel == "pact_grad_signed_value":
        return [math.copysign(g, x * g) for x, g in zip(xs, gs) if abs(x) >= a]
    if kernel == "pact_grad_unsigned_value":
        return [g for x, g in zip(xs, gs) if x >= a]
    if kernel == "pact_grad_signed_level":
        return [-g * x * levels / (a * a) for x, g in zip(xs, gs) if abs(x) <= a]
    if kernel == "pact_grad_unsigned_level":
        levels = 2**BITS - 1
        return [-g * x * levels / (a * a) for x, g in zip(xs, gs) if 0 <= x <= a]
    return []  # grad = compat


def test_sum(session, function, sizes, source):
    """Close to the sum that is rounded once."""
    kind, count, a = function["type"], sizes.reduced, 0.75
    inputs = {letter: uniform(kind, count, source) for letter in "xg"}
    _, number = session.run_on_device(function, count, inputs, a)
    terms = sum_terms(function, decode(kind, inputs["x"]), decode(kind, inputs["g"]), a)
    expected = math.fsum(terms)
    epsilon = 2.0**-52 if kind == "f64" else 2.0**-23
    bound = SUM_ERROR * epsilon * math.fsum(map(abs, terms))
    bound += abs(expected) * {"f16": 2.0**-10, "bf16": 2.0**-7}.get(kind, 0.0)
    session.totals["values"] += 1
    if not abs(number - expected) <= bound:
        raise Failure(f"the sum is {number!r}, not within {bound:.3g} of {expected!r}")


def test_vectors(session, function, vectors):
    """Outputs of other projects' quantizers."""
    for vector in vectors:
        inputs = {
            letter: encode("f32", [float(value) for value in flatten(vector[letter])])
            for letter in tensors_of(function)
        }
        # Nine digits tell an f32 from its neighbors, when they are rounded to one.
        wanted = [float(value) for value in flatten(vector["expected"])]
        wanted = decode("f32", encode("f32", wanted))
        scalar = vector["a"] or 0.0
        outputs, _ = session.run_on_device(function, len(wanted), inputs, scalar)
        actual = decode("f32", outputs["y"])
        g = decode("f32", inputs["g"]) if "g" in inputs else None
        for i, (value, expected) in enumerate(zip(actual, wanted)):
            if not is_stated(function, inputs, i):
                continue
            session.totals["values"] += 1
            bound = function["absolute"]
            bound += function["times_g"] * abs(g[i]) if g else 0.0
            if not are_equal(value, expected) and not abs(value - expected) <= bound:
                raise Failure(f"{value} at [{i}] of {vector['source']}, not {expected}")


def flatten(values):
    if not isinstance(values, list):
        return [values]
    return [value for inner in values for value in flatten(inner)]


def is_stated(function, inputs, index):
    """Whether a vector's result is what docs/Semantics.md says, too: it is not at
    a non-finite x or g of a gradient, nor for a tensor that is all zero."""
    if function["reduces"] and not any(decode("f32", inputs["x"])):
        return False
    operands = [decode("f32", data)[index] for data in inputs.values()]
    return "g" not in inputs or all(map(math.isfinite, operands))


# ----------------------------------------------------------------------------
# All values of f32
# ----------------------------------------------------------------------------


def can_exhaust(function):
    return (
        function["type"] == "f32"
        and not function["reduces"]
        and function["operands"] in ("x", "xg", "xa")
        and function["results"] in ("y", "ys")
    )


class Exhaustive:
    """All 2^32 values, in chunks: while they fit into caches on the CPU, its
    threads compute and compare slices of them."""

    SCALAR, COTANGENT = 0.75, -3.7

    def __init__(self, session, sizes):
        self.session, self.sizes = session, sizes
        size = 4 * sizes.chunk
        self.x, self.actual = HostBuffer(size), HostBuffer(size)
        for buffer in (self.x, self.actual):
            session.runtime.register(buffer.address, size)
        self.on_device = {
            letter: session.runtime.allocate(size) for letter in ("x", "g", "y")
        }
        g = encode("f32", [self.COTANGENT]) * sizes.slice
        self.g = HostBuffer(len(g))
        self.g.write(g)
        for begin in range(0, sizes.chunk, sizes.slice):
            session.runtime.copy(
                self.on_device["g"] + 4 * begin, self.g.address, len(g)
            )
        self.pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
        self.scratch = [HostBuffer(4 * sizes.slice) for _ in range(os.cpu_count())]

    def run(self, function, end=1 << 32):
        chunk, runtime = self.sizes.chunk, self.session.runtime
        call = self.session.device.prepare(
            function, chunk, self.on_device, self.SCALAR
        )
        for first in range(0, end, chunk):
            self.each_slice(lambda begin, _: self.fill(first, begin))
            runtime.copy(self.on_device["x"], self.x.address, 4 * chunk)
            call()
            runtime.copy(self.actual.address, self.on_device["y"], 4 * chunk)
            self.each_slice(lambda begin, y: self.compare(function, first, begin, y))

    def each_slice(self, work):
        def work_on(thread):
            for begin in range(thread, self.sizes.chunk // self.sizes.slice, threads):
                work(begin * self.sizes.slice, self.scratch[thread])

        threads = len(self.scratch)
        for future in [self.pool.submit(work_on, thread) for thread in range(threads)]:
            future.result()

    def fill(self, first, begin):
        self.session.host.count_up(
            first + begin, self.sizes.slice, self.x.address + 4 * begin
        )

    def compare(self, function, first, begin, y):
        addresses = {"x": self.x.address + 4 * begin, "g": self.g.address, "y": y.address}
        count = self.sizes.slice
        self.session.cpu.prepare(function, count, addresses, self.SCALAR)()
        report = self.session.compare_tensors(
            function, "y", count, self.actual.address + 4 * begin, y.address,
            self.g.address,
        )
        if report.mismatches:
            x = first + begin + report.first
            raise Failure(f"{report.mismatches} of {count} differ, first at x = {x:#x}")


# ----------------------------------------------------------------------------
# All of them
# ----------------------------------------------------------------------------


def list_tests(session, function, sizes, vectors, exhaustive):
    source = random.Random(function["name"])
    if not function["reduces"]:
        yield "values", lambda: test_values(session, function, sizes, source)
    yield "sizes", lambda: test_sizes(session, function, sizes, source)
    if function["reduces"] or has_sum(function):
        yield "reduction", lambda: test_reduction(session, function, sizes, source)
    if has_sum(function):
        yield "sum", lambda: test_sum(session, function, sizes, source)
    if vectors:
        yield "vectors", lambda: test_vectors(session, function, vectors)
    if exhaustive and can_exhaust(function):
        yield "exhaustive", lambda: exhaustive.run(function)


def test_product(session, product):
    failure = products.find_failure(session, product, random.Random(product["name"]))
    if failure:
        raise Failure(failure)


def test_products(session, functions, done):
    for product in functions:
        if (product["name"], "shapes") not in done:
            report(function=product["name"], test="shapes", begins=True)
            run_test(session, product, "shapes", lambda: test_product(session, product))


def report(**fields):
    print(json.dumps(fields), flush=True)


def run_test(session, function, name, test):
    begin = time.perf_counter()
    session.start_counting()
    message = None
    try:
        test()
    except Failure as failure:
        message = str(failure)
    report(
        function=function["name"],
        test=name,
        message=message,
        seconds=time.perf_counter() - begin,
        **session.totals,
    )


class LazyExhaustive:
    """Makes the buffers of Exhaustive, which are large, where they are needed."""

    def __init__(self, session, sizes):
        self.arguments, self.made = (session, sizes), None

    def run(self, function):
        self.made = self.made or Exhaustive(*self.arguments)
        self.made.run(function)


def main():
    request = json.load(sys.stdin)
    manifest = load_manifest()
    session, sizes = Session(request["target"]), Sizes(request["amount"] == "quick")
    is_full = request["amount"] == "full"
    exhaustive = LazyExhaustive(session, sizes) if is_full else None
    done = set(map(tuple, request["done"]))
    # One pass over everything before the long one.
    for is_long in (False, True):
        for function in manifest["functions"]:
            name = function["name"]
            vectors = [v for v in manifest["vectors"] if v["function"] == name]
            for test, run in list_tests(session, function, sizes, vectors, exhaustive):
                if (test == "exhaustive") != is_long or (name, test) in done:
                    continue
                if is_long and time.time() > request["deadline"]:
                    report(function=name, test=test, is_skipped=True)
                    continue
                report(function=name, test=test, begins=True)
                run_test(session, function, test, run)
        if not is_long:
            test_products(session, manifest["products"], done)


if __name__ == "__main__":
    main()
