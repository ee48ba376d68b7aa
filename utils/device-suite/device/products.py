"""Products of packed signs: how they are called, and what they are tested with."""

import ctypes
import math

from library import SIZES, DeviceBuffer, HostBuffer, make_descriptor

# Rows, columns and words; images, height, width, filters and words. There are none,
# fewer than a tile has, and more.
SHAPES = {
    "xnor_matmul": (
        (0, 5, 3),
        (5, 0, 3),
        (3, 2, 0),
        (1, 1, 1),
        (16, 8, 4),
        (65, 33, 9),
        (130, 257, 35),
    ),
    "xnor_conv_2d": ((1, 1, 1, 1, 1), (2, 5, 6, 9, 3), (1, 14, 13, 130, 5)),
}


def find_shapes(product, sizes):
    """The shapes of the words of a and b, and of y."""
    *sizes, words = sizes
    if product["kernel"] == "xnor_matmul":
        rows, columns = sizes
        return {"a": (rows, words), "b": (columns, words), "y": (rows, columns)}
    images, height, width, filters = sizes
    return {
        "a": (images, height, width, words),
        "b": (filters, 3, 3, words),
        # Every other row.
        "y": (images, (height + 1) // 2, width, filters),
    }


def measure_bytes(product, sizes):
    size = {"a": SIZES[product["type"]], "b": SIZES[product["type"]], "y": 4}
    shapes = find_shapes(product, sizes)
    return {letter: size[letter] * math.prod(shape) for letter, shape in shapes.items()}


def prepare(library, product, sizes, addresses):
    """A call of `product` of `library` on the operands at `addresses`."""
    call = getattr(library.library, "_mlir_ciface_" + product["name"])
    call.restype = None
    shapes = find_shapes(product, sizes)
    a, b, y = (
        ctypes.byref(make_descriptor(addresses[letter], *shapes[letter]))
        for letter in "aby"
    )
    # Words do not tell how many bits of them are elements.
    length = ctypes.c_int64(8 * SIZES[product["type"]] * sizes[-1])
    return lambda: call(a, length, b, length, y)


def run(library, product, sizes, inputs, make_buffer):
    """What the products are, and the buffers that they were computed in."""
    sizes_in_bytes = measure_bytes(product, sizes)
    buffers = {letter: make_buffer(size) for letter, size in sizes_in_bytes.items()}
    for letter, data in inputs.items():
        buffers[letter].write(data)
    addresses = {letter: buffer.address for letter, buffer in buffers.items()}
    prepare(library, product, sizes, addresses)()
    return buffers["y"].read(), buffers


def find_failure(session, product, source):
    """Compares products of random bits on the device with the CPU's. Returns what is
    wrong, if something is."""
    for sizes in SHAPES[product["kernel"]]:
        inputs = {
            letter: bytes(source.getrandbits(8) for _ in range(size))
            for letter, size in measure_bytes(product, sizes).items()
            if letter != "y"
        }
        expected, _ = run(session.cpu, product, sizes, inputs, HostBuffer)
        actual, buffers = run(
            session.device,
            product,
            sizes,
            inputs,
            lambda size: DeviceBuffer(session.runtime, size),
        )
        for letter, buffer in buffers.items():
            if not buffer.are_guards_intact():
                return f"wrote outside of '{letter}' of {sizes}"
            buffer.free()
        session.totals["values"] += len(expected) // 4
        if actual != expected:
            differing = [
                i for i in range(0, len(expected), 4)
                if actual[i : i + 4] != expected[i : i + 4]
            ]  # fmt: skip
            session.totals["differing"] += len(differing)
            return f"{len(differing)} of {sizes} differ, first at [{differing[0] // 4}]"
    return None
