"""Reports of compiled networks."""


def describe_difference(actual, expected, framework):
    """Returns lines that compare two arrays of floats, and the classes that are their
    largest elements."""
    difference = float(abs(actual - expected).max())
    lines = [f"largest difference to {framework}: {difference:.2g}"]
    if expected.ndim == 2:
        same = int((actual.argmax(1) == expected.argmax(1)).sum())
        lines.append(f"equal classes: {same} of {len(expected)}")
    return "\n".join(lines) + "\n"
