"""Writes a C program that calls every public function of a module.

call_every_op.py MODULE.mlir > PROGRAM.c

The module has no packed tensors: words and lengths of rows hold them. Each
function is called for several sizes n, through its C interface, with random
arguments in blocks that are as large as their contents. The program prints a
checksum of each result.
"""

import re
import sys

SIZES = [0, 1, 2, 7, 8, 15, 17, 31, 33, 64, 65, 100, 1027]
C_TYPES = {"f32": "float", "f64": "double", "f16": "_Float16", "bf16": "uint16_t",
           "index": "int64_t"}
BYTES = {"f64": 8, "f32": 4, "f16": 2, "bf16": 2, "i1": 1, "i8": 1, "i16": 2,
         "i32": 4, "i64": 8, "index": 8}

# The shapes and the integers of calls whose operands depend on each other, of n.
CALLS = {
    "unpack": ("{(n + 31) / 32}", "n"),
    "xnor_matmul": ("{n, (n + 31) / 32} {n + 1, (n + 31) / 32}", "n n"),
    "xnor_conv_2d": ("{1, n, 4, 2} {5, 3, 3, 2}", "13 13"),
    "threshold": ("{3, n} {n} {n}", ""),
    "bitwise": ("{3, (n + 7) / 8} {3, (n + 7) / 8}", "n n"),
    "pad": ("{3, (n + 7) / 8}", "n 1"),
    "cast": ("{3, (n + 7) / 8}", "n"),
    "transpose": ("{3, (n + 31) / 32}", "n"),
    "slice": ("{n + 2, 2}", "n < 90 ? n : 90"),
}

PRELUDE = """
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 1;
static uint64_t next(void) {
  return state = state * 6364136223846793005u + 1442695040888963407u;
}

/* Fills a descriptor of `rank` extents, with floats around 0 or with any bits. */
static void *make(int64_t *words, int rank, const int64_t *extents, int bytes,
                  int is_float) {
  int64_t size = 1;
  for (int dim = rank; dim-- > 0;) {
    words[3 + dim] = extents[dim];
    words[3 + rank + dim] = size;
    size *= extents[dim];
  }
  unsigned char *data = malloc(size * bytes);
  for (int64_t i = 0; i < size; ++i) {
    uint64_t value = next() >> 16;
    /* Of any format: a sign, and an exponent around that of 1. */
    if (is_float) {
      value &= ((uint64_t)1 << (8 * bytes - 2)) - 1;
      value |= (value & 1) << (8 * bytes - 1);
    }
    for (int byte = 0; byte < bytes; ++byte)
      data[i * bytes + byte] = value >> (8 * byte);
  }
  words[0] = words[1] = (int64_t)data;
  words[2] = 0;
  return data;
}

static uint64_t hash_bytes(uint64_t hash, const unsigned char *data, int64_t size) {
  for (int64_t i = 0; i < size; ++i)
    hash = (hash ^ data[i]) * 1099511628211u;
  return hash;
}

/* Of a result, which is contiguous. */
static uint64_t hash_array(uint64_t hash, const int64_t *words, int rank, int bytes) {
  int64_t size = bytes;
  for (int dim = 0; dim < rank; ++dim)
    size *= words[3 + dim];
  return hash_bytes(hash, (const unsigned char *)words[1] + words[2] * bytes, size);
}
"""


def split_types(text):
    return re.findall(r"tensor<[^>]*>|[a-z]+[0-9]+|index", text)


def tensor_of(type):
    """The extents of a tensor, '?' for an unknown one, and its element."""
    *extents, element = type[len("tensor<"):-1].split("x")
    return extents, element


def c_type(element):
    return C_TYPES.get(element) or f"int{max(8, BYTES[element] * 8)}_t"


def write_function(name, arguments, results):
    """Prints `call_NAME(n)`."""
    shapes, integers = CALLS.get(name, ("", "n"))
    shapes = re.findall(r"\{[^}]*\}", shapes)
    # Expressions of one integer each may have spaces of their own.
    integers = [integers] if "?" in integers else integers.split()
    parameters, passed, lines, blocks = ["void *"], ["result"], [], []
    for index, type in enumerate(arguments):
        if not type.startswith("tensor"):
            parameters.append(c_type(type))
            one = "0x3f80" if type == "bf16" else "1"
            passed.append(integers.pop(0) if type == "index" and integers else one)
            continue
        extents, element = tensor_of(type)
        rank = len(extents)
        given = shapes.pop(0)[1:-1].split(", ") if shapes else None
        sizes = [
            extent if extent != "?" else given[dim] if given else "n" if dim == 0 else "3"
            for dim, extent in enumerate(extents)
        ]
        lines.append(f"  int64_t extents{index}[] = {{{', '.join(sizes) or '0'}}};")
        lines.append(f"  int64_t words{index}[{3 + 2 * rank}];")
        lines.append(
            f"  void *block{index} = make(words{index}, {rank}, extents{index}, "
            f"{BYTES[element]}, {int('f' in element)});"
        )
        blocks.append(f"block{index}")
        parameters.append("void *")
        passed.append(f"words{index}")

    offset, hashes = 0, []
    for type in results:
        if not type.startswith("tensor"):
            hashes.append(f"  hash = hash_bytes(hash, (unsigned char *)(result + {offset}), "
                          f"{BYTES[type]});")
            offset += 1
            continue
        extents, element = tensor_of(type)
        hashes.append(f"  hash = hash_array(hash, result + {offset}, {len(extents)}, "
                      f"{BYTES[element]});")
        is_argument = " || ".join(f"(void *)result[{offset}] == {b}" for b in blocks)
        hashes.append(f"  if (!({is_argument}))\n    free((void *)result[{offset}]);")
        offset += 3 + 2 * len(extents)

    print(f"void _mlir_ciface_{name}({', '.join(parameters)});")
    print(f"static void call_{name}(int64_t n) {{")
    print("\n".join(lines))
    print(f"  int64_t result[{offset}];\n  uint64_t hash = 14695981039346656037u;")
    print(f"  _mlir_ciface_{name}({', '.join(passed)});")
    print("\n".join(hashes))
    print(f'  printf("{name} %d: %016lx\\n", (int)n, hash);')
    print("\n".join(f"  free({block});" for block in blocks))
    print("}")


def main():
    source = open(sys.argv[1]).read()
    print(PRELUDE)
    names = []
    pattern = r"func\.func @(\w+)\((.*?)\) -> (?:\((.*?)\)|(\S+)) \{"
    for name, inputs, several, one in re.findall(pattern, source):
        names.append(name)
        write_function(name, [split_types(part.split(":")[1])[0]
                              for part in inputs.split("%")[1:]],
                       split_types(several or one))
    print("int main(void) {")
    print(f"  static const int64_t sizes[] = {{{', '.join(map(str, SIZES))}}};")
    print(f"  for (int i = 0; i < {len(SIZES)}; ++i) {{")
    print("\n".join(f"    call_{name}(sizes[i]);" for name in names))
    print("  }\n  return 0;\n}")


main()
