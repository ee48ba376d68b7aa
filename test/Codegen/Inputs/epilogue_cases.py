"""Writes a module that compares epilogues in kernels with epilogues of stored sums.

Its function `differences` returns, for each case, in how many elements the results of
a product and an elementwise op in one function differ from those of two functions, one
after the other.

    epilogue_cases.py binary|level|float
"""

import sys

from popcount_cases import noise, noise_function, shape

# What a product sums: the type of the factors, of the sums, and the next sum.
PRODUCTS = {
    "binary": ("i64", "i32", """
      %factor = arith.constant -2 : i32
      %bits = arith.xori %x, %y : i64
      %count = math.ctpop %bits : i64
      %narrow = arith.trunci %count : i64 to i32
      %term = arith.muli %narrow, %factor : i32
      %next = arith.addi %acc, %term : i32"""),
    "level": ("i8", "i32", """
      %wide_x = arith.extsi %x : i8 to i32
      %wide_y = arith.extsi %y : i8 to i32
      %term = arith.muli %wide_x, %wide_y : i32
      %next = arith.addi %acc, %term : i32"""),
    "float": ("f32", "f32", """
      %term = arith.mulf %x, %y : f32
      %next = arith.addf %acc, %term : f32"""),
}  # fmt: skip

# The bodies of epilogues: their operands besides the sums, by the dimensions that
# they have; their results, by element type and by how they lie; and the ops.
# A packed result has the bits of a comparison. Sums of floats are not converted: %f is
# twice the sum.
EPILOGUES = {
    "scale": (["columns"], [("f32", "same")], """
      %f = arith.sitofp %sum : i32 to f32
      %r0 = arith.mulf %f, %x0 : f32"""),
    "row": (["rows"], [("f32", "same")], """
      %f = arith.sitofp %sum : i32 to f32
      %r0 = arith.addf %f, %x0 : f32"""),
    "residual": (["columns", "all"], [("f32", "same")], """
      %f = arith.sitofp %sum : i32 to f32
      %s = arith.mulf %f, %x0 : f32
      %r0 = arith.addf %s, %x1 : f32"""),
    "in place": (["columns"], [("i32", "in place")], """
      %i = arith.fptosi %x0 : f32 to i32
      %r0 = arith.addi %sum, %i : i32"""),
    "narrow": ([], [("i8", "same"), ("f16", "same")], """
      %r0 = arith.trunci %sum : i32 to i8
      %r1 = arith.sitofp %sum : i32 to f16"""),
    "two": (["columns"], [("f32", "same"), ("i32", "same")], """
      %f = arith.sitofp %sum : i32 to f32
      %r0 = arith.mulf %f, %x0 : f32
      %zero = arith.constant 0 : i32
      %r1 = arith.maxsi %sum, %zero : i32"""),
    "transposed": ([], [("f32", "transposed")], """
      %f = arith.sitofp %sum : i32 to f32
      %r0 = arith.negf %f : f32"""),
    "threshold": (["columns"], [("i64", "packed")], """
      %f = arith.sitofp %sum : i32 to f32
      %bit0 = arith.cmpf olt, %f, %x0 : f32"""),
    # Bits are added to those that are there.
    "threshold i8": (["columns"], [("i8", "packed onto 65")], """
      %f = arith.sitofp %sum : i32 to f32
      %bit0 = arith.cmpf olt, %f, %x0 : f32"""),
    "threshold and scale": (["columns"], [("i32", "packed"), ("f32", "same")], """
      %f = arith.sitofp %sum : i32 to f32
      %bit0 = arith.cmpf olt, %f, %x0 : f32
      %r1 = arith.mulf %f, %x0 : f32"""),
    "two thresholds": (["columns"], [("i64", "packed"), ("i32", "packed"), ("i8", "packed")], """
      %f = arith.sitofp %sum : i32 to f32
      %bit0 = arith.cmpf olt, %f, %x0 : f32
      %bit1 = arith.cmpf oge, %f, %x0 : f32
      %bit2 = arith.cmpf une, %f, %x0 : f32"""),
}  # fmt: skip


TO_FLOAT = "%f = arith.sitofp %sum : i32 to f32"


def tensor(sizes, element, dynamic):
    return f"tensor<{shape(sizes, element, dynamic)}>"


class Case:
    def __init__(self, number, kind, epilogue, dims, a, b, out, reduced, dynamic, accumulate, keep):
        self.number, self.dynamic, self.accumulate, self.keep = (
            number, dynamic, accumulate, keep,
        )  # fmt: skip
        self.factor, self.sum, self.next = PRODUCTS[kind]
        self.operands, self.results, self.body = EPILOGUES[epilogue]
        if self.sum == "f32":
            self.body = self.body.replace(TO_FLOAT, "%f = arith.addf %sum, %sum : f32")
        # An index is a sum of dimensions.
        extent = lambda index: sum(dims[dim] for dim in index.split("+")) - index.count("+")
        self.dims = dims
        self.places = {"a": a, "b": b, "sums": out}
        self.sizes = {name: [extent(index) for index in at] for name, at in self.places.items()}
        self.reduced = reduced
        self.rank = len(out)

    def type(self, name):
        return tensor(self.sizes[name], self.sum if name == "sums" else self.factor, self.dynamic)

    def operand_dims(self, place):
        last = self.rank - 1
        return {"columns": [last], "rows": [0], "all": list(range(self.rank))}[place]

    def operand_type(self, place):
        sizes = [self.sizes["sums"][dim] for dim in self.operand_dims(place)]
        return tensor(sizes, "f32", self.dynamic)

    def result_sizes(self, number):
        element, lies = self.results[number]
        sizes = list(self.sizes["sums"])
        if lies.startswith("packed"):
            sizes[-1] = -(-sizes[-1] // int(element[1:]))
        return sizes[::-1] if lies == "transposed" else sizes

    def result_types(self):
        return [
            tensor(self.result_sizes(i), element, self.dynamic)
            for i, (element, _) in enumerate(self.results)
        ] + ([self.type("sums")] if self.keep else [])

    def product(self):
        """The sums of %a and %b, added to %init or to 17."""
        init = ""
        if not self.accumulate:
            names = []
            for dim in self.places["sums"] if self.dynamic else []:
                factor = "a" if dim in self.places["a"] else "b"
                names.append(f"%{dim}")
                init += f"""
  %at_{dim} = arith.constant {self.places[factor].index(dim)} : index
  %{dim} = tensor.dim %{factor}, %at_{dim} : {self.type(factor)}"""
            first = "17.0" if self.sum == "f32" else "17"
            init += f"""
  %first = arith.constant {first} : {self.sum}
  %empty = tensor.empty({', '.join(names)}) : {self.type('sums')}
  %init = linalg.fill ins(%first : {self.sum}) outs(%empty : {self.type('sums')}) -> {self.type('sums')}"""
        domain = ", ".join(self.dims)
        maps = ", ".join(
            f"affine_map<({domain}) -> ({', '.join(at)})>" for at in self.places.values()
        )
        kinds = ", ".join(
            '"reduction"' if dim in self.reduced else '"parallel"' for dim in self.dims
        )
        return f"""{init}
  %sums = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}}
      ins(%a, %b : {self.type('a')}, {self.type('b')}) outs(%init : {self.type('sums')}) {{
    ^bb0(%x: {self.factor}, %y: {self.factor}, %acc: {self.sum}):{self.next}
      linalg.yield %next : {self.sum}
  }} -> {self.type('sums')}"""

    def extents(self):
        return "".join(
            f"""
  %e{dim} = arith.constant {dim} : index
  %n{dim} = tensor.dim %sums, %e{dim} : {self.type('sums')}"""
            for dim in range(self.rank)
        )

    def epilogue(self):
        """The results %y0, ... of %sums and the operands %c0, ..."""
        dims = [f"d{dim}" for dim in range(self.rank)]
        domain = ", ".join(dims)
        lines, maps, ins, outs, arguments, out_arguments = [], [], [], [], [], []
        is_in_place = self.results[0][1] == "in place"
        if not is_in_place:
            maps.append(dims)
            ins.append(("%sums", self.type("sums")))
            arguments.append(f"%sum: {self.sum}")
        for i, place in enumerate(self.operands):
            maps.append([dims[dim] for dim in self.operand_dims(place)])
            ins.append((f"%c{i}", self.operand_type(place)))
            arguments.append(f"%x{i}: f32")
        body, yields, packs = self.body, [], False
        for i, (element, lies) in enumerate(self.results):
            sizes = self.result_sizes(i)
            type = tensor(sizes, element, self.dynamic)
            indices = list(dims)
            out = f"%o{i}"
            if lies == "in place":
                outs.append(("%sums", type))
                arguments.append(f"%sum: {self.sum}")
                yields.append("%r0")
                maps.append(indices)
                continue
            extents = [f"%n{dim}" for dim in range(self.rank)]
            if lies == "transposed":
                indices, extents = indices[::-1], extents[::-1]
            if lies.startswith("packed"):
                width = int(element[1:])
                packs = True
                indices[-1] += f" floordiv {width}"
                lines.append(f"""
  %width{i} = arith.constant {width} : index
  %words{i} = arith.ceildivui {extents[-1]}, %width{i} : index""")
                extents[-1] = f"%words{i}"
                body += f"""
      %at{i} = linalg.index {self.rank - 1} : index
      %w{i} = arith.constant {width} : index
      %k{i} = arith.remui %at{i}, %w{i} : index
      %s{i} = arith.index_castui %k{i} : index to {element}
      %ext{i} = arith.extui %bit{i} : i1 to {element}
      %shl{i} = arith.shli %ext{i}, %s{i} : {element}
      %r{i} = arith.ori {out}, %shl{i} : {element}"""
            operands = ", ".join(extents) if self.dynamic else ""
            lines.append(f"\n  %empty{i} = tensor.empty({operands}) : {type}")
            if lies.startswith("packed"):
                before = lies.removeprefix("packed onto ") if " " in lies else 0
                lines.append(f"""
  %zero{i} = arith.constant {before} : {element}
  %filled{i} = linalg.fill ins(%zero{i} : {element}) outs(%empty{i} : {type}) -> {type}""")
            filled = "filled" if lies.startswith("packed") else "empty"
            outs.append((f"%{filled}{i}", type))
            out_arguments.append(f"{out}: {element}")
            yields.append(f"%r{i}")
            maps.append(indices)
        names = [f"%y{i}" for i in range(len(self.results))]
        types = [type for _, type in outs]
        join = ", ".join
        kinds = ['"parallel"'] * self.rank
        if packs:
            kinds[-1] = '"reduction"'
        maps = [f"affine_map<({domain}) -> ({join(map)})>" for map in maps]
        inputs = f"ins({join(n for n, _ in ins)} : {join(t for _, t in ins)}) " if ins else ""
        results = join(types) if len(types) == 1 else f"({join(types)})"
        lines.append(f"""
  {join(names)} = linalg.generic {{indexing_maps = [{join(maps)}], iterator_types = [{join(kinds)}]}}
      {inputs}outs({join(n for n, _ in outs)} : {join(types)}) {{
    ^bb0({join(arguments + out_arguments)}):{body}
      linalg.yield {join(yields)} : {join(e for e, _ in self.results)}
  }} -> {results}""")
        return "".join(lines)

    def signature(self, *names):
        types = {"a": self.type("a"), "b": self.type("b"), "init": self.type("sums"),
                 "sums": self.type("sums")}  # fmt: skip
        types.update(
            {f"c{i}": self.operand_type(place) for i, place in enumerate(self.operands)}
        )
        return [(f"%{name}", types[name]) for name in names]

    def function(self, name, arguments, body, results, types):
        parameters = ", ".join(f"{n}: {t}" for n, t in arguments)
        return (
            f"func.func @{name}_{self.number}({parameters}) -> ({', '.join(types)}) {{{body}\n"
            f"  return {', '.join(results)} : {', '.join(types)}\n}}\n"
        )

    def call(self, name, arguments, results, types):
        return (
            f"  {', '.join(results)} = func.call @{name}_{self.number}({', '.join(n for n, _ in arguments)})"
            f" : ({', '.join(t for _, t in arguments)}) -> ({', '.join(types)})\n"
        )

    def values(self, name, sizes, element, seed):
        """A tensor of any bits, or of small floats."""
        if element in ("i64", "i32"):
            return noise(name, sizes, element, False, seed)
        integers, type = (tensor(sizes, t, False) for t in ("i32", element))
        lines = noise(f"w_{name}", sizes, "i32", False, seed)
        if element == "i8":
            return [*lines, f"  %{name} = arith.trunci %w_{name} : {integers} to {type}"]
        return [
            *lines,
            f"  %shift_{name} = arith.constant dense<24> : {integers}",
            f"  %small_{name} = arith.shrsi %w_{name}, %shift_{name} : {integers}",
            f"  %whole_{name} = arith.sitofp %small_{name} : {integers} to {type}",
            f"  %three_{name} = arith.constant dense<3.0> : {type}",
            f"  %{name} = arith.divf %whole_{name}, %three_{name} : {type}",
        ]

    def inputs(self):
        lines = self.values("a", self.sizes["a"], self.factor, 1)
        lines += self.values("b", self.sizes["b"], self.factor, 2)
        if self.accumulate:
            lines += self.values("init", self.sizes["sums"], self.sum, 3)
        for i, place in enumerate(self.operands):
            sizes = [self.sizes["sums"][dim] for dim in self.operand_dims(place)]
            lines += self.values(f"c{i}", sizes, "f32", 4 + i)
        return "\n".join(lines) + "\n"

    def casts(self):
        if not self.dynamic:
            return "", lambda name: name
        lines = []
        for name, type in self.arguments:
            static = self.static_types[name]
            lines.append(f"  {name}_any = tensor.cast {name} : {static} to {type}\n")
        return "".join(lines), lambda name: f"{name}_any"

    def text(self):
        operands = [f"c{i}" for i in range(len(self.operands))]
        factors = ["a", "b"] + ["init"] * self.accumulate
        self.arguments = self.signature(*factors, *operands)
        statics = Case.__new__(Case)
        statics.__dict__.update(self.__dict__, dynamic=False)
        self.static_types = dict(statics.signature(*factors, *operands))
        names = [f"%y{i}" for i in range(len(self.results))]
        types = self.result_types()
        if self.keep:
            names.append("%sums")
        body = self.product() + self.extents() + self.epilogue()
        functions = self.function("fused", self.arguments, body, names, types)
        functions += self.function(
            "sums", self.signature(*factors), self.product(), ["%sums"], [self.type("sums")]
        )
        functions += self.function(
            "epilogue", self.signature("sums", *operands), self.extents() + self.epilogue(), names, types
        )
        casts, named = self.casts()
        rename = lambda arguments: [(named(n) if n != "%sums" else n, t) for n, t in arguments]
        main = self.inputs() + casts
        main += self.call("fused", rename(self.arguments), [f"%f{i}" for i in range(len(names))], types)
        main += self.call("sums", rename(self.signature(*factors)), ["%sums"], [self.type("sums")])
        main += self.call(
            "epilogue", rename(self.signature("sums", *operands)), [f"%g{i}" for i in range(len(names))], types
        )
        totals = []
        elements = [element for element, _ in self.results] + [self.sum] * self.keep
        for i, (type, element) in enumerate(zip(types, elements)):
            dims = ", ".join(f"d{dim}" for dim in range(self.rank))
            kinds = ", ".join(['"reduction"'] * self.rank)
            same = f"affine_map<({dims}) -> ({dims})>"
            bits = "i" + element[1:]
            cast = "arith.bitcast {} : %s to %s" % (element, bits)
            compare = f"%ne = arith.cmpi ne, %x, %y : {element}"
            if element[0] == "f":
                compare = (
                    f"%xb = {cast.format('%x')}\n      %yb = {cast.format('%y')}\n"
                    f"      %ne = arith.cmpi ne, %xb, %yb : {bits}"
                )
            main += f"""  %none{i} = arith.constant dense<0> : tensor<i32>
  %total{i} = linalg.generic {{indexing_maps = [{same}, {same}, affine_map<({dims}) -> ()>], iterator_types = [{kinds}]}}
      ins(%f{i}, %g{i} : {type}, {type}) outs(%none{i} : tensor<i32>) {{
    ^bb0(%x: {element}, %y: {element}, %acc: i32):
      {compare}
      %one = arith.extui %ne : i1 to i32
      %more = arith.addi %acc, %one : i32
      linalg.yield %more : i32
  }} -> tensor<i32>
  %t{i} = tensor.extract %total{i}[] : tensor<i32>
"""
            totals.append(f"%t{i}")
        total = totals[0]
        for i, more in enumerate(totals[1:]):
            main += f"  %all{i} = arith.addi {total}, {more} : i32\n"
            total = f"%all{i}"
        return functions + (
            f"func.func private @case_{self.number}() -> i32 {{\n{main}  return {total} : i32\n}}\n"
        )


def matmul(kind, m, n, w):
    # A binary product has lanes along words, or rearranges them; others have lanes
    # along columns.
    b = ["n", "w"] if kind == "binary" else ["w", "n"]
    return dict(m=m, n=n, w=w), ["m", "w"], b, ["m", "n"], "w"


def batch_matmul(r, m, n, w):
    """The rows r and m of the left factor are one dimension, unless r scales rows."""
    return dict(r=r, m=m, n=n, w=w), ["r", "m", "w"], ["w", "n"], ["r", "m", "n"], "w"


def conv(kind, n, h, x, o, k, w):
    dims = dict(n=n, h=h, x=x, o=o, i=k, j=k, w=w)
    b = ["o", "i", "j", "w"] if kind == "binary" else ["i", "j", "w", "o"]
    return dims, ["n", "h+i", "x+j", "w"], b, ["n", "h", "x", "o"], "ijw"


def cases(kind):
    names = [
        name
        for name, (_, _, body) in EPILOGUES.items()
        if kind != "float" or "%sum" not in body.replace(TO_FLOAT, "")
    ]
    for epilogue in names:
        # Parts of panels and of words.
        yield epilogue, matmul(kind, 19, 70, 3), dict()
    # A word of each width that does not exist.
    yield "two thresholds", matmul(kind, 19, 9, 3), dict()
    for epilogue in "scale", "residual", "threshold", "threshold and scale":
        # Whole ones, and few rows.
        yield epilogue, matmul(kind, 17, 128, 3), dict()
        yield epilogue, matmul(kind, 3, 70, 3), dict()
        yield epilogue, matmul(kind, 18, 37, 2), dict(dynamic=True)
        yield epilogue, matmul(kind, 17, 70, 3), dict(keep=True)
        # More words than a panel holds, and none.
        yield epilogue, matmul(kind, 17, 70, 1100), dict()
        yield epilogue, matmul(kind, 17, 70, 0), dict()
        yield epilogue, conv(kind, 1, 4, 5, 72, 3, 2), dict(accumulate=True)
    if kind == "binary":
        return
    for epilogue in "scale", "row", "threshold", "transposed":
        yield epilogue, batch_matmul(3, 5, 64, 4), dict()
        yield epilogue, batch_matmul(3, 5, 36, 4), dict(dynamic=True)


def main():
    kind = sys.argv[1]
    for element, ranks in ("i64", (2, 4)), ("i32", (1, 2, 3, 4)):
        for rank in ranks:
            print(noise_function(element, rank))
    calls, results = [], []
    for number, (epilogue, product, options) in enumerate(cases(kind)):
        options = dict(dict(dynamic=False, accumulate=False, keep=False), **options)
        print(Case(number, kind, epilogue, *product, **options).text())
        calls.append(f"  %r{number} = func.call @case_{number}() : () -> i32")
        results.append(f"%r{number}")
    result = f"tensor<{len(results)}xi32>"
    print(f"func.func @differences() -> {result} {{")
    print("\n".join(calls))
    print(f"  %all = tensor.from_elements {', '.join(results)} : {result}")
    print(f"  return %all : {result}\n}}")


if __name__ == "__main__":
    main()
