"""The steps of a plan that compute numbers on the host."""

import math
import operator

import elements


class StepError(Exception):
    pass


def width(kind):
    return 64 if kind == "index" else int(kind.lstrip("bif"))


def unsigned(kind, value):
    return int(value) & (1 << width(kind)) - 1


def wrap(kind, value):
    """`value` as a number of type `kind`: cut to its bits, or rounded."""
    return elements.from_bytes(kind, elements.to_bytes(kind, value))


def divide(a, b):
    """As IEEE 754 does."""
    if b != 0:
        return a / b
    if a == 0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, math.copysign(1, a) * math.copysign(1, b))


def bitcast(source, kind, value):
    data = elements.to_bytes(source, value)
    return elements.from_bytes(kind, data)


# ----------------------------------------------------------------------------
# Arithmetic, on Python's numbers; wrap() gives the results their type
# ----------------------------------------------------------------------------

SIGNED = {
    "addi": operator.add,
    "subi": operator.sub,
    "muli": operator.mul,
    "andi": operator.and_,
    "ori": operator.or_,
    "xori": operator.xor,
    "maxsi": max,
    "minsi": min,
    "addf": operator.add,
    "subf": operator.sub,
    "mulf": operator.mul,
    "divf": divide,
}
UNSIGNED = {
    "divui": operator.floordiv,
    "remui": operator.mod,
    "ceildivui": lambda a, b: -(-a // b),
    "shli": operator.lshift,
    "shrui": operator.rshift,
    "maxui": max,
    "minui": min,
}
# Python's integers keep their sign, and its floats their value, in any type.
CASTS = ("extsi", "index_cast", "trunci", "extf", "truncf", "sitofp")
COMPARISONS = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def compare_integers(predicate, kind, a, b):
    """`predicate` is eq, ne, or slt, ult and so on."""
    if predicate in COMPARISONS:
        return COMPARISONS[predicate](a, b)
    if predicate[0] == "u":
        a, b = unsigned(kind, a), unsigned(kind, b)
    return COMPARISONS[predicate[1:]](a, b)


def compare_floats(predicate, a, b):
    """`predicate` is oeq or ueq and so on: unordered ones are true of a NaN."""
    is_unordered = math.isnan(a) or math.isnan(b)
    if predicate in ("ord", "uno"):
        return is_unordered == (predicate == "uno")
    if is_unordered:
        return predicate[0] == "u"
    return COMPARISONS[predicate[1:]](a, b)


def compute(step, kinds, kind, values):
    """The result, of type `kind`, of a step `arith.*` on `values` of `kinds`."""
    name = step["op"].split(".", 1)[1]
    if name == "constant":
        return wrap(kind, step["value"])
    if name == "cmpi":
        return compare_integers(step["predicate"], kinds[0], *values)
    if name == "cmpf":
        return compare_floats(step["predicate"], *values)
    if name == "select":
        return values[1] if values[0] else values[2]
    if name == "bitcast":
        return bitcast(kinds[0], kind, values[0])
    if name in ("extui", "index_castui"):
        return unsigned(kinds[0], values[0])
    if name in CASTS:
        return wrap(kind, values[0])
    if name in SIGNED:
        return wrap(kind, SIGNED[name](*values))
    if name in UNSIGNED:
        return wrap(kind, UNSIGNED[name](*(unsigned(kind, value) for value in values)))
    raise StepError(f"the step '{step['op']}' is not known")
