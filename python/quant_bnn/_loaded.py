"""Libraries of compiled functions in memory."""

import os
import re
import tempfile
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Iterator, Optional, Union

from quant_bnn import _library


class Library:
    """Compiled functions, by their names: ``library.f`` or ``library["f"]``.

    A function takes an array or a number for each argument of the function in MLIR,
    and returns an array or a number for each result: in a tuple if there are several.
    Arrays are those of NumPy, or DLPack tensors on the CPU of any framework; results
    are like the first argument that is an array. An array without gaps is not copied.
    With ``out``, an array or a tuple of arrays, the results are written there.
    Temporary buffers are in memory that the thread keeps, or in ``workspace``, a writable
    array of at least ``library.f.workspace_size(*arguments)`` bytes.

    A wrong type, rank, extent or device is a ``TypeError``, extents that do not agree
    are a ``ValueError``. Functions run without the GIL, and several threads
    may call a function at once.
    """

    path: Path
    """The shared library."""
    report: str
    """What became of the layers, as ``bnn-compile --report`` prints it."""

    def __init__(
        self,
        path: Path,
        header: Optional[Path] = None,
        report: str = "",
        prefix: str = "",
    ) -> None:
        self.path = path
        self.report = report
        self._header = header
        self._prefix = prefix

    @cached_property
    def _functions(self) -> dict:
        # Not before they are used: a library for another CPU can be saved.
        return self._load(str(self.path))

    def _load(self, path: str) -> dict:
        self._functions = {
            name.removeprefix(self._prefix): function
            for name, function in _library.load(path).items()
        }
        return self._functions

    def __getattr__(self, name: str) -> _library.Function:
        # What Python looks for in any object.
        if name.startswith("__") or name not in self._functions:
            raise AttributeError(f"the library has no function '{name}'")
        return self._functions[name]

    def __getitem__(self, name: str) -> _library.Function:
        return self._functions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)

    def __dir__(self):
        return [*super().__dir__(), *self._functions]

    def __repr__(self) -> str:
        return "\n".join(repr(function) for function in self._functions.values())

    def save(
        self,
        path: Union[str, os.PathLike],
        header: Union[str, os.PathLike, None] = None,
    ) -> None:
        """Writes the shared library to ``path``, and its C header to ``header``."""
        if header is not None and self._header is None:
            raise ValueError(f"{self.path} was loaded without its header")
        _replace(self.path.read_bytes(), Path(path))
        if header is not None:
            old, new = (_get_guard(Path(name).name) for name in (self._header, header))
            text = self._header.read_text().replace(old, new)
            _replace(text.encode(), Path(header))


def _replace(data: bytes, path: Path) -> None:
    """Writes a new file ``path``. One of that name, which a process may have loaded, stays
    as it is for that process."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def _get_guard(name: str) -> str:
    """Returns the include guard of a header, as the compiler makes it."""
    return "QUANT_BNN_LIBRARY_" + re.sub(r"\W", "_", name.upper(), flags=re.ASCII)


@contextmanager
def open_copy(path: Path) -> Iterator[str]:
    """Copies a library for the time of its loading: the system takes a file of a name that
    is loaded for the one that was loaded."""
    with tempfile.NamedTemporaryFile(suffix=".so") as copy:
        copy.write(path.read_bytes())
        copy.flush()
        yield copy.name


def load(path: Union[str, os.PathLike]) -> Library:
    """Loads a shared library that quant-bnn compiled.

    Raises ``OSError`` if ``path`` is not such a library, or one of another version.
    """
    path = Path(path).absolute()
    library = Library(path)
    with open_copy(path) as copy:
        library._load(copy)
    return library
