#!/usr/bin/env python3
"""Measures this project and its peers on the same work, in alternating order.

    benchmarks/peers/run.py BUILD_DIRECTORY [--filter REGEX] [--python PEER=PATH...]

Peers that are not installed are named, with the command that installs them. Those that
need another Python, such as LCE with NumPy 1, take it from --python; the other way is
one environment for most of them, as docs/Performance.md shows:

    benchmarks/peers/run.py build-benchmark --python all=build-peers/bin/python

Writes peers.md and peers.json to BUILD_DIRECTORY/benchmarks/results, and with --save
the tables to benchmarks/results/<date>-<cpu>.md.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import sys

import machine
import measure
import tables
import works

HERE = pathlib.Path(__file__).resolve().parent
# In the order of the tables; ours is the first.
PEERS = [
    "ours",
    "openvino",
    "bnnlab",
    "lce",
    "onnxruntime",
    "torch",
    "openblas",
    "onednn",
]
PARTS = [
    ("matmul", "Products"),
    ("conv", "Layers"),
    ("gradient", "Gradients"),
    ("network", "Networks"),
]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--filter", default=".", help="works to measure: a regex")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="PEER=PATH",
        help="the Python of a peer, or of `all` that are not named",
    )
    parser.add_argument(
        "--peer",
        action="append",
        default=[],
        type=pathlib.Path,
        metavar="NAME_peer.py",
        help="another peer, as worker.py describes, or one instead of NAME",
    )
    parser.add_argument("--clang", default="clang-22")
    parser.add_argument(
        "--save", action="store_true", help="write to benchmarks/results"
    )
    return parser.parse_args()


def start_peers(arguments):
    paths = {name: HERE / f"{name}_peer.py" for name in PEERS}
    for path in arguments.peer:
        paths[path.stem.removesuffix("_peer")] = path.resolve()
    pythons = dict(option.split("=", 1) for option in arguments.python)
    settings = {"build": str(arguments.build.resolve()), "clang": arguments.clang}
    peers = []
    for name, path in paths.items():
        python = pythons.get(name, pythons.get("all", sys.executable))
        peer = measure.Peer(name, path, python, settings)
        peers.append(peer)
        if peer.versions is None:
            print(f"{name}: not installed: {peer.install} ({peer.missing})", flush=True)
    return peers


def main():
    arguments = parse_arguments()
    fields = machine.cpu_fields()
    date = datetime.date.today().isoformat()
    results = {
        "date": date,
        "rounds": arguments.rounds,
        "few_rounds": measure.FEW_ROUNDS,
        "machine": {
            "cpu": machine.describe_cpu(fields),
            "core": machine.pin_to_one_core(),
            "cores": os.cpu_count(),
            "load_begin": machine.load(),
        },
    }
    peers = start_peers(arguments)
    keys = ("name", "versions", "install")
    results["peers"] = [{key: getattr(peer, key) for key in keys} for peer in peers]
    present = [peer for peer in peers if peer.versions is not None]
    if not present or present[0] is not peers[0]:
        sys.exit(f"error: this project is needed: {peers[0].install}")
    results["works"] = []
    for work in works.list_works():
        if not re.search(arguments.filter, work["name"]):
            continue
        result = measure.measure(work, present, arguments.rounds)
        result["part"] = next(
            title for kind, title in PARTS if work["kind"].startswith(kind)
        )
        results["works"].append(result)
        for row in tables.result_rows(result):
            print("  ".join(row), flush=True)
    for peer in peers:
        peer.close()
    results["machine"]["load_end"] = machine.load()

    directory = arguments.build / "benchmarks" / "results"
    directory.mkdir(parents=True, exist_ok=True)
    report = tables.report(results)
    (directory / "peers.md").write_text(report)
    (directory / "peers.json").write_text(json.dumps(results, indent=1) + "\n")
    print(report)
    if arguments.save:
        path = HERE.parent / "results" / f"{date}-{machine.slug(fields)}.md"
        path.write_text(report)
        print(f"written to {path}")


if __name__ == "__main__":
    main()
