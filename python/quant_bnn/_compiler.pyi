class Diagnostic:
    severity: str
    message: str
    file: str
    line: int
    column: int

class OptResult:
    succeeded: bool
    text: str
    diagnostics: list[Diagnostic]

class LibraryResult:
    succeeded: bool
    report: str
    diagnostics: list[Diagnostic]

def run_passes(source: bytes, name: str, passes: str) -> OptResult: ...
def compile_to_files(
    source: bytes,
    name: str,
    *,
    path: str,
    header: str,
    runtime: str,
    cpu: str,
    passes: str,
    entries: list[str],
    prefix: str,
    workspace: str,
    math: str,
    parallel: bool,
    check_extents: bool,
    opt_level: int,
) -> LibraryResult: ...
