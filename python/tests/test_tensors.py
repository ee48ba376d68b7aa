"""Calls of functions with tensors of PyTorch and of other frameworks."""

import numpy
import pytest

torch = pytest.importorskip("torch")

import quant_bnn  # noqa: E402

MODULE = """
func.func @negate(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = arith.negf %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @narrow(%x: tensor<?xbf16>) -> tensor<?xbf16> {
  %y = arith.negf %x : tensor<?xbf16>
  return %y : tensor<?xbf16>
}"""


@pytest.fixture(scope="module")
def library():
    return quant_bnn.compile(MODULE)


def test_tensors(library):
    x = torch.tensor([1.0, -2.0, 0.5])
    assert torch.equal(library.negate(x), -x)
    assert torch.equal(library.negate(torch.ones(6)[::2]), -torch.ones(3))
    assert torch.equal(library.narrow(x.bfloat16()), -x.bfloat16())
    out = torch.empty(3)
    assert library.negate(x, out=out) is out and torch.equal(out, -x)
    # Arrays of both kinds in one call.
    assert library.negate(x.numpy(), out=out) is out


def test_lazy_negation(library):
    x = torch.complex(torch.ones(3), torch.tensor([1.0, 2.0, 3.0])).conj().imag
    assert x.is_neg() and torch.equal(library.negate(x), -x.resolve_neg())


def test_errors(library):
    with pytest.raises(ValueError, match="use detach"):
        library.negate(torch.ones(3, requires_grad=True))
    with pytest.raises(TypeError, match=r"got float16 \[3\]"):
        library.negate(torch.ones(3).half())
    with pytest.raises(RuntimeError, match="meta"):
        library.negate(torch.ones(3, device="meta"))


def test_pytorch_sees_writes(library):
    x = torch.ones(3, requires_grad=True)
    y = x.exp()
    library.negate(torch.ones(3), out=y.detach())
    # The gradient of exp needs the value that was overwritten.
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_other_frameworks(library):
    class Tensor:
        """What has DLPack alone."""

        def __init__(self, array):
            self.array = array

        def __dlpack__(self, **options):
            return self.array.__dlpack__(**options)

        def __dlpack_device__(self):
            return self.array.__dlpack_device__()

    y = library.negate(Tensor(numpy.ones(3, numpy.float32)))
    assert isinstance(y, numpy.ndarray) and y.tolist() == [-1, -1, -1]
