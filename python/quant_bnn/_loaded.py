"""Libraries of compiled functions in memory."""

import shutil
from pathlib import Path

from quant_bnn import _library


class Library:
    """Compiled functions, by their names: ``library.f`` or ``library["f"]``.

    A function takes an array or a number for each argument of the function in MLIR,
    and returns an array or a number for each result: in a tuple if there are several.
    Arrays are those of NumPy, or DLPack tensors on the CPU of any framework; results
    are like the first argument that is an array. An array without gaps is not copied.
    With ``out``, an array or a tuple of arrays, the results are written there.

    A wrong type, rank, extent or device is a ``TypeError``, extents that do not agree
    are a ``ValueError``. Functions run without the lock of Python, and several threads
    may call a function at once.
    """

    def __init__(self, path, header=None, report="", prefix=""):
        self.path = Path(path)
        """The shared library."""
        self.report = report
        """What became of the layers, as ``bnn-compile --report`` prints it."""
        self._header = header
        self._functions = {
            name.removeprefix(prefix): function
            for name, function in _library.load(str(path)).items()
        }

    def __getattr__(self, name):
        # Also called before __init__, when an object is copied.
        functions = self.__dict__.get("_functions", {})
        if name not in functions:
            raise AttributeError(f"the library has no function '{name}'")
        return functions[name]

    def __getitem__(self, name):
        return self._functions[name]

    def __iter__(self):
        return iter(self._functions)

    def __len__(self):
        return len(self._functions)

    def __dir__(self):
        return [*super().__dir__(), *self._functions]

    def __repr__(self):
        return "\n".join(repr(function) for function in self._functions.values())

    def save(self, path, header=None):
        """Writes the shared library to ``path``, and its C header to ``header``."""
        if header is not None and self._header is None:
            raise ValueError(f"{self.path} was loaded without its header")
        shutil.copyfile(self.path, path)
        if header is not None:
            shutil.copyfile(self._header, header)


def load(path):
    """Loads a shared library that quant-bnn compiled.

    Raises ``OSError`` if ``path`` is not such a library, or one of another version.
    """
    return Library(Path(path).absolute())
