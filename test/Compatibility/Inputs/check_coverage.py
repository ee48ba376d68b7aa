#!/usr/bin/env python3
"""Checks that frozen files hold every quantizer and gradient op, each of their
optional attributes, and each value of their enumerations but the default, which
is not printed.

usage: check_coverage.py INCLUDE_DIRECTORY FROZEN_DIRECTORY

Prints what is missing and fails. A new op or attribute goes to a new frozen file;
those that are there do not change.
"""

import pathlib
import re
import sys

SOURCES = ("BinarizerOps.td", "GradientControlOps.td", "UniformQuantizerOps.td")
OP = re.compile(r'^def \w+\s*:\s*QuantBNN_\w+<"(\w+)"(.*?)^}', re.MULTILINE | re.DOTALL)
ARGUMENTS = re.compile(r"let arguments = \(ins(.*?)\);", re.DOTALL)
CASES = re.compile(r'I32EnumCase<"(\w+?)_?", \d+')


def find_ops(directory):
    """The optional attributes of each op, each with its enumeration and its default."""
    for source in SOURCES:
        for name, body in OP.findall((directory / source).read_text()):
            attributes = {}
            for argument in re.split(r",\s*(?![^<]*>)", ARGUMENTS.search(body).group(1)):
                kind, _, attribute = argument.strip().rpartition(":$")
                if "OptionalAttr" in kind or "DefaultValuedAttr" in kind:
                    enum = re.search(r'QuantBNN_(\w+)Attr,\s*"::.*::(\w+?)_?"', kind)
                    attributes[attribute] = enum.groups() if enum else None
            yield name, attributes


def find_values(directory):
    """The values of each enumeration."""
    text = (directory / "QuantBNNEnums.td").read_text()
    return {
        name: CASES.findall(body)
        for name, body in re.findall(
            r"def QuantBNN_(\w+) : QuantBNN_Enum<(.*?)\]>;", text, re.DOTALL
        )
    }


def main():
    include, frozen = map(pathlib.Path, sys.argv[1:])
    texts = sorted(frozen.glob("quantizers-*.mlir"))
    lines = [line for path in texts for line in path.read_text().splitlines()]
    values = find_values(include)
    missing, count = [], 0
    for name, attributes in find_ops(include):
        uses = [line + " " for line in lines if f"quant_bnn.{name} " in line]
        wanted = [""]
        for attribute, enum in attributes.items():
            if enum:
                kind, default = enum
                wanted += [
                    f" {attribute} = {value} "
                    for value in values[kind]
                    if value != default
                ]
            else:
                wanted.append(f" {attribute} ")
        for text in wanted:
            count += 1
            if not any(text in use for use in uses):
                missing.append(f"quant_bnn.{name}{text}")
    print("\n".join(f"in no frozen file: {text}" for text in missing))
    if missing or not count:
        sys.exit(1)


main()
