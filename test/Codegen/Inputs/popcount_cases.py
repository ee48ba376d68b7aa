"""Writes a module that compares popcount contractions with plain loops.

Its function `differences` returns, for each case, in how many outputs the vectorized
contraction differs from the same one with (a or b) - (a and b) for a xor b, which
no kernel matches. Outputs are filled before, or added to where a case says so.
Sizes are arguments of the cases, so that they are dynamic, where `dynamic` is given.

    popcount_cases.py [dynamic]
"""

import itertools
import sys


def shape(sizes, element, dynamic):
    sizes = ["?" if dynamic else str(size) for size in sizes]
    return "x".join([*sizes, element])


def size_names(name, sizes):
    return [f"%{name}{i}" for i in range(len(sizes))]


def empty(name, sizes, element, dynamic):
    """A tensor, of which dynamic sizes are arguments of the function."""
    operands = ", ".join(size_names(name, sizes)) if dynamic else ""
    return f"  %{name}_empty = tensor.empty({operands}) : tensor<{shape(sizes, element, dynamic)}>"


def noise_function(element, rank):
    """A function that makes words which differ in all their bits.

    Of two rows, the first has all bits set and the next one none, so that counters
    get as far as they can.
    """
    dims = ", ".join(f"d{i}" for i in range(rank))
    kinds = ", ".join(['"parallel"'] * rank)
    tensor = f"tensor<{shape([0] * rank, element, True)}>"
    arguments = "".join(f", %size{i}: index" for i in range(rank))
    sizes = ", ".join(f"%size{i}" for i in range(rank))
    lines = [
        f"func.func private @noise_{element}_{rank}(%seed: i64{arguments}) -> {tensor}",
        "    attributes {passthrough = [\"noinline\"]} {",
        f"  %empty = tensor.empty({sizes}) : {tensor}",
        f"  %noise = linalg.generic {{indexing_maps = [affine_map<({dims}) -> ({dims})>],"
        f" iterator_types = [{kinds}]}} outs(%empty : {tensor}) {{",
        f"  ^bb0(%out: {element}):",
    ]
    word = "%seed"
    for i in range(rank):
        lines += [
            f"    %i{i} = linalg.index {i} : index",
            f"    %j{i} = arith.index_cast %i{i} : index to i64",
            f"    %k{i} = arith.addi {word}, %j{i} : i64",
            f"    %p{i} = arith.constant 6364136223846793005 : i64",
            f"    %m{i} = arith.muli %k{i}, %p{i} : i64",
            f"    %q{i} = arith.constant 29 : i64",
            f"    %r{i} = arith.shrui %m{i}, %q{i} : i64",
            f"    %h{i} = arith.xori %m{i}, %r{i} : i64",
        ]
        word = f"%h{i}"
    if rank >= 2:
        lines += [
            "    %first = arith.constant 1 : i64",
            f"    %constant = arith.subi %j{rank - 2}, %first : i64",
            f"    %is_constant = arith.cmpi ule, %j{rank - 2}, %first : i64",
            f"    %word = arith.select %is_constant, %constant, {word} : i64",
        ]
        word = "%word"
    if element != "i64":
        lines += [f"    %t = arith.trunci {word} : i64 to {element}"]
        word = "%t"
    lines += [
        f"    linalg.yield {word} : {element}",
        f"  }} -> {tensor}",
        f"  return %noise : {tensor}",
        "}",
    ]
    return "\n".join(lines)


def noise(name, sizes, element, dynamic, seed):
    """A call of that function, which keeps fusion from computing words again."""
    rank = len(sizes)
    lines = [f"  %{name}_seed = arith.constant {seed} : i64"]
    operands = size_names(name, sizes)
    if not dynamic:
        operands = [f"%{name}_size{i}" for i in range(rank)]
        lines += [
            f"  {operand} = arith.constant {size} : index"
            for operand, size in zip(operands, sizes)
        ]
    source = f"tensor<{shape(sizes, element, True)}>"
    result = f"tensor<{shape(sizes, element, dynamic)}>"
    called = name if dynamic else f"{name}_dynamic"
    types = ", ".join(["i64"] + ["index"] * rank)
    lines.append(
        f"  %{called} = func.call @noise_{element}_{rank}"
        f"({', '.join([f'%{name}_seed', *operands])}) : ({types}) -> {source}"
    )
    if not dynamic:
        lines.append(f"  %{name} = tensor.cast %{called} : {source} to {result}")
    return lines


# How a body adds the count of differing bits, times a factor.
FORMS = {
    "product": (-2, [
        "%factor = arith.constant -2 : i32",
        "%term = arith.muli {count}, %factor : i32",
        "%sum = arith.addi %acc, %term : i32",
    ]),
    "difference": (-2, [
        "%one = arith.constant 1 : i32",
        "%term = arith.shli {count}, %one : i32",
        "%sum = arith.subi %acc, %term : i32",
    ]),
    "count": (1, ["%sum = arith.addi {count}, %acc : i32"]),
    "triple": (3, [
        "%factor = arith.constant 3 : i32",
        "%term = arith.muli %factor, {count} : i32",
        "%sum = arith.addi %term, %acc : i32",
    ]),
}  # fmt: skip


def contraction(name, case, init):
    element, maps, kinds = case["element"], case["maps"], case["kinds"]
    factor, add = FORMS[case["form"]]
    xor = [f"%bits = arith.xori %x, %y : {element}"]
    if name == "loops":
        xor = [
            f"%either = arith.ori %x, %y : {element}",
            f"%both = arith.andi %x, %y : {element}",
            f"%bits = arith.subi %either, %both : {element}",
        ]
        add = [
            f"%factor = arith.constant {-factor} : i32",
            "%term = arith.muli {count}, %factor : i32",
            "%sum = arith.subi %acc, %term : i32",
        ]
    body = [*xor, f"%count = math.ctpop %bits : {element}"]
    count, cast = "%count", {"i32": None, "i64": "trunci"}.get(element, "extui")
    if cast:
        body += [f"%wide = arith.{cast} %count : {element} to i32"]
        count = "%wide"
    body += [line.format(count=count) for line in add]
    return [
        f"  %{name} = linalg.generic {{indexing_maps = [{', '.join(maps)}],"
        f" iterator_types = [{', '.join(kinds)}]}}"
        f" ins(%{'a_slice' if case['step'] > 1 else 'a'}, %b : {case['a']}, {case['b']}) outs(%{init} : {case['out']}) {{",
        f"  ^bb0(%x: {element}, %y: {element}, %acc: i32):",
        *[f"    {line}" for line in body],
        "    linalg.yield %sum : i32",
        f"  }} -> {case['out']}",
    ]


def function(case, dynamic):
    """The signature and the body of a function for `case`, without its name."""
    element = case["element"]
    arguments = []
    for name, sizes in (("a", "full_a"), ("b", "b_sizes"), ("out", "out_sizes")):
        arguments += [f"{size}: index" for size in size_names(name, case[sizes])]
    lines = [f"({', '.join(arguments) if dynamic else ''}) -> i32 {{"]
    lines += noise("a", case["full_a"], element, dynamic, 1)
    case["a"] = f"tensor<{shape(case['a_sizes'], element, False)}>"
    full = f"tensor<{shape(case['full_a'], element, dynamic)}>"
    if case["step"] > 1:
        rank = len(case["full_a"])
        zeros, sizes = ", ".join(["0"] * rank), ", ".join(map(str, case["a_sizes"]))
        steps = ", ".join([str(case["step"])] * rank)
        lines += [
            f"  %a_slice = tensor.extract_slice %a[{zeros}] [{sizes}] [{steps}]"
            f" : {full} to {case['a']}"
        ]
    else:
        case["a"] = full
    lines += noise("b", case["b_sizes"], element, dynamic, 2)
    case["b"] = f"tensor<{shape(case['b_sizes'], element, dynamic)}>"
    case["out"] = f"tensor<{shape(case['out_sizes'], 'i32', dynamic)}>"
    lines.append(empty("out", case["out_sizes"], "i32", dynamic))
    # Fills of two values, which are not one.
    for name, depth in (("kernel_init", 1007), ("loops_init", 1000)):
        lines += [
            f"  %{name}_depth = arith.constant {depth} : i32",
            f"  %{name}_fill = linalg.fill ins(%{name}_depth : i32)"
            f" outs(%out_empty : {case['out']}) -> {case['out']}",
        ]
    inits = "kernel_init_fill", "loops_init_fill"
    if case["accumulate"]:
        lines += noise("out", case["out_sizes"], "i32", dynamic, 3)
        inits = "out", "out"
    lines += contraction("kernel", case, inits[0])
    lines += contraction("loops", case, inits[1])
    rank = len(case["out_sizes"])
    dims = ", ".join(f"d{i}" for i in range(rank))
    reductions = ", ".join(['"reduction"'] * rank)
    same = f"affine_map<({dims}) -> ({dims})>"
    lines += [
        "  %none = arith.constant dense<0> : tensor<i32>",
        f"  %sum = linalg.generic {{indexing_maps = [{same}, {same}, affine_map<({dims}) -> ()>],"
        f" iterator_types = [{reductions}]}} ins(%kernel, %loops : {case['out']}, {case['out']})"
        " outs(%none : tensor<i32>) {",
        "  ^bb0(%x: i32, %y: i32, %acc: i32):",
        f"    %more = arith.constant {0 if case['accumulate'] else 7} : i32",
        "    %expected = arith.addi %y, %more : i32",
        "    %ne = arith.cmpi ne, %x, %expected : i32",
        "    %one = arith.extui %ne : i1 to i32",
        "    %total = arith.addi %acc, %one : i32",
        "    linalg.yield %total : i32",
        "  } -> tensor<i32>",
        "  %result = tensor.extract %sum[] : tensor<i32>",
        "  return %result : i32",
        "}",
    ]
    return "\n".join(lines)


def make(element, dims, a, b, out, a_sizes, b_sizes, out_sizes, reductions, step=1):
    names = [name.strip() for name in dims.split(",")]
    kinds = ['"reduction"' if name in reductions else '"parallel"' for name in names]
    maps = [f"affine_map<({dims}) -> ({indices})>" for indices in (a, b, out)]
    full = [(size - 1) * step + 1 if size else 0 for size in a_sizes]
    return dict(
        element=element, maps=maps, kinds=kinds, a_sizes=a_sizes, b_sizes=b_sizes,
        out_sizes=out_sizes, full_a=full, step=step, accumulate=False,
        form="product",
    )  # fmt: skip


def matmul(element, m, n, w, step=1):
    return make(
        element, "m, n, w", "m, w", "n, w", "m, n", [m, w], [n, w], [m, n], "w", step
    )


def swapped(element, m, n, w):
    """The packed operand comes first, and the words of a row are not in a row."""
    return make(element, "m, n, w", "w, n", "m, w", "m, n", [w, n], [m, w], [m, n], "w")


def transposed(element, m, n, w):
    """Rows are the innermost dimension of the operand that has them."""
    return make(element, "m, n, w", "w, m", "n, w", "m, n", [w, m], [n, w], [m, n], "w")


def batched(element, g, m, n, w, shared):
    b, b_sizes = ("n, w", [n, w]) if shared else ("g, n, w", [g, n, w])
    return make(
        element, "g, m, n, w", "g, m, w", b, "g, m, n", [g, m, w], b_sizes, [g, m, n], "w"
    )


def accumulated(case):
    return dict(case, accumulate=True)


def of_every_form(case):
    return [dict(case, form=form) for form in FORMS]


def conv(element, n, oh, ow, o, kh, kw, w, stride=1, dilation=1):
    ih, iw = ((x - 1) * stride + (k - 1) * dilation + 1 for x, k in ((oh, kh), (ow, kw)))
    index = "{0} * %d + k{1} * %d" % (stride, dilation)
    a = f"n, {index.format('h', 'h')}, {index.format('x', 'x')}, w"
    return make(
        element, "n, h, x, o, kh, kx, w", a, "o, kh, kx, w", "n, h, x, o",
        [n, ih, iw, w], [o, kh, kw, w], [n, oh, ow, o], ("kh", "kx", "w"),
    )  # fmt: skip


def grouped(element, n, oh, ow, g, o, kh, kw, w):
    return make(
        element, "n, h, x, g, o, kh, kx, w", "n, h + kh, x + kx, g, w",
        "g, o, kh, kx, w", "n, h, x, g, o",
        [n, oh + kh - 1, ow + kw - 1, g, w], [g, o, kh, kw, w], [n, oh, ow, g, o],
        ("kh", "kx", "w"),
    )  # fmt: skip


def dynamic_cases():
    for element in ("i8", "i64"):
        for m, n, w in itertools.product((1, 7, 16, 23), (1, 31, 69), (0, 1, 31, 63)):
            yield matmul(element, m, n, w)
    for sizes in ((0, 5, 3), (17, 0, 3), (0, 0, 0)):
        yield matmul("i64", *sizes)
    # More than a panel holds, and more rows than a task has.
    yield matmul("i64", 17, 70, 2100)
    yield matmul("i64", 1030, 5, 3)
    yield accumulated(swapped("i64", 20, 70, 9))
    yield accumulated(swapped("i64", 2, 5, 40))
    yield transposed("i32", 21, 70, 5)
    for shared in (False, True):
        yield batched("i64", 3, 18, 20, 5, shared)
        yield batched("i64", 3, 2, 7, 9, shared)
    yield conv("i64", 1, 5, 6, 20, 3, 3, 2)
    yield conv("i64", 2, 3, 7, 40, 5, 5, 17)
    yield conv("i64", 1, 1, 2, 9, 2, 2, 11)
    yield conv("i64", 2, 70, 9, 5, 1, 1, 1)
    yield grouped("i32", 2, 4, 5, 3, 10, 3, 3, 2)
    yield grouped("i32", 1, 2, 2, 2, 9, 2, 2, 3)
    yield from of_every_form(matmul("i64", 17, 70, 5))
    yield from of_every_form(accumulated(matmul("i64", 2, 7, 9)))


def static_cases():
    yield matmul("i8", 19, 69, 33)
    yield accumulated(matmul("i32", 24, 64, 32))
    yield matmul("i32", 16, 0, 3)
    yield matmul("i32", 16, 5, 0)
    yield accumulated(matmul("i64", 3, 11, 70))
    yield matmul("i64", 1, 5, 0)
    # Strides, and squares whose last words are left.
    yield matmul("i32", 19, 37, 33, step=2)
    yield matmul("i64", 17, 64, 9)
    yield swapped("i16", 20, 33, 9)
    yield transposed("i64", 19, 40, 9)
    # Bytes count one, two and three of the loops that reduce.
    yield conv("i64", 1, 4, 7, 33, 3, 3, 1)
    yield conv("i64", 1, 4, 7, 16, 5, 3, 3, stride=2, dilation=2)
    yield conv("i32", 1, 4, 5, 33, 1, 1, 40)
    yield conv("i16", 1, 1, 2, 9, 2, 2, 11)
    yield grouped("i64", 2, 4, 5, 3, 10, 3, 3, 2)
    yield from of_every_form(matmul("i32", 19, 37, 5))
    yield from of_every_form(accumulated(matmul("i8", 3, 9, 33)))


def main():
    dynamic = "dynamic" in sys.argv[1:]
    every = list(dynamic_cases() if dynamic else static_cases())
    functions, body, results, constants = {}, [], [], set()
    for number, case in enumerate(every):
        # Cases that differ in dynamic sizes only share a function.
        text = function(case, dynamic)
        name = functions.setdefault(text, f"@case{number}")
        sizes = case["full_a"] + case["b_sizes"] + case["out_sizes"]
        sizes = sizes if dynamic else []
        constants |= set(sizes)
        operands = ", ".join(f"%s{size}" for size in sizes)
        types = ", ".join(["index"] * len(sizes))
        body.append(f"  %r{number} = func.call {name}({operands}) : ({types}) -> i32")
        results.append(f"%r{number}")
    for element, rank in itertools.product(("i8", "i16", "i32", "i64"), range(2, 6)):
        print(noise_function(element, rank))
    for text, name in functions.items():
        # Not inlined, so that sizes stay unknown.
        attributes = " attributes {passthrough = [\"noinline\"]}"
        print(f"func.func private {name}{text.replace(' {', attributes + ' {', 1)}")
    result = f"tensor<{len(every)}xi32>"
    print(f"func.func @differences() -> {result} {{")
    for size in sorted(constants):
        print(f"  %s{size} = arith.constant {size} : index")
    print("\n".join(body))
    print(f"  %all = tensor.from_elements {', '.join(results)} : {result}")
    print(f"  return %all : {result}")
    print("}")


if __name__ == "__main__":
    main()
