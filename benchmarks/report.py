"""Writes what `benchmarks/run` measured: tables, one JSON file and a plot.

    report.py DIRECTORY

Reads kernels.json, xnor.json, compile_time.json, torch.json and
torch_caching.json of the directory, as far as they are there; prints the tables in Markdown and writes
them to report.md, everything to results.json, and the ratios to ratios.svg.
"""

import json
import pathlib
import platform
import sys
from xml.sax.saxutils import escape


def load(path):
    return json.loads(path.read_text()) if path.exists() else None


def cpu_model():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()


def spread(median, low, high):
    return f"{median:.2f} [{low:.2f}, {high:.2f}]"


def table(header, rows):
    lines = ["| " + " | ".join(row) + " |" for row in [header, *rows]]
    rule = "|" + "|".join([" --- "] + [" ---: "] * (len(header) - 1)) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def kernel_rows(kernels):
    """Name, type, size, place, and the entry of each benchmark."""
    for entry in kernels["benchmarks"]:
        yield entry["name"].split("/")[:4], entry


def kernel_tables(kernels):
    groups = {}
    for (name, element, size, place), entry in kernel_rows(kernels):
        label = name if place == "apart" else f"{name}, in place"
        if entry.get("error_occurred"):
            cells = [label, entry["error_message"], "", ""]
        else:
            cells = [label, f"{entry['median_us']:.1f}"] + [
                spread(*(entry[peer + suffix] for suffix in ("", "_q1", "_q3")))
                for peer in ("floor", "twin")
            ]
        groups.setdefault((size, element), []).append(cells)
    titles = {
        "L2": "In the second cache",
        "64MiB": "Arrays of 64 MiB",
        "256MiB": "Arrays of 256 MiB",
    }
    for (size, element), rows in groups.items():
        header = ["kernel", "time, us", "floor / ours", "same math / ours"]
        yield f"### {titles[size]}, {element}\n\n" + table(header, rows)


def xnor_table(xnor):
    peers = ["peak", "table_peak", "read", "hand", "sgemm", "onednn"]
    peers += ["scaled", "residual", "threshold"]
    rows = []
    for entry in xnor["benchmarks"]:
        label = entry["name"].split("/iterations")[0]
        if entry.get("error_occurred"):
            rows.append([label, entry["error_message"], "", *[""] * (len(peers) + 2)])
            continue
        cells = [
            (
                spread(*(entry[peer + suffix] for suffix in ("", "_q1", "_q3")))
                if peer in entry
                else "-"
            )
            for peer in peers
        ]
        for ours in ("two_threads", "two_threads_contended"):
            cells.append(spread(*(1 / entry[ours + q] for q in ("", "_q3", "_q1"))))
        rows.append(
            [label, f"{entry['median_us']:.1f}", f"{entry['gbitmacs']:.0f}", *cells]
        )
    header = ["product", "time, us", "G bit-MAC/s", "peak / ours"]
    header += ["peak of tables / ours", "reading / ours", "by hand / ours"]
    header += ["sgemm / ours", "oneDNN f32 / ours", "with scales / ours"]
    header += ["with a residual / ours", "with thresholds, to bits / ours"]
    header += ["ours / two threads", "ours / two threads beside a busy one"]
    return "### Binary products\n\n" + table(header, rows)


def compile_time_table(cases):
    rows = [
        [case["name"], spread(case["seconds"], case["least"], case["most"])]
        for case in cases
    ]
    return "### Compile time\n\n" + table(["module", "seconds"], rows)


def torch_table(results, caching):
    header = ["quantizer", "ours, ms", "eager / ours", "torch.compile / ours"]
    cached = {entry["name"]: entry for entry in caching or []}
    if cached:
        header += ["eager, caching malloc", "torch.compile, caching malloc"]
    has_operators = any("operator_ms" in entry for entry in results)
    if has_operators:
        header += ["operator, ms", "eager / operator", "torch.compile / operator"]

    def ratios(entry, suffix=""):
        quartiles = (entry.get(peer + suffix) for peer in ("eager", "compile"))
        return [spread(q[1], q[0], q[2]) if q else "-" for q in quartiles]

    rows = []
    for entry in results:
        row = [entry["name"], f"{entry['ours_ms']:.1f}", *ratios(entry)]
        if cached:
            row += ratios(cached.get(entry["name"], {}))
        if has_operators:
            row += [f"{entry['operator_ms']:.1f}", *ratios(entry, "_of_operator")]
        rows.append(row)
    return "### Forward plus backward against PyTorch\n\n" + table(header, rows)


def plot(kernels):
    """Bars of floor / ours, with the quartiles, and a line at 1."""
    height, left, scale = 14, 330, 360
    bars, y = [], 40
    for parts, entry in kernel_rows(kernels):
        if entry.get("error_occurred"):
            continue
        low, middle, high = (
            left + scale * min(entry["floor" + suffix], 1.5)
            for suffix in ("_q1", "", "_q3")
        )
        color = "#4a7ebb" if parts[1] == "f32" else "#e0973c"
        bars.append(
            f'<text x="{left - 6}" y="{y + 9}" text-anchor="end">'
            f'{escape(" ".join(parts))}</text>'
            f'<rect x="{left}" y="{y}" width="{middle - left:.1f}" height="10" '
            f'fill="{color}"/>'
            f'<path d="M{low:.1f} {y + 5}H{high:.1f}" stroke="#222"/>'
        )
        y += height
    one = left + scale
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + 1.5 * scale + 20:.0f}" '
        f'height="{y + 10}" font-family="sans-serif" font-size="10">'
        f'<rect width="100%" height="100%" fill="white"/>'
        f'<text x="{left}" y="16" font-size="13">Time of the floor over ours: '
        f"1 is the machine&apos;s bandwidth</text>"
        + "".join(bars)
        + f'<path d="M{one} 24V{y}" stroke="#c33"/>'
        f'<text x="{one}" y="34" text-anchor="middle">1</text></svg>\n'
    )


def main():
    directory = pathlib.Path(sys.argv[1])
    names = ["kernels", "xnor", "compile_time", "torch", "torch_caching"]
    results = {name: load(directory / f"{name}.json") for name in names}
    parts = [f"Measured on: {cpu_model()}."]
    if results["kernels"]:
        parts += kernel_tables(results["kernels"])
        (directory / "ratios.svg").write_text(plot(results["kernels"]))
    if results["xnor"]:
        parts.append(xnor_table(results["xnor"]))
    if results["torch"]:
        parts.append(torch_table(results["torch"], results["torch_caching"]))
    if results["compile_time"]:
        parts.append(compile_time_table(results["compile_time"]))
    text = "\n\n".join(parts) + "\n"
    print(text)
    (directory / "report.md").write_text(text)
    results["cpu"] = cpu_model()
    (directory / "results.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
