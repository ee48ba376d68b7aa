"""The machine that the times are of."""

import os
import platform
import re


def cpu_fields():
    fields = {}
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                name, _, value = line.partition(":")
                fields.setdefault(name.strip(), value.strip())
    except OSError:
        pass
    return fields


def describe_cpu(fields):
    name = fields.get("model name", platform.machine())
    if "cpu family" in fields:
        name += f" (family {fields['cpu family']}, model {fields['model']})"
    return f"{name}, {vector_extension(fields)}"


def vector_extension(fields):
    flags = fields.get("flags", fields.get("Features", "")).split()
    for flag, name in (
        ("avx512_vpopcntdq", "avx512-vpopcntdq"),
        ("avx512f", "avx512"),
        ("avx2", "avx2"),
        ("asimd", "neon"),
    ):
        if flag in flags:
            return name
    return platform.machine()


# (vendor, family) and the first model of each microarchitecture.
ARCHITECTURES = {
    ("AuthenticAMD", 23): [(0, "zen"), (49, "zen2")],
    ("AuthenticAMD", 25): [(0, "zen3"), (16, "zen4"), (32, "zen3"), (96, "zen4")],
    ("AuthenticAMD", 26): [(0, "zen5")],
    ("GenuineIntel", 6): [
        (60, "haswell"),
        (61, "broadwell"),
        (85, "skylake-sp"),
        (106, "icelake-sp"),
        (143, "sapphire-rapids"),
        (173, "granite-rapids"),
    ],
}


def slug(fields):
    """A short name for a file, such as zen4-avx512-vpopcntdq."""
    key = fields.get("vendor_id"), int(fields.get("cpu family", 0))
    name = re.sub(r"\W+", "-", fields.get("model name", platform.machine()).lower())
    for first, architecture in ARCHITECTURES.get(key, []):
        if int(fields["model"]) >= first:
            name = architecture
    return f"{name}-{vector_extension(fields)}"


def load():
    return ", ".join(f"{value:.1f}" for value in os.getloadavg())


def pin_to_one_core():
    """Keeps this process and its children on the last core that it may use."""
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core
