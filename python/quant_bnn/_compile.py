"""Compilation of MLIR to libraries, which are kept in files."""

import contextlib
import hashlib
import json
import os
import platform
import tempfile
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Iterable, Union

from quant_bnn._loaded import Library

_FOLDER = Path(__file__).parent
_MAX_CACHE_BYTES = 1 << 30

Source = Union[str, bytes, os.PathLike]


class CompileError(Exception):
    """The compiler refused a module.

    ``diagnostics`` has what it said, in order: objects with ``severity``, ``message``,
    ``file``, ``line`` and ``column``.
    """

    def __init__(self, diagnostics: list) -> None:
        super().__init__("\n".join(str(diagnostic) for diagnostic in diagnostics))
        self.diagnostics = diagnostics


def _read(source):
    """Returns the bytes of ``source`` and its name in diagnostics."""
    if isinstance(source, os.PathLike):
        return Path(source).read_bytes(), os.fspath(source)
    if isinstance(source, str):
        return source.encode(), "<module>"
    return bytes(source), "<module>"


def _check(result):
    """Raises the errors of the compiler, and returns its warnings."""
    if not result.succeeded:
        raise CompileError(result.diagnostics)
    return [str(d) for d in result.diagnostics if d.severity == "warning"]


def opt(source: Source, passes: str) -> str:
    """Runs ``passes`` on a module and returns it as text.

    ``source`` is the text of a module, or bytecode of MLIR 22 as ``bytes``, or a
    ``pathlib.Path`` of a file of either. ``passes`` is a pipeline in text, such as
    ``"quant-bnn-raise-ste{mode=relaxed},canonicalize"``.

    Raises ``CompileError`` with the diagnostics of the compiler.
    """
    from quant_bnn import _compiler

    data, name = _read(source)
    result = _compiler.run_passes(data, name, passes)
    for warning in _check(result):
        warnings.warn(warning, stacklevel=2)
    return result.text


@lru_cache(maxsize=None)
def _describe_machine():
    """Returns what the code for this CPU depends on."""
    try:
        with open("/proc/cpuinfo") as file:
            lines = set(file)
    except OSError:
        lines = ()
    keys = ("model name", "flags", "Features", "CPU part", "CPU implementer")
    described = sorted(line for line in lines if line.startswith(keys))
    return "".join([platform.machine(), *described])


@lru_cache(maxsize=None)
def _describe_compiler():
    """Returns what tells this build of the compiler from another one."""
    from importlib.util import find_spec

    described = []
    for file in (
        find_spec("quant_bnn._compiler").origin,
        _FOLDER / "libquant_bnn_runtime.a",
    ):
        status = os.stat(file)
        described.append(f"{file} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(described)


def _get_cache_folder():
    """Returns where compiled libraries are kept, or None if nothing can be."""
    folder = os.environ.get("QUANT_BNN_CACHE_DIR")
    if folder is None:
        caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(caches) / "quant-bnn"
    if not folder:
        return None
    folder = Path(folder).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def _compile_to(folder, data, name, options):
    """Writes library.so, library.h, report.txt and warnings.json to ``folder``."""
    from quant_bnn import _compiler

    result = _compiler.compile_to_files(
        data,
        name,
        path=str(folder / "library.so"),
        header=str(folder / "library.h"),
        runtime=str(_FOLDER / "libquant_bnn_runtime.a"),
        **options,
    )
    (folder / "warnings.json").write_text(json.dumps(_check(result)))
    (folder / "report.txt").write_text(result.report)


def _compile_cached(cache, data, name, options):
    """Returns a folder with the files of ``_compile_to``."""
    key = hashlib.sha256()
    for part in (data, repr(options), _describe_machine(), _describe_compiler()):
        part = part if isinstance(part, bytes) else part.encode()
        key.update(b"%d:" % len(part) + part)
    folder = cache / "python" / key.hexdigest()
    if (folder / "report.txt").exists():
        with contextlib.suppress(FileNotFoundError):
            # It was used last now.
            os.utime(folder)
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Renamed when it is complete, so that no process reads a part.
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        complete = Path(temporary) / "complete"
        complete.mkdir()
        _compile_to(complete, data, name, options)
        try:
            complete.rename(folder)
        except OSError:
            # Another process was faster.
            if not (folder / "report.txt").exists():
                raise
    _prune(folder.parent)
    return folder


def _prune(cache):
    """Removes what was not used for the longest time, if there is too much."""
    entries = []
    for folder in cache.iterdir():
        # Another process may remove it meanwhile.
        with contextlib.suppress(OSError):
            size = sum(file.stat().st_size for file in folder.iterdir())
            entries.append((folder.stat().st_mtime, size, folder))
    total = sum(size for _, size, _ in entries)
    for _, size, folder in sorted(entries)[:-1]:
        if total <= _MAX_CACHE_BYTES:
            break
        total -= size
        # First its name, so that no process sees a part. A library that a process has
        # loaded stays in its memory.
        with contextlib.suppress(OSError):
            with tempfile.TemporaryDirectory(dir=cache) as temporary:
                folder.rename(Path(temporary) / "removed")


def compile(
    source: Source,
    *,
    passes: str = "quant-bnn-binary-inference-pipeline",
    entries: Iterable[str] = (),
    prefix: str = "",
    cpu: str = "host",
    parallel: bool = False,
    workspace: str = "argument",
    math: str = "fast",
    check_extents: bool = True,
    opt_level: int = 3,
    cache: bool = True,
) -> Library:
    """Compiles the public functions of a module, and returns a ``Library``.

    The parameters are the options of ``bnn-compile``:

    source         the text of a module, or bytecode of MLIR 22 as ``bytes``, or a
                   ``pathlib.Path`` of a file of either
    passes         the passes that run first, a pipeline in text
    entries        the names of the functions to compile; all that are public if empty
    prefix         what C puts before the names of functions; attributes of the library
                   do not have it
    cpu            "host", "x86-64-v3", or LLVM's name of a CPU of the same architecture;
                   bnn-compile compiles for others, too
    parallel       whether loops run on threads, where that pays
    workspace      where temporary buffers are for callers in C: "argument", "thread" or
                   "call"; for Python, they are kept by the thread
    math           "fast" or "libm"
    check_extents  whether extents that do not agree are an error, or undefined
    opt_level      LLVM's optimization level, 0 to 3
    cache          whether to keep the library for the next time, in the folder
                   QUANT_BNN_CACHE_DIR, by default ~/.cache/quant-bnn

    A function is called only in a library for this CPU; ``save`` writes any library.

    Raises ``CompileError`` with the diagnostics of the compiler, and ``ValueError`` for
    an option that is not one of those above.
    """
    for option, value, values in (
        ("workspace", workspace, ("argument", "thread", "call")),
        ("math", math, ("fast", "libm")),
        ("opt_level", opt_level, (0, 1, 2, 3)),
    ):
        if value not in values:
            raise ValueError(f"{option} is one of {values}, but is {value!r}")
    data, name = _read(source)
    options = dict(
        cpu=cpu,
        passes=passes,
        entries=[entries] if isinstance(entries, str) else list(entries),
        prefix=prefix,
        workspace=workspace,
        math=math,
        parallel=parallel,
        check_extents=check_extents,
        opt_level=opt_level,
    )
    temporary = None
    folder = _get_cache_folder() if cache else None
    if folder is not None:
        files = _compile_cached(folder, data, name, options)
    else:
        temporary = tempfile.TemporaryDirectory(prefix="quant-bnn-")
        files = Path(temporary.name)
        _compile_to(files, data, name, options)
    for warning in json.loads((files / "warnings.json").read_text()):
        warnings.warn(warning, stacklevel=2)
    report = (files / "report.txt").read_text()
    library = Library(files / "library.so", files / "library.h", report, prefix)
    # As long as the library can be saved.
    library._temporary = temporary
    return library
