"""Element types of MLIR: their bytes, and .npy files of them."""

import ast
import math
import re
import struct

# The struct code of a type, and the name that NumPy's files have for it.
TYPES = {
    "i1": ("<?", "|b1"),
    "i8": ("<b", "|i1"),
    "i16": ("<h", "<i2"),
    "i32": ("<i", "<i4"),
    "i64": ("<q", "<i8"),
    "index": ("<q", "<i8"),
    "f16": ("<e", "<f2"),
    "bf16": (None, "<V2"),
    "f32": ("<f", "<f4"),
    "f64": ("<d", "<f8"),
}


class ElementError(Exception):
    pass


def size_of(kind):
    return 2 if kind == "bf16" else struct.calcsize(TYPES[kind][0])


def is_float(kind):
    return kind.endswith(("f16", "f32", "f64"))


def to_bytes(kind, value):
    """A number as an element of type `kind`; a float is rounded, half to even."""
    if kind == "bf16":
        (bits,) = struct.unpack("<I", struct.pack("<f", value))
        if not math.isnan(value):
            bits += 0x7FFF + (bits >> 16 & 1)
        return struct.pack("<H", bits >> 16)
    if is_float(kind):
        try:
            return struct.pack(TYPES[kind][0], value)
        except OverflowError:  # what rounds to an infinity
            return struct.pack(TYPES[kind][0], math.copysign(math.inf, value))
    size = size_of(kind)
    return (int(value) & (1 << 8 * size) - 1).to_bytes(size, "little")


def from_bytes(kind, data):
    if kind == "bf16":
        return struct.unpack("<f", b"\0\0" + data)[0]
    return struct.unpack(TYPES[kind][0], data)[0]


def unpack(kind, data):
    """All elements of `data`."""
    size = size_of(kind)
    return [from_bytes(kind, data[i : i + size]) for i in range(0, len(data), size)]


# ----------------------------------------------------------------------------
# Files
# ----------------------------------------------------------------------------


def load(path):
    """The element type, shape and bytes of a .npy file."""
    with open(path, "rb") as file:
        content = file.read()
    if content[:6] != b"\x93NUMPY":
        raise ElementError(f"'{path}' is not a NumPy file")
    code = "<H" if content[6] == 1 else "<I"
    (length,) = struct.unpack_from(code, content, 8)
    begin = 8 + struct.calcsize(code)
    header = ast.literal_eval(content[begin : begin + length].decode("latin1"))
    kinds = {name: kind for kind, (_, name) in TYPES.items() if kind != "index"}
    kind = kinds.get(header["descr"].replace("|V2", "<V2"))
    if kind is None or header["fortran_order"]:
        raise ElementError(f"'{path}' has elements or an order that is not known")
    return kind, list(header["shape"]), content[begin + length :]


def save(path, kind, shape, data):
    dims = "".join(f"{dim}, " for dim in shape)
    header = f"{{'descr': '{TYPES[kind][1]}', 'fortran_order': False, 'shape': ({dims})}}"
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)))
        file.write(header.encode("latin1") + data)


def parse(kind, text):
    """The bytes of numbers that are divided by commas."""
    data = b""
    for word in re.split(r"[,\s]+", text.strip()):
        try:
            value = float(word) if is_float(kind) else int(word, 0)
        except ValueError:
            raise ElementError(f"'{word}' is not a number of type {kind}")
        data += to_bytes(kind, value)
    return data
