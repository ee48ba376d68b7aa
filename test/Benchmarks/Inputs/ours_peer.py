"""In place of this project."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
from scripted import KERNEL, Case, count_elements

INSTALL = "there is nothing to install"


def versions(settings):
    return {"scripted": "1", "clang": settings["clang"]}


def prepare(work, directory, settings):
    return {"": Case(count_elements(work), 1.0, kernel=KERNEL)}
