"""Compilation and calls of functions, with arrays of NumPy."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import pytest

import quant_bnn

MODULE = """
func.func @binarize(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = quant_bnn.sign %x : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
func.func @add(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %z = arith.addf %x, %y : tensor<?xf64>
  return %z : tensor<?xf64>
}
func.func @several(%x: tensor<?xi32>, %n: i8, %f: bf16, %b: i1)
    -> (tensor<?xi32>, i8, bf16, i1) {
  %y = arith.addi %x, %x : tensor<?xi32>
  return %y, %n, %f, %b : tensor<?xi32>, i8, bf16, i1
}
func.func @narrow(%x: tensor<3xbf16>) -> tensor<3xbf16> {
  %y = quant_bnn.sign %x : tensor<3xbf16>
  return %y : tensor<3xbf16>
}
func.func @increment(%x: tensor<?xf32> {bufferization.writable = true}) -> tensor<?xf32> {
  %one = arith.constant 1.0 : f32
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} outs(%x : tensor<?xf32>) {
  ^bb0(%old: f32):
    %new = arith.addf %old, %one : f32
    linalg.yield %new : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @unknown(%x: tensor<?xf32>, %n: i64) -> tensor<?xf32> {
  %extent = arith.index_cast %n : i64 to index
  %y = tensor.extract_slice %x[0] [%extent] [1] : tensor<?xf32> to tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @join(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?xf32>) {
  %y = tensor.concat dim(0) %x, %x : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %z = tensor.collapse_shape %x [[0, 1]] : tensor<?x2xf32> into tensor<?xf32>
  return %y, %z : tensor<?x2xf32>, tensor<?xf32>
}
"""


@pytest.fixture(scope="module")
def library():
    return quant_bnn.compile(MODULE)


def test_call(library):
    x = numpy.array([[0.5, -2, 0, -0.0], [1, -1, numpy.inf, -numpy.inf]], numpy.float32)
    expected = [[1, -1, 1, 1], [1, -1, 1, -1]]
    y = library.binarize(x)
    assert y.dtype == numpy.float32 and y.tolist() == expected
    out = numpy.empty_like(x)
    assert library.binarize(x, out=out) is out and out.tolist() == expected
    # Without gaps, any memory is read where it is; with gaps, it is copied.
    assert library.binarize(x[1:]).tolist() == expected[1:]
    assert library.binarize(numpy.repeat(x, 2, axis=1)[:, ::2]).tolist() == expected
    assert library.binarize(numpy.empty((0, 4), numpy.float32)).shape == (0, 4)
    x.flags.writeable = False
    assert library.binarize(x).tolist() == expected


def test_results(library):
    x = numpy.array([1, -2], numpy.int32)
    y, n, f, b = library.several(x, -3, numpy.array(0x3FC0, numpy.uint16), True)
    assert y.tolist() == [2, -4] and (n, f, b) == (-3, 1.5, True)
    y, n, f, b = library.several(
        x.view(numpy.uint32), numpy.int8(5), numpy.array(0, numpy.uint16), False
    )
    assert y.tolist() == [2, -4] and (n, b) == (5, False)
    joined, flat = library.join(numpy.ones((3, 2), numpy.float32))
    assert joined.shape == (6, 2) and flat.shape == (6,)
    # NumPy has no bfloat16: its bits stand for it.
    bits = library.narrow(numpy.array([0x4000, 0xC000, 0], numpy.uint16))
    assert bits.dtype == numpy.uint16 and bits.tolist() == [0x3F80, 0xBF80, 0x3F80]


def test_names(library):
    assert list(library) == [
        "binarize",
        "add",
        "several",
        "narrow",
        "increment",
        "unknown",
        "join",
    ]
    assert len(library) == 7 and "binarize" in dir(library)
    assert library["add"].name == "add"
    assert "binarize(float32[?, 4]) -> float32[?, 4]" in repr(library)
    with pytest.raises(AttributeError, match="the library has no function 'none'"):
        library.none


def test_writable_argument(library):
    x = numpy.zeros(3, numpy.float32)
    out = numpy.empty(3, numpy.float32)
    assert library.increment(x, out=out).tolist() == [1, 1, 1]
    x.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        library.increment(x)


def zeros(*shape, dtype=numpy.float32):
    return numpy.zeros(shape, dtype)


@pytest.mark.parametrize(
    "error, message, call",
    [
        (TypeError, "takes 1 arguments, but 0 were given", lambda l: l.binarize()),
        (
            TypeError,
            r"expected float32 \[\?, 4\] .* got float64 \[1, 4\]",
            lambda l: l.binarize(zeros(1, 4, dtype=numpy.float64)),
        ),
        (TypeError, r"got float32 \[4\]", lambda l: l.binarize(zeros(4))),
        (TypeError, r"got float32 \[1, 5\]", lambda l: l.binarize(zeros(1, 5))),
        (
            TypeError,
            "neither an array nor a number, but a list",
            lambda l: l.binarize([[1, 2, 3, 4]]),
        ),
        (
            TypeError,
            "neither an array nor a number, but a int",
            lambda l: l.binarize(1),
        ),
        (
            TypeError,
            r"expected int8 \[\] .* as argument 1, got 128",
            lambda l: l.several(zeros(1, dtype=numpy.int32), 128, 0, False),
        ),
        (
            OverflowError,
            "argument 1 has more than 64 bits",
            lambda l: l.several(zeros(1, dtype=numpy.int32), 1 << 64, 0, False),
        ),
        (
            ValueError,
            "@add requires dimension 0 of argument 1",
            lambda l: l.add(
                zeros(2, dtype=numpy.float64), zeros(3, dtype=numpy.float64)
            ),
        ),
        (
            ValueError,
            r"result 0 has the shape \(2, 4\), which out does not have",
            lambda l: l.binarize(zeros(2, 4), out=zeros(3, 4)),
        ),
        (
            TypeError,
            "out requires 1 arrays",
            lambda l: l.binarize(zeros(2, 4), out=(zeros(2, 4), zeros(2, 4))),
        ),
        (
            TypeError,
            "result 0 is no array, but a int",
            lambda l: l.binarize(zeros(2, 4), out=3),
        ),
        (
            TypeError,
            "with gaps",
            lambda l: l.binarize(zeros(2, 4), out=zeros(4, 4)[::2]),
        ),
        (
            TypeError,
            "do not follow from those of the arguments: pass out",
            lambda l: l.unknown(zeros(3), 2),
        ),
    ],
)
def test_call_errors(library, error, message, call):
    with pytest.raises(error, match=message):
        call(library)


def test_odd_arguments(library):
    import ctypes

    assert library.increment((ctypes.c_float * 2)(1, 2)).tolist() == [2, 3]
    for array in (
        numpy.zeros((3, 4), "V0"),
        zeros(1, 4, dtype=complex),
        zeros(1, 4).astype(">f4"),
    ):
        with pytest.raises(TypeError, match="elements"):
            library.binarize(array)

    class Index:
        def __index__(self):
            raise KeyError("index")

    with pytest.raises(KeyError, match="index"):
        library.several(zeros(1, dtype=numpy.int32), Index(), 0, False)
    # Numbers of 16 bits, of which two are half between neighbours.
    x = zeros(1, dtype=numpy.int32)
    for number, rounded in (
        (0.1, 0.10009765625),
        (1 + 2**-8, 1),
        (1 + 3 * 2**-8, 1 + 2**-6),
    ):
        assert library.several(x, 0, number, False)[2] == rounded


def test_extents_from_indices():
    library = quant_bnn.compile("""
    func.func @fill(%n: index, %x: f32) -> tensor<?xf32> {
      %one = arith.constant 1 : index
      %extent = arith.addi %n, %one : index
      %empty = tensor.empty(%extent) : tensor<?xf32>
      %y = linalg.fill ins(%x : f32) outs(%empty : tensor<?xf32>) -> tensor<?xf32>
      return %y : tensor<?xf32>
    }""")
    assert library.fill(2, 0.5).tolist() == [0.5] * 3
    for wrong in (2.5, numpy.array(3, numpy.int8), numpy.zeros(0, numpy.int64)):
        with pytest.raises(TypeError, match="as argument 0, got"):
            library.fill(wrong, 0.5)


def test_save_over_a_loaded_library(tmp_path):
    module = "func.func @f(%x: i32) -> i32 {{\n  %y = arith.{0} %x, %x : i32\n  return %y : i32\n}}"
    path = tmp_path / "net.so"
    quant_bnn.compile(module.format("addi")).save(path)
    first = quant_bnn.load(path)
    assert first.f(3) == 6
    quant_bnn.compile(module.format("muli")).save(path)
    assert first.f(3) == 6 and quant_bnn.load(path).f(3) == 9


def test_overlap(library):
    x = zeros(8, 4)
    with pytest.raises(ValueError, match="result 0 overlaps another array of the call"):
        library.binarize(x[:4], out=x[2:6])
    assert library.binarize(x[:4], out=x[4:]).shape == (4, 4)
    # An error leaves the thread ready for other calls.
    assert library.unknown(zeros(3), 2, out=zeros(2)).shape == (2,)


MATMUL_CHAIN = """
func.func @chain(%x: tensor<?x8xf32>, %w: tensor<8x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x8xf32>, tensor<8x8xf32>)
      outs(%z : tensor<?x8xf32>) -> tensor<?x8xf32>
  %r = linalg.matmul ins(%y, %w : tensor<?x8xf32>, tensor<8x8xf32>)
      outs(%z : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}
func.func @plain(%x: i32) -> i32 {
  return %x : i32
}"""


def test_workspace():
    library = quant_bnn.compile(MATMUL_CHAIN)
    x = numpy.arange(24, dtype=numpy.float32).reshape(3, 8)
    w = numpy.eye(8, dtype=numpy.float32)[::-1].copy()
    size = library.chain.workspace_size(x, w)
    assert size > library.chain.workspace_size(x[:1], w) > 0
    # An array may begin anywhere.
    memory = numpy.zeros(size + 64, numpy.uint8)
    for begin in range(64):
        memory[:] = 7
        workspace, out = memory[begin : begin + size], zeros(3, 8)
        assert library.chain(x, w, out=out, workspace=workspace) is out
        assert (out == x).all()
        assert (memory[:begin] == 7).all() and (memory[begin + size :] == 7).all()
        assert (workspace != 7).any()
    assert (library.chain(x, w, workspace=numpy.zeros(size, numpy.float32)) == x).all()
    assert library.plain.workspace_size(3) == 0
    assert library.plain(3, workspace=numpy.zeros(0, numpy.uint8)) == 3


def test_workspaces_of_threads():
    library = quant_bnn.compile(MATMUL_CHAIN)
    w = numpy.eye(8, dtype=numpy.float32)[::-1].copy()

    def run(seed):
        x = numpy.full((64, 8), seed, numpy.float32)
        workspace = numpy.empty(library.chain.workspace_size(x, w), numpy.uint8)
        out = zeros(64, 8)
        return all(
            (library.chain(x, w, out=out, workspace=workspace) == seed).all()
            for _ in range(200)
        )

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(run, range(4)))


def test_workspace_errors():
    library = quant_bnn.compile(MATMUL_CHAIN)
    x, w = zeros(3, 8), zeros(8, 8)
    size = library.chain.workspace_size(x, w)

    def call(workspace, **arguments):
        library.chain(x, w, workspace=workspace, **arguments)

    small = "the workspace has 64 bytes, .* from a multiple of 64 on, but .* are required"
    with pytest.raises(ValueError, match=small):
        call(numpy.zeros(64, numpy.uint8))
    with pytest.raises(TypeError, match="chain: expected an array without gaps"):
        call(numpy.zeros(2 * size, numpy.uint8)[::2])
    with pytest.raises(TypeError, match="chain: the workspace is no array, but a int"):
        call(3)
    with pytest.raises(ValueError, match="chain: the workspace overlaps another array"):
        memory = numpy.zeros(size, numpy.float32)
        call(memory, out=memory[:24].reshape(3, 8))
    constant = numpy.zeros(size, numpy.uint8)
    constant.flags.writeable = False
    with pytest.raises((ValueError, BufferError)):
        call(constant)
    with pytest.raises(TypeError, match="the arguments are not those of chain"):
        library.chain.workspace_size(zeros(3), w)
    with pytest.raises(TypeError, match="chain takes 2 arguments, but 1 were given"):
        library.chain.workspace_size(x)
    own = quant_bnn.compile(MATMUL_CHAIN, workspace="thread")
    with pytest.raises(TypeError, match="chain was compiled to take no workspace"):
        own.chain(x, w, workspace=numpy.zeros(size, numpy.uint8))
    assert own.chain.workspace_size(x, w) == 0


def test_compile_errors():
    with pytest.raises(quant_bnn.CompileError) as raised:
        quant_bnn.compile("func.func @f() {\n  foo.bar\n}")
    error = raised.value.diagnostics[0]
    assert (error.severity, error.file, error.line, error.column) == (
        "error",
        "<module>",
        2,
        3,
    )
    assert "<module>:2:3: error: Dialect `foo' not found" in str(raised.value)
    with pytest.raises(quant_bnn.CompileError, match="a prefix can change it"):
        quant_bnn.compile("func.func @main() {\n  return\n}")
    with pytest.raises(quant_bnn.CompileError, match="there is no CPU 'm68k'"):
        quant_bnn.compile(MODULE, cpu="m68k")
    with pytest.raises(quant_bnn.CompileError, match="expected one CPU, but got"):
        quant_bnn.compile(MODULE, cpu="x86-64,x86-64-v3")
    with pytest.raises(ValueError, match="math is one of .* but is 'slow'"):
        quant_bnn.compile(MODULE, math="slow")
    with pytest.raises(FileNotFoundError):
        quant_bnn.compile(Path("missing.mlir"))


def test_prefix():
    library = quant_bnn.compile("func.func @main() {\n  return\n}", prefix="net_")
    assert library.main() is None and library.main.name == "net_main"


def test_opt():
    text = "func.func @f(%x: i32) -> i32 {\n  return %x : i32\n}"
    assert "func.func @f(%arg0: i32)" in quant_bnn.opt(text, "canonicalize")
    with pytest.raises(quant_bnn.CompileError, match="'nothing' does not refer to"):
        quant_bnn.opt(text, "nothing")


def test_files(tmp_path, library):
    source = tmp_path / "module.mlir"
    source.write_text(MODULE)
    quant_bnn.compile(source, entries=["add"]).save(
        tmp_path / "add.so", header=tmp_path / "add.h"
    )
    header = (tmp_path / "add.h").read_text()
    assert "void add(" in header and "#ifndef QUANT_BNN_LIBRARY_ADD_H" in header
    loaded = quant_bnn.load(tmp_path / "add.so")
    one = numpy.ones(2)
    assert list(loaded) == ["add"] and loaded.add(one, one).tolist() == [2, 2]
    with pytest.raises(ValueError, match="was loaded without its header"):
        loaded.save(tmp_path / "again.so", header=tmp_path / "again.h")
    with pytest.raises(FileNotFoundError):
        quant_bnn.load(tmp_path / "missing.so")


def test_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("QUANT_BNN_CACHE_DIR", str(tmp_path))
    first = quant_bnn.compile(MODULE)
    assert quant_bnn.compile(MODULE).path == first.path
    assert quant_bnn.compile(MODULE, opt_level=1).path != first.path
    assert quant_bnn.compile(MODULE, cache=False).path != first.path
    assert first.path.is_relative_to(tmp_path)
    assert first.report == quant_bnn.compile(MODULE).report
    # A module that is refused leaves nothing.
    count = len(list((tmp_path / "python").iterdir()))
    with pytest.raises(quant_bnn.CompileError):
        quant_bnn.compile("nothing")
    assert len(list((tmp_path / "python").iterdir())) == count


def test_cache_is_pruned(tmp_path, monkeypatch):
    monkeypatch.setenv("QUANT_BNN_CACHE_DIR", str(tmp_path))
    paths = [quant_bnn.compile(MODULE, opt_level=level).path for level in (0, 1)]
    quant_bnn.compile(MODULE, opt_level=0)
    monkeypatch.setattr(
        "quant_bnn._compile._MAX_CACHE_BYTES", paths[0].stat().st_size * 3
    )
    third = quant_bnn.compile(MODULE, opt_level=2)
    # The one that was used before the others is gone.
    assert [p.exists() for p in (*paths, third.path)] == [True, False, True]
    assert third.add(numpy.ones(1), numpy.ones(1)) == 2


def test_other_cpu(tmp_path):
    library = quant_bnn.compile(MODULE, cpu="x86-64-v4", entries=["add"])
    library.save(tmp_path / "add.so")
    assert (tmp_path / "add.so").stat().st_size > 0


def test_warnings():
    module = """
    func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
      %y = math.roundeven %x : tensor<?xf32>
      return %y : tensor<?xf32>
    }"""
    with pytest.warns(UserWarning, match="<module>:3:12: warning: "):
        quant_bnn.opt(module, "quant-bnn-differentiate{functions=f}")


# Results that a compiler may compute in the buffers of one another.
RESULTS = """
#id = affine_map<(i) -> (i)>
#sum = affine_map<(i) -> ()>
func.func private @add(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%y : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = arith.addf %in, %out : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %z : tensor<4xf32>
}
func.func private @total(%x: tensor<4xf32>, %y: tensor<f32>) -> tensor<f32> {
  %z = linalg.generic {indexing_maps = [#id, #sum], iterator_types = ["reduction"]}
      ins(%x : tensor<4xf32>) outs(%y : tensor<f32>) {
  ^bb0(%in: f32, %out: f32):
    %s = arith.addf %in, %out : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %z : tensor<f32>
}
func.func @totals(%a: tensor<4xf32>, %b: tensor<4xf32>) -> (tensor<f32>, tensor<f32>) {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<f32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<f32>) -> tensor<f32>
  %x = call @total(%a, %init) : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
  %y = call @total(%b, %init) : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
  return %x, %y : tensor<f32>, tensor<f32>
}
func.func @started(%a: tensor<4xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2x2xf32>) {
  %start = arith.mulf %c, %c : tensor<4xf32>
  %x = call @add(%a, %start) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y = call @add(%b, %start) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %z = call @add(%x, %y) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %w = tensor.expand_shape %start [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  return %z, %y, %x, %w : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2x2xf32>
}
func.func @same(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %x = arith.addf %a, %a : tensor<4xf32>
  return %x, %a, %x : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
"""


@pytest.mark.parametrize("passes", ["", "inline", "inline,cse,canonicalize"])
def test_results_have_their_own_buffers(passes):
    library = quant_bnn.compile(RESULTS, passes=passes)
    a, b, c = numpy.arange(12, dtype=numpy.float32).reshape(3, 4) + 1
    assert [float(t) for t in library.totals(a, b)] == [a.sum(), b.sum()]
    z, y, x, w = library.started(a, b, c)
    expected = (a + b + 2 * c * c, b + c * c, a + c * c, (c * c).reshape(2, 2))
    for actual, other in zip((z, y, x, w), expected):
        assert numpy.array_equal(actual, other)
    for actual, other in zip(library.same(a), (2 * a, a, 2 * a)):
        assert numpy.array_equal(actual, other)


def test_threads():
    library = quant_bnn.compile(MODULE, cache=False, parallel=True)
    errors = []

    def work(seed):
        x = numpy.random.default_rng(seed).standard_normal((4096, 4), numpy.float32)
        for _ in range(20):
            if not numpy.array_equal(library.binarize(x), numpy.where(x < 0, -1, 1)):
                errors.append(seed)
        quant_bnn.compile(MODULE, cache=False, opt_level=1)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
