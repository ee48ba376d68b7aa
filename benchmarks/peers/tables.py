"""The report of `run.py` in Markdown."""


def show(seconds):
    """A time in microseconds, with three digits or more."""
    micro = 1e6 * seconds
    return f"{micro:.0f}" if micro >= 100 else f"{micro:.1f}"


def show_spread(spread, show=show):
    return f"{show(spread[0])} [{show(spread[1])}, {show(spread[2])}]"


def table(header, rows):
    lines = [header, ["---", "---"] + ["---:"] * (len(header) - 2)] + rows
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def result_rows(result):
    first = [result["name"], show_spread(result["ours"])]
    peers = result["peers"] or [{"peer": "none", "note": ""}]
    for row in peers:
        peer = f"{row['peer']} ({row['note']})" if row["note"] else row["peer"]
        times = (
            show_spread(row[kind]) if kind in row else "-"
            for kind in ("kernel", "call")
        )
        ratio = "-"
        if "ratio" in row:
            ratio = show_spread(row["ratio"], lambda value: f"{value:.2f}")
        yield [first[0], peer, first[1], *times, ratio]


def report(results):
    """The whole report; `results` is what `run.py` writes to peers.json."""
    machine = results["machine"]
    lines = [f"# Peers on {machine['cpu']}, {results['date']}", ""]
    lines += [
        f"One thread, pinned to core {machine['core']}; times in microseconds; medians of"
        f" {results['rounds']} alternating rounds, at most {results['few_rounds']} for the"
        " product of 4096 rows; quartiles in brackets. *Ratio* is a peer's time over ours"
        " in the same round: above 1, ours is faster. It compares what is alike: whole"
        " calls where ours takes an image of f32 to begin with, and kernels elsewhere."
        " Results are compared before they are timed.",
        "",
        f"Load of the machine (1, 5, 15 minutes): {machine['load_begin']} at the start,"
        f" {machine['load_end']} at the end, on {machine['cores']} cores.",
        "",
    ]
    for peer in results["peers"]:
        if peer["versions"] is None:
            lines.append(f"* {peer['name']}: not installed: `{peer['install']}`")
        else:
            versions = (
                f"{name} {version}" for name, version in peer["versions"].items()
            )
            lines.append(f"* {peer['name']}: {'; '.join(versions)}")
    header = ["work", "peer", "ours", "peer's kernel", "peer's whole call", "ratio"]
    for title in dict.fromkeys(result["part"] for result in results["works"]):
        parts = [result for result in results["works"] if result["part"] == title]
        rows = [row for result in parts for row in result_rows(result)]
        lines += ["", f"## {title}", "", table(header, rows)]
        for result in parts:
            for error in result["errors"]:
                reason = error.splitlines()[-1]
                lines += ["", f"Not measured in {result['name']}: {reason}"]
    return "\n".join(lines) + "\n"
