"""Reports of compiled networks."""


def describe_difference(pairs, framework):
    """Returns lines that compare pairs of arrays of floats, actual and expected, and if
    there is one, the classes that are the largest elements of its rows."""
    pairs = [(a, e) for a, e in pairs if 0 not in e.shape]
    if not pairs:
        return ""
    difference = max(float(abs(a - e).max()) for a, e in pairs)
    lines = [f"largest difference to {framework}: {difference:.2g}"]
    if len(pairs) == 1 and pairs[0][1].ndim == 2:
        actual, expected = pairs[0]
        same = int((actual.argmax(1) == expected.argmax(1)).sum())
        lines.append(f"equal classes: {same} of {len(expected)}")
    return "\n".join(lines) + "\n"
