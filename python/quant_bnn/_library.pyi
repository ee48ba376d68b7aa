from typing import Any, Optional

class Function:
    """A compiled function, which takes arrays and numbers."""

    @property
    def name(self) -> str: ...
    def __call__(self, *arguments: Any, out: Optional[Any] = None) -> Any: ...

def load(path: str) -> dict[str, Function]: ...
