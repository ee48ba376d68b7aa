"""Cases whose times and results are given."""

import array
import json

KERNEL = (1e-4, 2e-4, 3e-4, 4e-4, 5e-4)


class Case:
    note, interior = "", False

    def __init__(self, count, value, **times):
        self.values = array.array("f", [value]) * count
        self.rounds = [dict(zip(times, entry)) for entry in zip(*times.values())]

    def prepare(self):
        pass

    def result(self):
        return self.values

    def times(self):
        return self.rounds.pop(0)


def count_elements(work):
    height, width, channels = work["graph"]["shapes"][-1]
    return height * width * channels
