"""Gives the tests of the device suite devices that do something wrong.

    check_failures.py SUITE

The library for the device is that for the CPU, on the memory of the driver for
tests, which is memory of the host, and then what a defect would do.
"""

import ctypes
import random
import sys

sys.path.insert(0, sys.argv[1])
import tests  # noqa: E402

SESSION = tests.Session("cpu")
FUNCTIONS = {function["name"]: function for function in tests.load_manifest()["functions"]}


class Defective:
    """Does `damage` after each call, and adds what it returns to the scalar."""

    def __init__(self, library, damage):
        self.library, self.damage = library, damage

    def prepare(self, function, count, addresses, scalar=0.0):
        call = self.library.prepare(function, count, addresses, scalar)

        def run():
            number = call()
            change = self.damage(addresses, count)
            return number if number is None else number + (change or 0.0)

        return run


def poke(letter, index, value=1.0):
    """A write of an f32 `index` elements into a tensor that has so many."""

    def damage(addresses, count):
        if count > index:
            address = addresses[letter] + 4 * index
            ctypes.c_float.from_address(address).value = value

    return damage


def drift():
    """Another scalar in each run."""
    runs = iter(range(100))
    return lambda addresses, count: float(next(runs))


def expect(what, test, name, damage):
    SESSION.device = Defective(SESSION.cpu, damage)
    try:
        test(SESSION, FUNCTIONS[name], tests.Sizes(True), random.Random(1))
        print(f"{what}: passed")
    except tests.Failure as failure:
        print(f"{what}: {failure}")


expect("nothing", tests.test_values, "sign_f32", lambda *_: None)
expect("value", tests.test_values, "sign_f32", poke("y", 3, 5.0))
expect("tail", tests.test_sizes, "sign_f32", poke("y", 1024, 5.0))
expect("guard before", tests.test_values, "sign_f32", poke("y", -1))
expect("guard behind", tests.test_sizes, "sign_f32", lambda a, n: poke("y", n)(a, n + 1))
expect("operand", tests.test_values, "sign_grad_f32", poke("g", 0, 7.0))
expect("scalar", tests.test_reduction, "min_max_f32", lambda *_: 0.5)
expect("runs", tests.test_reduction, "pact_grad_unsigned_value_f32", drift())
expect("sum", tests.test_sum, "pact_grad_unsigned_value_f32", lambda *_: 0.5)
