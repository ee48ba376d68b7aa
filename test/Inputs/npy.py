"""Reads, writes, compares and breaks .npy files, with no need of NumPy.

  npy.py write  A.npy TYPE SHAPE VALUE...   write an array
  npy.py print  A.npy... [--hex]            print type, shape and elements
  npy.py check  A.npy TYPE SHAPE VALUE...   compare a file with an array
  npy.py equal  A.npy B.npy                 compare two files
  npy.py broken A.npy [--header=TEXT] ...   write what no writer should

TYPE is bool, i8 to i64, u8 to u64, f16, bf16, f32 or f64; index is i64.
SHAPE is [2,3], or [] for a scalar.
A VALUE is a number, true, false, inf, nan, a float's hex form (0x1.8p3), or the
bits of an element (0x7fc00001; of a float too). VALUEs are repeated until the
array is full. VALUE*N stands for N copies; iota for 0, 1, 2...; random:SEED for
numbers from -2 to 2 (all bits, of an integer). The last two are alone.

Equal are NaNs, and numbers of one value: so is -0.0 to 0.0. With --bits, `check`
and `equal` take nothing but the same bits. A float is printed with the fewest
digits that tell it from its neighbors; --hex prints its bits.
"""

import argparse
import array
import ast
import itertools
import math
import random
import re
import struct
import sys

# The format's name of a type, the struct code of its bits, and of a float how
# many bits its significand and its smallest exponent have.
TYPES = {
    "bool": ("|b1", "B", None),
    "i8": ("|i1", "b", None),
    "i16": ("<i2", "h", None),
    "i32": ("<i4", "i", None),
    "i64": ("<i8", "q", None),
    "u8": ("|u1", "B", None),
    "u16": ("<u2", "H", None),
    "u32": ("<u4", "I", None),
    "u64": ("<u8", "Q", None),
    "f16": ("<f2", "H", (11, -13)),
    "bf16": ("<V2", "H", (8, -125)),
    "f32": ("<f4", "I", (24, -125)),
    "f64": ("<f8", "Q", (53, -1021)),
}
TYPES["index"] = TYPES["i64"]
NAMES = {descr: name for name, (descr, _, _) in TYPES.items() if name != "index"}
NAMES["|V2"] = "bf16"


class NpyError(Exception):
    pass


def layout(kind):
    """The number of bits of a float type, of its fraction and its bias."""
    width = 8 * struct.calcsize(TYPES[kind][1])
    precision, least = TYPES[kind][2]
    return width, precision - 1, 2 - least


def to_bits(kind, value):
    """`value` rounded once, half to even, to a float type's bits."""
    width, fraction, bias = layout(kind)
    precision, least = TYPES[kind][2]
    sign = (math.copysign(1.0, value) < 0) << (width - 1)
    infinity = ((1 << (width - 1 - fraction)) - 1) << fraction
    if math.isnan(value):
        return sign | infinity | 1 << (fraction - 1)
    if math.isinf(value):
        return sign | infinity
    if value == 0:
        return sign
    _, exponent = math.frexp(value)
    exponent = max(exponent, least)
    # The significand as an integer. Where it rounds up to one bit more, or from
    # subnormal to normal, the carry into the exponent is what is wanted.
    significand = round(math.ldexp(abs(value), precision - exponent))
    bits = ((exponent - least) << fraction) + significand
    return sign | min(bits, infinity)


def from_bits(kind, bits):
    width, fraction, bias = layout(kind)
    sign = -1.0 if bits >> (width - 1) else 1.0
    exponent = bits >> fraction & (1 << (width - 1 - fraction)) - 1
    significand = bits & (1 << fraction) - 1
    if exponent == (1 << (width - 1 - fraction)) - 1:
        return math.nan if significand else sign * math.inf
    if exponent:
        significand |= 1 << fraction
    return sign * math.ldexp(significand, max(exponent, 1) - bias - fraction)


class Array:
    """An array; `bits` are its elements, those of a float type as integers."""

    def __init__(self, kind, shape, bits):
        self.kind, self.shape, self.bits = kind, tuple(shape), bits

    def is_float(self):
        return TYPES[self.kind][2] is not None

    def value(self, index):
        bits = self.bits[index]
        return from_bits(self.kind, bits) if self.is_float() else bits

    def text(self, index, as_bits=False):
        if as_bits:
            size = self.bits.itemsize
            return f"0x{self.bits[index] & (1 << 8 * size) - 1:0{2 * size}x}"
        if self.kind == "bool":
            return "true" if self.bits[index] else "false"
        if not self.is_float():
            return str(self.bits[index])
        value = self.value(index)
        for digits in range(1, 18):
            text = f"{value:.{digits}g}"
            if math.isnan(value) or to_bits(self.kind, float(text)) == self.bits[index]:
                break
        # 1e+02 is the shortest form of 100, but not how one writes it.
        if math.isfinite(value) and value == int(value) and abs(value) < 1e6:
            text = f"{value:.0f}"
        return text

    def difference(self, other, exact):
        """The first index where the arrays differ, or None."""
        if self.bits == other.bits:
            return None
        for index, (a, b) in enumerate(zip(self.bits, other.bits)):
            if a == b:
                continue
            if exact or not self.is_float():
                return index
            a, b = self.value(index), other.value(index)
            if a != b and not (math.isnan(a) and math.isnan(b)):
                return index
        return None


def header(descr, shape, version=(1, 0), text=None, length=None):
    if text is None:
        dims = "".join(f"{dim}, " for dim in shape).rstrip()
        if len(shape) > 1:
            dims = dims.rstrip(",")
        text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({dims}), }}"
    code = "<H" if version[0] == 1 else "<I"
    prefix = 8 + struct.calcsize(code)
    text = text.encode("latin1") + b" " * (-(prefix + len(text) + 1) % 64) + b"\n"
    size = struct.pack(code, len(text) if length is None else length)
    return b"\x93NUMPY" + bytes(version) + size + text


def save(path, data):
    with open(path, "wb") as file:
        file.write(header(TYPES[data.kind][0], data.shape))
        file.write(data.bits.tobytes())


def load(path):
    with open(path, "rb") as file:
        content = file.read()
    if content[:6] != b"\x93NUMPY":
        raise NpyError(f"{path} is not a NumPy file")
    code = "<H" if content[6] == 1 else "<I"
    (size,) = struct.unpack_from(code, content, 8)
    begin = 8 + struct.calcsize(code)
    fields = ast.literal_eval(content[begin : begin + size].decode("latin1"))
    if fields["descr"] not in NAMES or fields["fortran_order"]:
        raise NpyError(f"{path} is {fields}")
    kind = NAMES[fields["descr"]]
    bits = array.array(TYPES[kind][1], content[begin + size :])
    if len(bits) != math.prod(fields["shape"]):
        raise NpyError(f"{path} has {len(bits)} elements, not {fields['shape']}")
    return Array(kind, fields["shape"], bits)


def parse_value(kind, text):
    """The bits of one VALUE."""
    if text in ("true", "false"):
        text = str(int(text == "true"))
    if re.fullmatch("0[xX][0-9a-fA-F]+", text):
        bits = int(text, 16)
        width = 8 * struct.calcsize(TYPES[kind][1])
        # The bits of a negative number, where the struct code has a sign.
        if TYPES[kind][1].islower() and bits >> (width - 1):
            bits -= 1 << width
        return bits
    if TYPES[kind][2] is None:
        return int(text)
    is_hex = "0x" in text.lower()
    return to_bits(kind, float.fromhex(text) if is_hex else float(text))


def parse_array(kind, shape, texts):
    if kind not in TYPES:
        raise NpyError(f"unknown type '{kind}'")
    if not re.fullmatch(r"\[(\d+(,\d+)*)?\]", shape):
        raise NpyError(f"malformed shape '{shape}'")
    dims = [int(dim) for dim in re.findall(r"\d+", shape)]
    count = math.prod(dims)
    if texts == ["iota"]:
        values = (parse_value(kind, str(i)) for i in range(count))
    elif len(texts) == 1 and texts[0].startswith("random:"):
        source = random.Random(texts[0])
        width = 1 if kind == "bool" else 8 * struct.calcsize(TYPES[kind][1])
        values = (
            to_bits(kind, source.uniform(-2, 2))
            if TYPES[kind][2]
            else parse_value(kind, hex(source.getrandbits(width)))
            for _ in range(count)
        )
    else:
        given = []
        for text in texts:
            value, _, times = text.partition("*")
            given += [parse_value(kind, value)] * int(times or 1)
        if not given and count or len(given) > count:
            raise NpyError(f"{len(given)} values for {count} elements")
        values = itertools.islice(itertools.cycle(given), count)
    try:
        return Array(kind, dims, array.array(TYPES[kind][1], values))
    except OverflowError as error:
        raise NpyError(f"not a value of {kind}: {error}")


def print_array(data, as_bits):
    print(f"{data.kind} [{','.join(map(str, data.shape))}]")
    row = data.shape[-1] if data.shape else 1
    for begin in range(0, len(data.bits), max(row, 1)):
        # A line between matrices.
        if begin and len(data.shape) > 2 and begin % (row * data.shape[-2]) == 0:
            print()
        print(*(data.text(i, as_bits) for i in range(begin, begin + row)))


def compare(path, actual, expected, exact):
    if actual.kind != expected.kind or actual.shape != expected.shape:
        raise NpyError(
            f"{path} is {actual.kind} {list(actual.shape)}, "
            f"expected {expected.kind} {list(expected.shape)}"
        )
    index = actual.difference(expected, exact)
    if index is None:
        return
    place, rest = [], index
    for dim in reversed(actual.shape):
        rest, position = divmod(rest, dim)
        place.insert(0, position)
    raise NpyError(
        f"{path} is {actual.text(index)} ({actual.text(index, True)}) at {place}, "
        f"expected {expected.text(index)} ({expected.text(index, True)})"
    )


def write_broken(options):
    version = tuple(map(int, options.version.split(".")))
    shape = [int(dim) for dim in re.findall(r"\d+", options.shape)]
    content = header(options.descr, shape, version, options.header, options.length)
    content = options.magic.encode("latin1") + content[len(options.magic) :]
    content += bytes.fromhex(options.data)
    with open(options.file, "wb") as file:
        file.write(content[: options.cut])
        # A hole, so that a large file takes no space.
        if options.zeros:
            file.truncate(file.tell() + options.zeros)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("write", "check"):
        command = commands.add_parser(name)
        command.add_argument("file")
        command.add_argument("type")
        command.add_argument("shape")
        # Not an option, though it may begin with a minus.
        command.add_argument("values", nargs=argparse.REMAINDER)
    command = commands.add_parser("print")
    command.add_argument("files", nargs="+")
    command.add_argument("--hex", action="store_true", help="print bits")
    command = commands.add_parser("equal")
    command.add_argument("file")
    command.add_argument("expected")
    command.add_argument("--bits", action="store_true", help="compare bits")
    command = commands.add_parser("broken")
    command.add_argument("file")
    command.add_argument("--magic", default="\x93NUMPY", help="the first bytes")
    command.add_argument("--version", default="1.0")
    command.add_argument("--descr", default="<f4", help="the header's element type")
    command.add_argument("--shape", default="[]", help="the header's shape")
    command.add_argument("--header", help="all of the header's text")
    command.add_argument("--length", type=int, help="the length of the header")
    command.add_argument("--data", default="", help="hex digits of the elements")
    command.add_argument("--cut", type=int, help="bytes of the file to leave")
    command.add_argument("--zeros", type=int, help="zero bytes to add at the end")
    options = parser.parse_args()

    if options.command == "write":
        save(options.file, parse_array(options.type, options.shape, options.values))
    elif options.command == "print":
        for path in options.files:
            print_array(load(path), options.hex)
    elif options.command == "check":
        exact = "--bits" in options.values
        values = [value for value in options.values if value != "--bits"]
        expected = parse_array(options.type, options.shape, values)
        compare(options.file, load(options.file), expected, exact)
    elif options.command == "equal":
        compare(
            options.file, load(options.file), load(options.expected), options.bits
        )
    else:
        write_broken(options)


if __name__ == "__main__":
    try:
        main()
    except (NpyError, OSError, ValueError) as error:
        sys.exit(f"npy.py: error: {error}")
