"""Checks the backward functions that the compiler makes by central differences.

  check_gradients.py FILE.mlir [OPTIONS of quant-bnn-differentiate...]

For each public function f of the module, at a random point x and in a random
direction v, with the loss L(x) = |f(x)|^2 / 2, compares

  (L(x + h v) - L(x - h v)) / 2h     with     <f_bwd(residuals, f(x)), v>

where the residuals are those of f_fwd(x). The float arguments of f lie in
[0.3, 0.9]; integers count from 0, in each tensor; a dynamic extent is 3. All
functions are compiled as one module and run once. Options that are given twice,
separated by a comma (recompute=none,cheap), are compared bit for bit.
"""

import os
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(
    0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Inputs")
)
import npy  # noqa: E402

# The step of the differences and the tolerance, by the narrowest type.
STEPS = {"f64": (1e-5, 1e-7), "f32": (2e-3, 2e-3)}


def split(text):
    """The parts of `text` between commas outside of brackets."""
    parts, depth = [""], 0
    for at, char in enumerate(text):
        if char in "<([{":
            depth += 1
        elif char in ">)]}" and text[at - 1 : at + 1] != "->":
            depth -= 1
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]


def signatures(text):
    """The argument types, result types and attributes of each function."""
    found = {}
    for line in re.findall(r"func\.func (?:private )?@.*", text):
        name, rest = re.match(r"func\.func (?:private )?@(\w+)(.*)", line).groups()
        depth = 0
        for end, char in enumerate(rest):
            depth += (char == "(") - (char == ")")
            if depth == 0:
                break
        arguments = [part.split(":", 1)[1].split("{")[0].strip() for part in split(rest[1:end])]
        tail = rest[end + 1 :].strip()
        attributes = ""
        if " attributes {" in " " + tail:
            tail, attributes = (" " + tail).split(" attributes {", 1)
        tail = tail.strip().rstrip("{").strip()
        results = []
        if tail.startswith("->"):
            tail = tail[2:].strip()
            results = split(tail[1:-1]) if tail.startswith("(") else [tail]
        found[name] = (arguments, results, attributes)
    return found


def parse_type(type):
    """The kind, extents (None if dynamic) and element type of `type`."""
    match = re.match(r"(tensor|vector)<(.*)>$", type)
    if not match:
        return "scalar", [], type
    *extents, element = match.group(2).split("x")
    return match.group(1), [None if e == "?" else int(e) for e in extents], element


def is_float(type):
    return bool(re.search(r"\b(f16|bf16|f32|f64)>?$|x(f16|bf16|f32|f64)>$", type))


class Writer:
    """Appends the checks to a module."""

    def __init__(self):
        self.lines, self.count = [], 0

    def value(self, text):
        self.count += 1
        self.lines.append(f"  %v{self.count} = {text}")
        return f"%v{self.count}"

    def constant(self, type, values):
        kind, extents, element = parse_type(type)
        if kind == "scalar":
            return self.value(f"arith.constant {values[0]} : {type}")
        static = f"{kind}<{'x'.join([str(e or 3) for e in extents] + [element])}>"

        def nest(extents, values):
            if not extents:
                return str(values[0])
            step = len(values) // extents[0] if extents[0] else 0
            return f"[{', '.join(nest(extents[1:], values[i * step:(i + 1) * step]) for i in range(extents[0]))}]"

        text = nest([e or 3 for e in extents], values)
        result = self.value(f"arith.constant dense<{text}> : {static}")
        if static != type:
            result = self.value(f"tensor.cast {result} : {static} to {type}")
        return result

    def call(self, name, arguments, types, results):
        text = f"func.call @{name}({', '.join(arguments)}) : ({', '.join(types)}) -> ({', '.join(results)})"
        if not results:
            self.lines.append(f"  {text}")
            return []
        self.count += 1
        names = f"%v{self.count}"
        suffix = f":{len(results)}" if len(results) > 1 else ""
        self.lines.append(f"  {names}{suffix} = {text}")
        if len(results) == 1:
            return [names]
        return [f"{names}#{index}" for index in range(len(results))]

    def dot(self, type, lhs, rhs):
        """<lhs, rhs> as an f64."""
        kind, extents, element = parse_type(type)
        if kind == "vector":
            tensor = f"tensor<{'x'.join([str(e) for e in extents] + [element])}>"
            lhs, rhs = (self.spill(tensor, extents, element, x, type) for x in (lhs, rhs))
            type = tensor
        if kind == "scalar":
            x, y = (self.widen(element, value) for value in (lhs, rhs))
            return self.value(f"arith.mulf {x}, {y} : f64")
        dims = ", ".join(f"d{i}" for i in range(len(extents)))
        iterators = ", ".join(['"reduction"'] * len(extents))
        zero = self.value("arith.constant dense<0.0> : tensor<f64>")
        widen = "" if element == "f64" else (
            f"%aw = arith.extf %a : {element} to f64 %bw = arith.extf %b : {element} to f64")
        a, b = ("%a", "%b") if element == "f64" else ("%aw", "%bw")
        sum = self.value(
            f"linalg.generic {{indexing_maps = [affine_map<({dims}) -> ({dims})>, "
            f"affine_map<({dims}) -> ({dims})>, affine_map<({dims}) -> ()>], "
            f"iterator_types = [{iterators}]}} ins({lhs}, {rhs} : {type}, {type}) "
            f"outs({zero} : tensor<f64>) {{ ^bb0(%a: {element}, %b: {element}, %c: f64): "
            f"{widen} %p = arith.mulf {a}, {b} : f64 %s = arith.addf %c, %p : f64 "
            f"linalg.yield %s : f64 }} -> tensor<f64>")
        return self.value(f"tensor.extract {sum}[] : tensor<f64>")

    def spill(self, tensor, extents, element, vector, type):
        zero = "0.0"
        padding = self.value(f"arith.constant dense<{zero}> : {tensor}")
        at = self.value("arith.constant 0 : index")
        indices = ", ".join([at] * len(extents))
        return self.value(
            f"vector.transfer_write {vector}, {padding}[{indices}] : {type}, {tensor}")

    def widen(self, element, value):
        if element == "f64":
            return value
        return self.value(f"arith.extf {value} : {element} to f64")


def element_count(type):
    count = 1
    for extent in parse_type(type)[1]:
        count *= 3 if extent is None else extent
    return count


def write_check(writer, name, known):
    arguments, results, _ = known[name]
    _, forward_results, attributes = known[name + "_fwd"]
    backward_arguments, gradient_types, _ = known[name + "_bwd"]
    text = re.search(r"quant_bnn.residuals = array<i64(?:: ([^>]*))?>", attributes).group(1)
    residuals = [int(index) for index in text.split(",")] if text else []
    narrow = [type for type in arguments + results if is_float(type) and "f64" not in type]
    step, tolerance = STEPS["f32" if narrow else "f64"]

    point, direction = [], []
    for type in arguments:
        count = element_count(type)
        if is_float(type):
            point.append([random.uniform(0.3, 0.9) for _ in range(count)])
            direction.append([random.uniform(-1, 1) for _ in range(count)])
        else:
            point.append(list(range(count)))
            direction.append(None)

    def at(scale):
        values = []
        for type, x, v in zip(arguments, point, direction):
            if v:
                x = [repr(a + scale * b) for a, b in zip(x, v)]
            values.append(writer.constant(type, x))
        return values

    def loss(values):
        outputs = writer.call(name, values, arguments, results)
        terms = [writer.dot(t, y, y) for t, y in zip(results, outputs) if is_float(t)]
        return sum_of(terms)

    def sum_of(terms):
        total = terms[0]
        for term in terms[1:]:
            total = writer.value(f"arith.addf {total}, {term} : f64")
        return total

    rise = writer.value(f"arith.subf {loss(at(step))}, {loss(at(-step))} : f64")
    scale = writer.value(f"arith.constant {repr(0.25 / step)} : f64")
    numeric = writer.value(f"arith.mulf {rise}, {scale} : f64")
    outputs = writer.call(name + "_fwd", at(0.0), arguments, forward_results)
    cotangents = [y for t, y in zip(results, outputs) if is_float(t)]
    gradients = writer.call(
        name + "_bwd", [outputs[index] for index in residuals] + cotangents,
        backward_arguments, gradient_types)
    directions = [(t, v) for t, v in zip(arguments, direction) if v]
    terms = []
    for (type, v), gradient in zip(directions, gradients):
        constant = writer.constant(type, [repr(value) for value in v])
        terms.append(writer.dot(type, gradient, constant))
    return numeric, sum_of(terms), tolerance


def run(command, text):
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}: {result.stderr}")
    return result.stdout


def evaluate(path, passes, folder):
    """The numeric and analytic derivative of each function, with a tolerance."""
    random.seed(1)
    module = run(["bnn-opt", path] + passes, "")
    known = signatures(module)
    names = [name for name in known if name + "_fwd" in known
             and not re.search(rf"private @{name}\b", module)]
    writer = Writer()
    table = [write_check(writer, name, known) for name in names]
    flat = ", ".join(value for row in table for value in row[:2])
    type = f"tensor<{len(names)}x2xf64>"
    writer.lines.append(f"  %table = tensor.from_elements {flat} : {type}")
    checks = "\n".join(writer.lines)
    # Only @check is called from outside.
    module = module.replace("func.func @", "func.func private @")
    module = module[: module.rindex("}")]
    module += f"func.func @check() -> {type} {{\n{checks}\n  return %table : {type}\n}}\n}}\n"
    output = os.path.join(folder, "table.npy")
    source = os.path.join(folder, "check.mlir")
    with open(source, "w") as file:
        file.write(module)
    run(["bnn-runner", source, "--entry=check", "--opt-level=1", f"--result={output}"], "")
    values = npy.load(output)
    numbers = [values.value(index) for index in range(2 * len(names))]
    return names, numbers, [row[2] for row in table]


def main():
    path = sys.argv[1]
    with open(path) as file:
        text = file.read()
    public = re.findall(r"^ *func\.func @(\w+)", text, re.M)
    modes = ["cheap"]
    for option in sys.argv[2:]:
        modes = option.split("=")[1].split(",")
    variants = [[f"--quant-bnn-differentiate=functions={','.join(public)} recompute={mode}"]
                for mode in modes]
    failures, first = 0, None
    with tempfile.TemporaryDirectory() as folder:
        for passes in variants:
            names, numbers, tolerances = evaluate(path, passes, folder)
            for at, (name, tolerance) in enumerate(zip(names, tolerances)):
                numeric, analytic = numbers[2 * at : 2 * at + 2]
                error = abs(numeric - analytic) / max(abs(numeric), abs(analytic), 1e-3)
                if not error <= tolerance:
                    failures += 1
                    print(f"@{name}: {numeric!r} by differences, {analytic!r} by @{name}_bwd")
                if first and first[1][2 * at + 1] != analytic:
                    failures += 1
                    print(f"@{name}: {analytic!r} with {passes}, {first[1][2 * at + 1]!r} without")
            first = first or (names, numbers)
    print(f"{len(first[0])} functions, {failures} failures")


main()
