"""A peer with a slow case, one without a kernel and one with a wrong result."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
from scripted import KERNEL, Case, count_elements

INSTALL = "pip install other"


def versions(settings):
    return {"Other": "2.5"}


def prepare(work, directory, settings):
    count = count_elements(work)
    slow = Case(count, 1.0, kernel=(3e-4, 4e-4, 9e-4, 8e-4, 1e-3), call=[1.5e-3] * 5)
    slow.note = "slow"
    return {
        "bits": slow,
        "floats": Case(count, 1.0, call=[2e-3] * 5),
        "wrong": Case(count, 2.0, kernel=KERNEL),
    }
