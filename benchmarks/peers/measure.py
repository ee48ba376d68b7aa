"""Runs the works with all peers in turn, in one process each."""

import array
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import works

HERE = pathlib.Path(__file__).resolve().parent
# Rounds of a work that takes seconds.
FEW_ROUNDS = 5
# One thread, whichever library a peer brings.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Peer:
    """The process of a peer. `versions` is None where the peer is not installed, and
    `missing` says what is."""

    def __init__(self, name, path, python, settings):
        self.name, self.versions, self.missing = name, None, None
        self.install = find_install_line(path)
        self.process = subprocess.Popen(
            [python, HERE / "worker.py", path, json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ENVIRONMENT},
        )
        answer = self.read()
        self.versions, self.missing = answer.get("versions"), answer.get("missing")

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            return {"missing": "it ended", "error": "it ended"}
        return json.loads(line)

    def ask(self, **request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        answer = self.read()
        if "error" in answer:
            raise RuntimeError(f"{self.name}: {answer['error']}")
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def find_install_line(path):
    """INSTALL of a module that may not be imported here."""
    text = re.search(r"^INSTALL = (.*)$", pathlib.Path(path).read_text(), re.M).group(1)
    return text[1:-1]


def spread(values):
    """The median and the quartiles."""
    if len(values) == 1:
        return values * 3
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return [middle, low, high]


# ----------------------------------------------------------------------------
# Results
# ----------------------------------------------------------------------------


def interior(values, shape):
    """The pixels that a padding by 1 does not reach."""
    height, width, channels = shape
    result = array.array("f")
    for y in range(1, height - 1):
        begin = y * width * channels
        result.extend(values[begin + channels : begin + (width - 1) * channels])
    return result


def check(ours, theirs, shape, inside, what):
    """Requires equal results, up to what an order of additions can change."""
    if ours == theirs:
        return
    arrays = array.array("f", ours), array.array("f", theirs)
    if len(ours) != len(theirs):
        raise RuntimeError(
            f"{what} has {len(arrays[1])} elements, not {len(arrays[0])}"
        )
    if inside:
        arrays = [interior(values, shape) for values in arrays]
    limit = 1e-4 * max(map(abs, arrays[0]))
    wrong = sum(not abs(x - y) <= limit for x, y in zip(*arrays))
    if wrong:
        raise RuntimeError(f"{what} differs from ours in {wrong} elements")


# ----------------------------------------------------------------------------
# Rounds
# ----------------------------------------------------------------------------


def prepare(work, peers, directory):
    """The cases of all peers, ours first, with the results of ours, and errors."""
    works.write_data(work, directory)
    content = json.loads((directory / "work.json").read_text())
    shape = content["graph"]["shapes"][-1]
    cases, errors, ours = [], [], None
    for peer in peers:
        request = {"peer": peer.name, "directory": str(directory)}
        try:
            prepared = peer.ask(do="prepare", **request)["cases"]
            for name, case in prepared.items():
                what = f"{peer.name} {name}".strip()
                if case["result"]:
                    theirs = pathlib.Path(case["result"]).read_bytes()
                    ours = ours or theirs
                    check(ours, theirs, shape, case["interior"], what)
                cases.append((peer, name, what, case))
        except RuntimeError as error:
            if peer is peers[0]:
                raise
            errors.append(str(error).strip())
            print(f"error: not measured: {error}", file=sys.stderr, flush=True)
    return cases, errors


def run_rounds(cases, rounds):
    """Times of each case in each round, which begins with another case each time."""
    times = [[] for _ in cases]
    for number in range(rounds):
        for i in range(len(cases)):
            which = (number + i) % len(cases)
            peer, name, _, _ = cases[which]
            times[which].append(peer.ask(do="time", case=name)["times"])
    return times


def compare(work, cases, times):
    """Medians and quartiles of a case of ours and each of the others.

    The ratio is of what is alike: of whole calls where ours takes an image of floats, and
    of kernels elsewhere.
    """
    alike = "call" if work["form"] == "floats" else "kernel"
    ours = [entry[alike] for entry in times[0]]
    result = {"name": work["name"], "ours": spread(ours), "peers": []}
    for (peer, name, what, case), entries in list(zip(cases, times))[1:]:
        row = {"peer": what, "note": case["note"]}
        for kind in ("kernel", "call"):
            if kind in entries[0]:
                row[kind] = spread([entry[kind] for entry in entries])
        if alike in row:
            theirs = [entry[alike] for entry in entries]
            row["ratio"] = spread([y / x for x, y in zip(ours, theirs)])
        result["peers"].append(row)
    return result


def measure(work, peers, rounds):
    with tempfile.TemporaryDirectory() as directory:
        cases, errors = prepare(work, peers, pathlib.Path(directory))
        if work.get("rows") == 4096:
            rounds = min(rounds, FEW_ROUNDS)
        result = compare(work, cases, run_rounds(cases, rounds))
        return {**result, "errors": errors}
