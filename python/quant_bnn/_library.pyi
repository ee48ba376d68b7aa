from typing import Any, Optional

class Function:
    """A compiled function, which takes arrays and numbers."""

    @property
    def name(self) -> str: ...
    def __call__(
        self,
        *arguments: Any,
        out: Optional[Any] = None,
        workspace: Optional[Any] = None,
    ) -> Any: ...
    def workspace_size(self, *arguments: Any) -> int:
        """Returns the bytes of an array for the workspace of a call with these arguments."""

def load(path: str) -> dict[str, Function]: ...
def use_huge_pages(begin: int, end: int) -> None: ...
