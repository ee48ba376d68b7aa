"""A peer that cannot do a work that it takes."""

INSTALL = "pip install failing"


def versions(settings):
    return {"Failing": "0.1"}


def prepare(work, directory, settings):
    raise ValueError("there is no such kernel")
