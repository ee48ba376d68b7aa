#!/usr/bin/env python3
"""Checks the table of forms in docs/STE.md against quant-bnn-raise-ste.

    ste_forms.py DOC FORMS BNN_OPT [OPTION...]
    ste_forms.py --scalars FORMS

Each row names a function of FORMS and what it becomes in mode=exact and in
mode=relaxed: the op that is left, or `refused`. A function is written on !t with
conditions of !b, and is run on every element type as scalars, vectors and
tensors, as the body of a linalg.generic, and as a chain of them. A type in
which a form becomes something else has its own entry: `f16: refused`.

With --scalars, prints the functions on f32."""

import re
import subprocess
import sys

TYPES = ("f32", "f16", "bf16", "f64")
FUNCTION = re.compile(
    r"func\.func @(\w+)\(([^)]*)\) -> !t \{\n(.*?)  return (%\w+) : !t\n\}", re.DOTALL
)


def on_values(function, type_text, condition, is_shaped):
    name, arguments, body, result = function
    text = (
        f"func.func @{name}({arguments}) -> !t {{\n{body}"
        f"  return {result} : !t\n}}\n"
    )
    if is_shaped:
        text = re.sub(r"arith\.constant (\S+)", r"arith.constant dense<\1>", text)
    return text.replace("!t", type_text).replace("!b", condition)


def in_generic(function, element):
    name, arguments, body, result = function
    tensor = f"tensor<4x8x{element}>"
    names = re.findall(r"%\w+", arguments)
    constants, math = [], []
    for line in body.splitlines(keepends=True):
        (constants if "arith.constant" in line else math).append(line)
    maps = ", ".join(["#id"] * (len(names) + 1))
    arguments_text = ", ".join(f"{name}_t: {tensor}" for name in names)
    inputs = ", ".join(f"{name}_t" for name in names)
    types = ", ".join([tensor] * len(names))
    scalars = ", ".join(f"{name}: {element}" for name in names)
    text = f"""func.func @{name}({arguments_text}) -> {tensor} {{
{''.join(constants)}  %empty = tensor.empty() : {tensor}
  %all = linalg.generic {{indexing_maps = [{maps}], iterator_types = ["parallel", "parallel"]}}
      ins({inputs} : {types}) outs(%empty : {tensor}) {{
  ^bb0({scalars}, %init: {element}):
{''.join(math)}    linalg.yield {result} : {element}
  }} -> {tensor}
  return %all : {tensor}
}}
"""
    return text.replace("!t", element).replace("!b", "i1")


LEVELS = {
    "scalar": lambda f, t: on_values(f, t, "i1", False),
    "vector": lambda f, t: on_values(f, f"vector<4x8x{t}>", "vector<4x8xi1>", True),
    "tensor": lambda f, t: on_values(f, f"tensor<32x{t}>", "tensor<32xi1>", True),
    "one loop": in_generic,
    "loops": lambda f, t: on_values(f, f"tensor<4x8x{t}>", "tensor<4x8xi1>", True),
}
PREFIX = {"loops": ["--convert-elementwise-to-linalg"]}


def outcomes(text):
    """What each function of a module returns: its op, or `refused`."""
    result = {}
    for name, body in re.findall(
        r"func\.func @(\w+)\(.*?\{\n(.*?)\n  \}", text, re.DOTALL
    ):
        value = re.search(r"return (%\S+) :", body).group(1)
        if f"{value} = linalg.generic" in body:  # the op is in its body
            value = re.findall(r"linalg.yield (%\S+) :", body)[-1]
        op = re.search(rf"{re.escape(value)} = quant_bnn\.(.*) : ", body)
        # Operands are left out: they are the function's arguments.
        result[name] = (
            re.sub(r" ?%\w+,?| for", "", op.group(1)).strip() if op else "refused"
        )
    return result


def rows(doc):
    for line in doc.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if re.fullmatch(r"`\w+`", cells[0]) and len(cells) == 5:
            yield cells[0].strip("`"), cells[2], cells[3]


def expected(cell, element):
    """`a; f16, bf16: b` is a but in f16 and bf16."""
    general, *special = (part.strip() for part in cell.split(";"))
    for part in special:
        types, text = part.split(":")
        if element in types.replace(" ", "").split(","):
            return text.strip().strip("`")
    return general.strip("`")


def main(doc, forms, *bnn_opt):
    functions = {f[0]: f for f in FUNCTION.findall(open(forms).read())}
    table = {name: modes for name, *modes in rows(open(doc).read())}
    errors = [f"{name} is not in {doc}" for name in functions.keys() - table.keys()]
    errors += [f"{name} is not in {forms}" for name in table.keys() - functions.keys()]
    count = 0
    for level, write in LEVELS.items():
        for element in TYPES:
            module = "#id = affine_map<(d0, d1) -> (d0, d1)>\n"
            module += "".join(write(f, element) for f in functions.values())
            for column, mode in enumerate(("exact", "relaxed")):
                command = [*bnn_opt, *PREFIX.get(level, [])]
                command.append(f"--quant-bnn-raise-ste=mode={mode}")
                run = subprocess.run(
                    command, input=module, capture_output=True, text=True
                )
                if run.returncode:
                    sys.exit(f"{level}, {element}:\n{run.stderr}")
                actual = outcomes(run.stdout)
                for name, modes in table.items():
                    want = expected(modes[column], element)
                    count += 1
                    if actual.get(name) != want:
                        errors.append(
                            f"{name}, {level}, {element}, {mode}: the table says "
                            f"{want}, the pass gives {actual.get(name)}"
                        )
    print("\n".join(errors) or f"{count} outcomes of {len(table)} forms")
    return bool(errors)


if __name__ == "__main__":
    if sys.argv[1] == "--scalars":
        for form in FUNCTION.findall(open(sys.argv[2]).read()):
            print(LEVELS["scalar"](form, "f32"))
    else:
        sys.exit(main(*sys.argv[1:]))
