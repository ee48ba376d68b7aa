"""Arrays of the standard library: random ones, packed bits, and .npy files."""

import array
import ast
import math
import random
import sys

TYPES = {"f": "<f4", "i": "<i4", "q": "<i8"}


def random_words(seed, count):
    """`count` random words of 64 bits."""
    words = array.array("q")
    words.frombytes(random.Random(seed).randbytes(8 * count))
    return words


def random_floats(seed, count, choices):
    return array.array("f", random.Random(seed).choices(choices, k=count))


def random_levels(seed, count, step, limit):
    """Random multiples of `step` from -limit to limit."""
    last = round(limit / step)
    levels = [step * level for level in range(-last, last + 1)]
    return random_floats(seed, count, levels)


def unpack(words):
    """+1 and -1 for each bit of `words`, the lowest first; a bit of 1 is -1."""
    values = [
        array.array(
            "f", (-1.0 if byte >> bit & 1 else 1.0 for bit in range(8))
        ).tobytes()
        for byte in range(256)
    ]
    floats = array.array("f")
    floats.frombytes(b"".join(map(values.__getitem__, words.tobytes())))
    return floats


def pack(values):
    """The words that `unpack` makes `values` of."""
    bits = "".join("1" if value < 0 else "0" for value in reversed(values))
    words = array.array("q")
    words.frombytes(int(bits, 2).to_bytes(len(values) // 8, "little"))
    return words


def rows_as_integers(words, words_per_row):
    """The bits of each row as one integer."""
    data, size = words.tobytes(), 8 * words_per_row
    return [
        int.from_bytes(data[begin : begin + size], "little")
        for begin in range(0, len(data), size)
    ]


def last_axis_first(values, size):
    """[.., size] as [size, ..]: an image in NHWC as one in NCHW."""
    result = array.array("f")
    for index in range(size):
        result.extend(values[index::size])
    return result


def first_axis_last(values, size):
    """[size, ..] as [.., size]: an image in NCHW as one in NHWC."""
    rest = len(values) // size
    result = array.array("f", bytes(4 * len(values)))
    for index in range(size):
        result[index::size] = values[index * rest : (index + 1) * rest]
    return result


def channels_first(values, outputs, channels):
    """[outputs, .., channels] as [outputs, channels, ..]."""
    depth = len(values) // outputs
    result = array.array("f")
    for begin in range(0, len(values), depth):
        result.extend(last_axis_first(values[begin : begin + depth], channels))
    return result


def write_npy(path, values, shape):
    assert len(values) == math.prod(shape)
    description = {
        "descr": TYPES[values.typecode],
        "fortran_order": False,
        "shape": tuple(shape),
    }
    header = repr(description)
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    if sys.byteorder != "little":
        values = array.array(values.typecode, values)
        values.byteswap()
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little"))
        file.write(header.encode())
        values.tofile(file)


def read_npy(path):
    """The elements of a file that `write_npy` or NumPy wrote."""
    with open(path, "rb") as file:
        file.seek(8)
        size = int.from_bytes(file.read(2), "little")
        description = ast.literal_eval(file.read(size).decode())
        code = {name: code for code, name in TYPES.items()}[description["descr"]]
        values = array.array(code)
        values.frombytes(file.read())
    if sys.byteorder != "little":
        values.byteswap()
    return values
