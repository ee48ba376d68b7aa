#!/usr/bin/env python3
"""Writes every ```mlir block of the documentation to one file for
`bnn-opt --split-input-file`, each after a line that says where it is from.

A block that begins with an op on values is wrapped in a function. What it uses
but does not define becomes an argument, of a type found so:

* in `ins(%a, %b : A, B)` and `outs(...)`, what is written there;
* else, if the op ends in `: (A, B) -> C`, the operand's own type of the list;
* else, if it ends in as many types as it has operands, the operand's own;
* else the first type that it ends in (`: T`), or its element type for the names
  that stand for scalars: %s, %m, %a, %alpha, %gs.

An argument without a type is an error, as is a block that does not parse.
"""

import pathlib
import re
import sys

SCALARS = {"%s", "%m", "%a", "%alpha", "%gs"}
NAME = r"%[A-Za-z_][\w$.-]*"
FENCE = re.compile(r"^( *)```mlir\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def split_types(text):
    """The parts between commas outside of brackets."""
    parts, depth = [""], 0
    for character in text.replace("->", "\0"):
        depth += (character in "<([") - (character in ">)]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.replace("\0", "->").strip() for part in parts]


def element_type(type_text):
    match = re.fullmatch(r"(?:tensor|vector)<(?:[\d?\[\]]+x)*(\w+).*>", type_text)
    return match.group(1) if match else type_text


def statements(block):
    """Its ops, one string each: a line and the lines indented under it."""
    result = []
    for line in block.splitlines():
        line = line.split("//")[0].rstrip()
        if line.startswith((" ", ")", "}", "^")) and result:
            result[-1] += " " + line.strip()
        elif line:
            result.append(line)
    return result


def argument_types(block):
    """The values that a snippet uses without a definition, with their types."""
    defined = set(re.findall(rf"({NAME}):", block))
    arguments = {}
    for statement in statements(block):
        match = re.match(rf"((?:{NAME}(?::\d+)?(?:, )?)+) = (.*)", statement)
        results, body = match.groups() if match else ("", statement)
        for names, types in re.findall(r"(?:ins|outs)\(([^:()]*) : ([^()]*)\)", body):
            for name, type_text in zip(names.split(", "), split_types(types)):
                if name not in defined:
                    arguments.setdefault(name, type_text)
        head, _, tail = body.partition(" into ")[0].rpartition(" : ")
        operands = re.findall(NAME, head.split(" {")[0])
        functional = re.match(r"\((.*)\) -> ", tail)
        types = split_types(functional.group(1) if functional else tail)
        for i, name in enumerate(operands):
            if name in defined or name in arguments:
                continue
            if len(types) == len(operands) > 1 or functional:
                arguments[name] = types[i]
            elif name in SCALARS:
                arguments[name] = element_type(types[0])
            else:
                arguments[name] = types[0]
        defined.update(re.findall(NAME, results))
    return arguments


def wrap(block):
    if re.search(r"^(#|(gpu\.|spirv\.)?module|func\.func|llvm\.func)", block, re.MULTILINE):
        return block
    arguments = argument_types(block)
    signature = ", ".join(f"{name}: {type}" for name, type in arguments.items())
    body = "".join(f"  {line}\n" for line in block.splitlines())
    return f"func.func @example({signature}) {{\n{body}  return\n}}\n"


def main(root):
    pages = sorted((root / "include").rglob("*.td"))
    pages += [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    examples = []
    for page in pages:
        text = page.read_text()
        for match in FENCE.finditer(text):
            indent, block = match.groups()
            block = "".join(
                line.removeprefix(indent) for line in block.splitlines(keepends=True)
            )
            line = text.count("\n", 0, match.start()) + 1
            origin = f"// {page.relative_to(root)}:{line}\n"
            examples.append(origin + wrap(block))
    print("// -----\n".join(examples), end="")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
