"""What modules have in common that compare two forms of a product, case by case.

The function `differences` of such a module returns, for each case, in how many elements
the results of its two forms differ. The inputs are resources.
"""

import struct

BYTES = {"bf16": 2, "f16": 2, "f32": 4, "f64": 8, "i8": 1, "i16": 2, "i32": 4, "i64": 8}


def tensor(sizes, element, encoding=""):
    return f"tensor<{'x'.join(map(str, [*sizes, element]))}{encoding}>"


def pack_floats(element, values):
    """Little-endian bytes of `values`."""
    if element == "bf16":
        return b"".join(struct.pack("<f", value)[2:] for value in values)
    code = {"f16": "e", "f32": "f", "f64": "d"}[element]
    return struct.pack(f"<{len(values)}{code}", *values)


def add_product(factors, element, total):
    """The lines that add the product of two `factors` of type `element` to %acc."""
    suffix, widen = ("i", "extsi") if total.startswith("i") else ("f", "extf")
    lines = []
    if total != element:
        for i, factor in enumerate(factors):
            lines.append(f"%e{i} = arith.{widen} {factor} : {element} to {total}")
        factors = ["%e0", "%e1"]
    lines.append(f"%term = arith.mul{suffix} {factors[0]}, {factors[1]} : {total}")
    lines.append(f"%next = arith.add{suffix} %acc, %term : {total}")
    return lines


def build_product(product, types, element, total, body):
    """A linalg.generic of %a and %b into %c. `product` has the loops, those that reduce,
    and the indices of the two inputs and of the result; `body` computes %next from %x,
    %w and %acc."""
    loops, reduced, *indices = product
    names = ", ".join(loops.split())
    maps = ", ".join(f"affine_map<({names}) -> ({results})>" for results in indices)
    kinds = ", ".join(
        '"reduction"' if loop in reduced.split() else '"parallel"'
        for loop in loops.split()
    )
    factors = f"%x: {element[0]}, %w: {element[1]}"
    lines = "\n".join(f"      {line}" for line in body)
    return f"""
    %y = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}}
        ins(%a, %b : {types[0]}, {types[1]}) outs(%c : {types[2]}) {{
    ^bb0({factors}, %acc: {total}):
{lines}
      linalg.yield %next : {total}
    }} -> {types[2]}
    return %y : {types[2]}"""


def print_function(name, arguments, result, body):
    """A function that is not inlined; `arguments` are names with types."""
    signature = ", ".join(f"{value}: {type}" for value, type in arguments)
    print(
        f"\n  func.func private @{name}({signature}) -> {result}\n"
        f'      attributes {{passthrough = ["noinline"]}} {{{body}\n  }}'
    )


def build_count(type, rank, element):
    """The return of in how many elements %y0 and %y1 differ."""
    dims = ", ".join(f"d{i}" for i in range(rank))
    maps = ", ".join([f"affine_map<({dims}) -> ({dims})>"] * 2)
    kinds = ", ".join(['"reduction"'] * rank)
    differ = "arith.cmpi ne" if element.startswith("i") else "arith.cmpf une"
    return f"""
    %none = arith.constant dense<0> : tensor<i32>
    %n = linalg.generic {{indexing_maps = [{maps}, affine_map<({dims}) -> ()>],
        iterator_types = [{kinds}]}}
        ins(%y0, %y1 : {type}, {type}) outs(%none : tensor<i32>) {{
    ^bb0(%p: {element}, %q: {element}, %count: i32):
      %isDifferent = {differ}, %p, %q : {element}
      %one = arith.extui %isDifferent : i1 to i32
      %next = arith.addi %count, %one : i32
      linalg.yield %next : i32
    }} -> tensor<i32>
    %r = tensor.extract %n[] : tensor<i32>
    return %r : i32"""


def print_differences(cases, resources):
    """The function `differences` of functions @case0, @case1 and so on, and the end of
    the module, with `resources`: bytes of elements of a number of bytes, by name."""
    result = f"tensor<{cases}xi32>"
    print(f"\n  func.func @differences() -> {result} {{")
    for i in range(cases):
        print(f"    %n{i} = func.call @case{i}() : () -> i32")
    numbers = ", ".join(f"%n{i}" for i in range(cases))
    print(f"    %r = tensor.from_elements {numbers} : {result}")
    print(
        f"    return %r : {result}\n  }}\n}}\n{{-#\n  dialect_resources: {{ builtin: {{"
    )
    print(
        ",\n".join(
            f'    {name}: "0x{size:02x}000000{data.hex()}"'
            for name, (size, data) in resources.items()
        )
    )
    print("  } }\n#-}")
