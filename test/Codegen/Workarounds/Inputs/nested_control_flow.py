"""Writes a module that nests every structured op of scf in every other.

Usage: nested_control_flow.py MODULE.mlir EXPECTED.npy

The function @run of the module returns one number per pair. EXPECTED.npy has
the numbers that Python computes.
"""

import array
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "Inputs"))
import npy  # noqa: E402

# Each op: its text around INNER, which reads %v and defines %w, and the value
# that it gives for %x, by the function of INNER. `@` makes names unique.
OPS = {
    "for": (
        """%r@ = scf.for %i@ = %c0 to %c3 step %c1 iter_args(%a@ = %x@) -> index {
          %v@ = arith.addi %a@, %i@ : index
          INNER
          scf.yield %w@ : index
        }""",
        lambda x, inner: fold(lambda a, i: inner(a + i), x, 3),
    ),
    "if": (
        """%b@ = arith.remui %x@, %c2 : index
        %p@ = arith.cmpi eq, %b@, %c0 : index
        %r@ = scf.if %p@ -> index {
          %t@ = arith.addi %x@, %c7 : index
          scf.yield %t@ : index
        } else {
          %v@ = arith.addi %x@, %c3 : index
          INNER
          scf.yield %w@ : index
        }""",
        lambda x, inner: inner(x + 3) if x % 2 else x + 7,
    ),
    "then": (
        """%m@ = memref.alloca() : memref<index>
        memref.store %x@, %m@[] : memref<index>
        %b@ = arith.remui %x@, %c3 : index
        %p@ = arith.cmpi ne, %b@, %c0 : index
        scf.if %p@ {
          %v@ = arith.addi %x@, %c3 : index
          INNER
          memref.store %w@, %m@[] : memref<index>
        }
        %r@ = memref.load %m@[] : memref<index>""",
        lambda x, inner: inner(x + 3) if x % 3 else x,
    ),
    "while": (
        """%l@:2 = scf.while (%i@ = %c0, %a@ = %x@) : (index, index) -> (index, index) {
          %p@ = arith.cmpi ult, %i@, %c3 : index
          scf.condition(%p@) %i@, %a@ : index, index
        } do {
        ^bb0(%j@: index, %d@: index):
          %v@ = arith.addi %d@, %j@ : index
          INNER
          %n@ = arith.addi %j@, %c1 : index
          scf.yield %n@, %w@ : index, index
        }
        %r@ = arith.addi %l@#1, %c0 : index""",
        lambda x, inner: fold(lambda a, i: inner(a + i), x, 3),
    ),
    "do_while": (
        """%l@:2 = scf.while (%i@ = %c0, %a@ = %x@) : (index, index) -> (index, index) {
          %v@ = arith.addi %a@, %i@ : index
          INNER
          %n@ = arith.addi %i@, %c1 : index
          %p@ = arith.cmpi ult, %n@, %c3 : index
          scf.condition(%p@) %n@, %w@ : index, index
        } do {
        ^bb0(%j@: index, %d@: index):
          scf.yield %j@, %d@ : index, index
        }
        %r@ = arith.addi %l@#1, %c0 : index""",
        lambda x, inner: fold(lambda a, i: inner(a + i), x, 3),
    ),
    "while_before": (
        """%l@:2 = scf.while (%i@ = %c0, %a@ = %x@) : (index, index) -> (index, index) {
          %v@ = arith.addi %a@, %i@ : index
          INNER
          %p@ = arith.cmpi ult, %i@, %c2 : index
          scf.condition(%p@) %i@, %w@ : index, index
        } do {
        ^bb0(%j@: index, %d@: index):
          %n@ = arith.addi %j@, %c1 : index
          %e@ = arith.addi %d@, %c7 : index
          scf.yield %n@, %e@ : index, index
        }
        %r@ = arith.addi %l@#1, %c0 : index""",
        lambda x, inner: fold(
            lambda a, i: inner(a + i) + 7 * (i < 2), x, 3
        ),
    ),
    "parallel": (
        """%r@ = scf.parallel (%i@, %j@) = (%c0, %c0) to (%c2, %c3) step (%c1, %c1) init (%x@) -> index {
          %o@ = arith.muli %i@, %c3 : index
          %q@ = arith.addi %o@, %j@ : index
          %v@ = arith.addi %x@, %q@ : index
          INNER
          scf.reduce(%w@ : index) {
          ^bb0(%a@: index, %d@: index):
            %s@ = arith.addi %a@, %d@ : index
            scf.reduce.return %s@ : index
          }
        }""",
        lambda x, inner: x + sum(inner(x + i) for i in range(6)),
    ),
    "reduction": (
        """%r@ = scf.parallel (%i@) = (%c0) to (%c3) step (%c1) init (%x@) -> index {
          %o@ = arith.addi %x@, %i@ : index
          scf.reduce(%o@ : index) {
          ^bb0(%a@: index, %d@: index):
            %u@ = arith.addi %d@, %c1 : index
            %v@ = arith.remui %u@, %c7 : index
            INNER
            %s@ = arith.addi %a@, %w@ : index
            scf.reduce.return %s@ : index
          }
        }""",
        lambda x, inner: x + sum(inner((x + i + 1) % 7) for i in range(3)),
    ),
    "forall": (
        """%m@ = memref.alloca() : memref<3xindex>
        scf.forall (%i@) in (3) {
          %v@ = arith.addi %x@, %i@ : index
          INNER
          memref.store %w@, %m@[%i@] : memref<3xindex>
        }
        %r0@ = memref.load %m@[%c0] : memref<3xindex>
        %r1@ = memref.load %m@[%c1] : memref<3xindex>
        %r2@ = memref.load %m@[%c2] : memref<3xindex>
        %r3@ = arith.addi %r0@, %r1@ : index
        %r@ = arith.addi %r3@, %r2@ : index""",
        lambda x, inner: sum(inner(x + i) for i in range(3)),
    ),
    "index_switch": (
        """%k@ = arith.remui %x@, %c3 : index
        %r@ = scf.index_switch %k@ -> index
        case 0 {
          %t@ = arith.addi %x@, %c7 : index
          scf.yield %t@ : index
        }
        case 2 {
          %v@ = arith.addi %x@, %c2 : index
          INNER
          scf.yield %w@ : index
        }
        default {
          %t@ = arith.addi %x@, %c3 : index
          scf.yield %t@ : index
        }""",
        lambda x, inner: [lambda: x + 7, lambda: x + 3, lambda: inner(x + 2)][
            x % 3
        ](),
    ),
    "switch_default": (
        """%k@ = arith.remui %x@, %c3 : index
        %r@ = scf.index_switch %k@ -> index
        case 1 {
          %t@ = arith.addi %x@, %c7 : index
          scf.yield %t@ : index
        }
        default {
          %v@ = arith.addi %x@, %c2 : index
          INNER
          scf.yield %w@ : index
        }""",
        lambda x, inner: x + 7 if x % 3 == 1 else inner(x + 2),
    ),
    "execute_region": (
        """%r@ = scf.execute_region -> index {
          %b@ = arith.remui %x@, %c2 : index
          %p@ = arith.cmpi eq, %b@, %c0 : index
          cf.cond_br %p@, ^bb1, ^bb2
        ^bb1:
          cf.br ^bb3(%x@ : index)
        ^bb2:
          %v@ = arith.addi %x@, %c2 : index
          INNER
          cf.br ^bb3(%w@ : index)
        ^bb3(%y@: index):
          scf.yield %y@ : index
        }""",
        lambda x, inner: inner(x + 2) if x % 2 else x,
    ),
}
LEAF = "%w@ = arith.addi %v@, %c5 : index"
# Different ways through conditions.
STARTS = range(6)


def fold(function, x, count):
    for i in range(count):
        x = function(x, i)
    return x


def nest(outer, inner):
    """The text of `inner` in `outer`, and what it computes of %x."""
    (outer_text, outer_value), (inner_text, inner_value) = OPS[outer], OPS[inner]
    inner_text = inner_text.replace("INNER", LEAF).replace("@", "_in")
    inner_text = "%x_in = arith.addi %v@, %c0 : index\n" + inner_text
    inner_text += "\n%w@ = arith.addi %r_in, %c0 : index"
    text = outer_text.replace("INNER", inner_text).replace("@", "_out")
    return text, lambda x: outer_value(x, lambda v: inner_value(v, lambda u: u + 5))


def main():
    module_path, expected_path = sys.argv[1:]
    functions, calls, expected = [], [], []
    constants = "\n".join(f"%c{i} = arith.constant {i} : index" for i in (0, 1, 2, 3, 5, 7))
    for outer in OPS:
        for inner in OPS:
            text, value = nest(outer, inner)
            functions.append(
                f"func.func private @{outer}_of_{inner}(%x_out: index) -> index {{\n"
                f"{constants}\n{text}\nreturn %r_out : index\n}}"
            )
            for start in STARTS:
                n = len(expected)
                calls.append(
                    f"%x{n} = arith.constant {start} : index\n"
                    f"%y{n} = func.call @{outer}_of_{inner}(%x{n}) : (index) -> index\n"
                    f"%z{n} = arith.index_cast %y{n} : index to i64"
                )
                expected.append(value(start))
    count = len(expected)
    values = ", ".join(f"%z{i}" for i in range(count))
    functions.append(
        f"func.func @run() -> tensor<{count}xi64> {{\n" + "\n".join(calls) + "\n"
        f"%t = tensor.from_elements {values} : tensor<{count}xi64>\n"
        f"return %t : tensor<{count}xi64>\n}}"
    )
    with open(module_path, "w") as file:
        file.write("\n".join(functions) + "\n")
    npy.save(expected_path, npy.Array("i64", [count], array.array("q", expected)))


main()
