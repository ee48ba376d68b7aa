"""The table of what was tested and measured."""

import json

TEST_COLUMNS = ("function", "types", "values", "differing", "ulps", "tests", "result")
BENCHMARK_COLUMNS = ("measured", "ms", "GB/s", "ratio", "target", "result")


def group_tests(tests, manifest):
    """A row for each op and target, over its types and tests."""
    functions = {
        function["name"]: function
        for function in manifest["functions"] + manifest["products"]
    }
    rows = {}
    for test in tests:
        function = functions[test["function"]]
        row = rows.setdefault((function["kernel"], test["target"]), [])
        row.append((function, test))
    return rows


def describe_group(entries):
    """What the tests of one op came to."""
    messages = [
        f"{test['test']} of {function['type']}: {test['message']}"
        for function, test in entries
        if test.get("message")
    ]
    if messages:
        more = f" (and {len(messages) - 1} more)" if len(messages) > 1 else ""
        return f"FAILED, {messages[0]}{more}"
    if any(test.get("is_skipped") for _, test in entries):
        return "passed, exhaustive skipped"
    return "passed"


def test_rows(tests, manifest):
    for (kernel, target), entries in group_tests(tests, manifest).items():
        ran = [test for _, test in entries if not test.get("is_skipped")]
        types = dict.fromkeys(function["type"] for function, _ in entries)
        name = kernel if target == "ptx" else f"{kernel} ({target})"
        yield (
            name,
            " ".join(types),
            str(sum(test["values"] for test in ran)),
            str(sum(test["differing"] for test in ran)),
            str(max((test["ulps"] for test in ran), default=0)),
            " ".join(dict.fromkeys(test["test"] for test in ran)),
            describe_group(entries),
        )


def judge(row):
    if "note" in row:
        return row["note"]
    if "target" not in row:
        return ""
    return "met" if row["ratio"] >= row["target"] else "missed"


def benchmark_rows(benchmarks):
    for row in benchmarks:
        yield (
            row["name"],
            f"{row['ms']:.3f}" if "ms" in row else "",
            f"{row['gb_per_s']:.0f}" if "gb_per_s" in row else "",
            f"{row['ratio']:.3f}" if "ratio" in row else "",
            f"{row['target']}" if "target" in row else "",
            judge(row),
        )


def compile_rows(manifest):
    for name, seconds in sorted(manifest["compile_seconds"].get("cubin", {}).items()):
        yield name, f"{seconds:.2f}"


def format_text(columns, rows):
    rows = [columns, *rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ("  ".join(cell.ljust(w) for cell, w in zip(row, widths)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def format_markdown(columns, rows):
    lines = [columns, ["---"] * len(columns), *rows]
    cells = ([str(cell).replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def describe_environment(environment):
    return (
        f"{environment['device']}, compute capability"
        f" {environment['compute_capability']}, driver {environment['driver']},"
        f" revision {environment['revision']}"
    )


def write(path, environment, manifest, tests, benchmarks):
    """Prints the table and writes it to files. Returns how much failed."""
    failed = sum(bool(test.get("message")) for test in tests)
    broken = sum(bool(row.get("is_failed")) for row in benchmarks)
    skipped = sum(bool(test.get("is_skipped")) for test in tests)
    passed = len(tests) - failed - skipped
    head = describe_environment(environment)
    total = f"{passed} passed, {failed} failed, {skipped} skipped"
    total += f" in {environment['seconds']} s"
    tables = [(TEST_COLUMNS, list(test_rows(tests, manifest)))]
    if benchmarks:
        tables.append((BENCHMARK_COLUMNS, list(benchmark_rows(benchmarks))))

    print(head, *(format_text(*table) for table in tables), total, sep="\n\n")
    tables.append((("MLIR to cubin", "s"), list(compile_rows(manifest))))
    parts = [head, *(format_markdown(*table) for table in tables if table[1]), total]
    with open(f"{path}.md", "w") as file:
        file.write("\n\n".join(parts) + "\n")
    with open(f"{path}.json", "w") as file:
        everything = {"tests": tests, "benchmarks": benchmarks}
        seconds = manifest["compile_seconds"]
        json.dump({**environment, **everything, "compile_seconds": seconds}, file, indent=1)
    return failed + broken
