"""The process of one peer: answers requests of `measure.py`, in lines of JSON.

    worker.py PEER.py SETTINGS

A peer is a module with

    INSTALL             how to install what it needs
    versions(settings)  names and versions; ImportError or OSError: not installed
    prepare(work, directory, settings)
                        a dictionary of Cases by name, {} for a work that it cannot do
    FORMS               the forms of works that it knows: "packed" and "floats" if absent

`work` and the files of `directory` are what works.py writes. SETTINGS has the build
directory of this project, `build`, and the command `clang`.
"""

import importlib.util
import json
import os
import pathlib
import statistics
import sys
import time
import traceback


class Case:
    """One way to do a work. A peer may give two times:

    call    from the input of the user to the result
    kernel  of operands and results that are as the kernel wants them

    Each is a function that is timed, or, as `measured_kernel`, one that says how many
    seconds the kernel took in a call that it makes. `result` gives the elements, in the
    order NHWC, as an array or bytes of f32, or None where there is nothing to compare;
    `interior` has the pixels at the border left out.
    """

    def __init__(
        self,
        result,
        call=None,
        kernel=None,
        measured_kernel=None,
        note="",
        interior=False,
    ):
        self.result, self.note, self.interior = result, note, interior
        self.functions = {"call": call, "kernel": kernel}
        self.measured_kernel = measured_kernel
        self.repetitions = {}

    def prepare(self, seconds=0.02):
        """Calls each function, and chooses how often it is called for one time.

        One that takes less than half of `seconds` is called once more before, since
        what ran in between has used the caches.
        """
        for name, function in self.functions.items():
            if function:
                function()
                once = timed(function, 1)
                self.repetitions[name] = max(1, min(500, int(seconds / once)))

    def times(self):
        result = {}
        for name, function in self.functions.items():
            if function:
                repetitions = self.repetitions[name]
                if repetitions > 1:
                    function()
                result[name] = timed(function, repetitions)
        if self.measured_kernel:
            result["kernel"] = self.measured_kernel()
        return result


def timed(function, repetitions):
    """The median of so many calls."""
    times = []
    for _ in range(repetitions):
        begin = time.perf_counter()
        function()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def load(path):
    """The module of a peer, whose name is that of no package."""
    spec = importlib.util.spec_from_file_location(f"peer_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def prepare(peer, request, settings):
    directory = pathlib.Path(request["directory"])
    work = json.loads((directory / "work.json").read_text())
    forms = getattr(peer, "FORMS", ["packed", "floats"])
    cases = {}
    if work["form"] in forms:
        cases = peer.prepare(work, directory, settings)
    answer = {}
    for name, case in cases.items():
        case.prepare()
        result, path = case.result(), None
        if result is not None:
            path = directory / f"result-{request['peer']}-{len(answer)}.bin"
            path.write_bytes(bytes(result))
        answer[name] = {
            "note": case.note,
            "result": path and str(path),
            "interior": case.interior,
        }
    return cases, answer


def main():
    # What a peer prints, also from C, goes to stderr.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    settings = json.loads(sys.argv[2])
    cases = {}

    def answer(content):
        answers.write(json.dumps(content) + "\n")
        answers.flush()

    try:
        peer = load(pathlib.Path(sys.argv[1]))
        answer({"versions": peer.versions(settings)})
    except (ImportError, OSError) as error:
        return answer({"missing": str(error)})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "prepare":
                cases = {}
                cases, prepared = prepare(peer, request, settings)
                answer({"cases": prepared})
            else:
                answer({"times": cases[request["case"]].times()})
        except Exception:
            answer({"error": traceback.format_exc()})


if __name__ == "__main__":
    main()
