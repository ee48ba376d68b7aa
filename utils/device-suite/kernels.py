"""The functions of the suite, as MLIR and as what a caller has to know of them.

Operands and results are letters: `x` and `g` are tensors, `a` is a scalar; `y` is
a tensor result, `b` one of packed bits (and an operand of them), `s` a scalar
result. Scalars are passed as f32 where the type is narrower, since C has no
narrower float that all of its compilers pass alike.
"""

import dataclasses
from typing import Dict, Optional, Tuple

EPSILON = {"f16": 2.0**-23, "bf16": 2.0**-23, "f32": 2.0**-23, "f64": 2.0**-52}
NARROW = ("f16", "bf16")
PACKED = "tensor<?xi1, #quant_bnn.packed<i8>>"


@dataclasses.dataclass(frozen=True)
class Allowance:
    """How far a result may be from the CPU's: docs/Semantics.md says why."""

    absolute: float = 0.0
    # In epsilons of the compute type, times abs g.
    epsilons_of_g: float = 0.0


@dataclasses.dataclass(frozen=True)
class Kernel:
    """One op on tensors."""

    name: str
    operands: str
    results: str
    op: str
    allowance: Allowance = Allowance()
    # Whether an element of a result depends on other elements.
    reduces: bool = False
    types: Tuple[str, ...] = ("f16", "bf16", "f32")
    # The vectors of test/Inputs/Conformance that are outputs of this op: the op
    # and attributes there, and which field has them.
    vectors: Optional[Tuple[str, Dict, str]] = None
    is_in_quick: bool = False


@dataclasses.dataclass(frozen=True)
class Function:
    """What a caller knows of a compiled function."""

    name: str
    kernel: str
    type: str
    operands: str
    results: str
    reduces: bool
    absolute: float
    times_g: float
    ulps: int


@dataclasses.dataclass(frozen=True)
class Module:
    """One file of MLIR, and how it becomes a module without quantizers' calls."""

    name: str
    text: str
    functions: Tuple[Function, ...] = ()
    passes: Tuple[str, ...] = ()
    # Those of products.py.
    products: Tuple = ()


EVERY_TYPE = ("f16", "bf16", "f32", "f64")


def _levels(bits):
    """An allowance of one level where there are 2^bits of them on [-1, 1]."""
    return Allowance(absolute=2.0 / (2**bits - 1) + 1e-6)


def _forward(name, attributes="", vectors=None, **more):
    op = name.split(".")[0]
    return Kernel(
        name.replace(".", "_"),
        "x",
        "y",
        f"%y = quant_bnn.{op} %x {attributes} : tensor<?xTYPE>",
        vectors=(op, vectors, "y") if vectors is not None else None,
        **more,
    )


def _gradient(name, attributes="", vectors=None, **more):
    op = name.split(".")[0]
    return Kernel(
        name.replace(".", "_"),
        "xg",
        "y",
        f"%y = quant_bnn.{op} %x, %g {attributes} : tensor<?xTYPE>",
        vectors=(op[: -len("_grad")], vectors, "dx") if vectors is not None else None,
        **more,
    )


def _pact(name, attributes, vectors=None, **more):
    return Kernel(
        name,
        "xa",
        "ys",
        f"%y, %s = quant_bnn.pact %x, %a bits = 4 {attributes} : tensor<?xTYPE>",
        vectors=vectors,
        **more,
    )


def _pact_gradient(name, attributes, vectors=None, **more):
    return Kernel(
        name,
        "xga",
        "ys",
        f"%y, %s = quant_bnn.pact_grad %x, %a, %g bits = 4 {attributes}"
        " : tensor<?xTYPE>",
        vectors=vectors,
        **more,
    )


KERNELS = (
    _forward("identity", vectors={}),
    Kernel("identity_grad", "g", "y", "%y = quant_bnn.identity_grad %g : tensor<?xTYPE>"),
    Kernel(
        "straight_through",
        "xg",
        "y",
        "%y = quant_bnn.straight_through %g for %x clip = 1.5 : tensor<?xTYPE>",
    ),
    _gradient("straight_through_grad", "clip = 1.5"),
    _gradient("straight_through_grad.unclipped"),
    _forward("gradient_cancellation", "threshold = 1.0", vectors={"threshold": 1.0}),
    _gradient(
        "gradient_cancellation_grad",
        "threshold = 1.0",
        vectors={"threshold": 1.0},
        types=EVERY_TYPE,
    ),
    _forward("sign", vectors={}, types=EVERY_TYPE, is_in_quick=True),
    _forward("sign.negative", "nan = negative"),
    _forward("sign.propagate", "nan = propagate"),
    _gradient("sign_grad", "clip = 1.0", types=EVERY_TYPE, is_in_quick=True),
    _gradient("sign_grad.unclipped", vectors={}),
    _forward("approx_sign", vectors={}),
    _gradient("approx_sign_grad", vectors={}, types=EVERY_TYPE, is_in_quick=True),
    _forward("swish_sign", vectors={"beta": 5.0}),
    _gradient(
        "swish_sign_grad",
        vectors={"beta": 5.0},
        allowance=Allowance(epsilons_of_g=5.0 * 8),
        types=EVERY_TYPE,
    ),
    _forward("ste_heaviside", vectors={"low": 0.0}),
    _forward(
        "ste_heaviside.low",
        "low = -1.0 clip = 1.0",
        vectors={"low": -1.0, "clip": 1.0},
    ),
    _gradient("ste_heaviside_grad", "clip = 1.0", vectors={"low": -1.0, "clip": 1.0}),
    _forward("input_dorefa.1", "bits = 1", vectors={"bits": 1}),
    _forward(
        "input_dorefa.2",
        "bits = 2",
        vectors={"bits": 2},
        types=EVERY_TYPE,
        is_in_quick=True,
    ),
    _forward("input_dorefa.8", "bits = 8", vectors={"bits": 8}),
    _gradient("input_dorefa_grad", vectors={"bits": 2}),
    _gradient("input_dorefa_grad.window", "grad = window"),
    _forward(
        "weight_dorefa.1",
        "bits = 1",
        vectors={"bits": 1, "grad": "identity"},
        allowance=_levels(1),
        reduces=True,
    ),
    _forward(
        "weight_dorefa.2",
        "bits = 2",
        vectors={"bits": 2, "grad": "identity"},
        allowance=_levels(2),
        reduces=True,
        types=EVERY_TYPE,
    ),
    _forward(
        "weight_dorefa.8",
        "bits = 8",
        vectors={"bits": 8, "grad": "identity"},
        allowance=_levels(8),
        reduces=True,
    ),
    _gradient(
        "weight_dorefa_grad",
        vectors={"bits": 2, "grad": "identity"},
    ),
    _gradient("weight_dorefa_grad.zero", "grad = zero"),
    _gradient(
        "weight_dorefa_grad.tanh",
        "grad = tanh",
        # 12, times 1 / max abs tanh w, which in the suite's data is close to 1.
        allowance=Allowance(epsilons_of_g=13),
        reduces=True,
    ),
    Kernel(
        "min_max",
        "x",
        "ys",
        "%y, %s = quant_bnn.min_max %x bits = 8 : tensor<?xTYPE>",
        reduces=True,
        types=EVERY_TYPE,
        vectors=("min_max", {"bits": 8}, "y"),
        is_in_quick=True,
    ),
    Kernel(
        "min_max_unrounded",
        "x",
        "ys",
        "%y, %s = quant_bnn.min_max %x bits = 2 unrounded : tensor<?xTYPE>",
        reduces=True,
    ),
    Kernel(
        "min_max_grad", "ga", "y", "%y = quant_bnn.min_max_grad %a, %g : tensor<?xTYPE>"
    ),
    _pact("pact_signed_level", ""),
    _pact("pact_signed_value", "form = value"),
    _pact("pact_unsigned_level", "mode = unsigned"),
    _pact(
        "pact_unsigned_value",
        "mode = unsigned form = value",
        vectors=("pact_unsigned", {"bits": 4}, "y"),
    ),
    _pact("pact_unrounded", "grad = compat unrounded"),
    _pact_gradient("pact_grad_signed_level", ""),
    _pact_gradient("pact_grad_signed_value", "form = value"),
    _pact_gradient("pact_grad_unsigned_level", "mode = unsigned"),
    _pact_gradient(
        "pact_grad_unsigned_value",
        "mode = unsigned form = value",
        vectors=("pact_unsigned", {"bits": 4}, "dx"),
        types=EVERY_TYPE,
        is_in_quick=True,
    ),
    _pact_gradient(
        "pact_grad_compat",
        "grad = compat",
        vectors=("pact", {"bits": 4, "signed": True}, "dx"),
    ),
    Kernel("dequantize", "xa", "y", "%y = quant_bnn.dequantize %x, %a : tensor<?xTYPE>"),
    Kernel(
        "dequantize_grad",
        "xga",
        "ys",
        "%y, %s = quant_bnn.dequantize_grad %x, %a, %g : tensor<?xTYPE>",
    ),
    Kernel(
        "pack", "x", "b", "%b = quant_bnn.pack %x : tensor<?xTYPE> to " + PACKED
    ),
) + tuple(
    _forward(
        f"qactivation.{name}",
        f'quantizer = "{name}" threshold = 1.0 {attributes}',
        vectors={"quantizer": name, "threshold": 1.0, **values},
    )
    for name, attributes, values in (
        ("sign", "", {}),
        ("approx_sign", "", {}),
        ("swish_sign", "beta = 5.0", {"beta": 5.0}),
        ("input_dorefa", "bits = 2", {"bits": 2}),
    )
)


# ----------------------------------------------------------------------------
# MLIR
# ----------------------------------------------------------------------------


def _wide(element):
    return "f32" if element in NARROW else element


def _argument(letter, element):
    if letter == "a":
        return f"%a_wide: {_wide(element)}"
    return f"%{letter}: {PACKED}" if letter == "b" else f"%{letter}: tensor<?x{element}>"


def _result(letter, element):
    tensors = {"y": f"tensor<?x{element}>", "b": PACKED}
    return tensors.get(letter, _wide(element))


def _body(kernel, element):
    wide = _wide(element)
    is_narrow = wide != element
    values = {letter: f"%{letter}" for letter in kernel.results}
    lines = []
    if "a" in kernel.operands and is_narrow:
        lines.append(f"%a = arith.truncf %a_wide : {wide} to {element}")
    op = kernel.op if is_narrow else kernel.op.replace("%a ", "%a_wide ").replace(
        "%a,", "%a_wide,"
    )
    lines.append(op.replace("TYPE", element))
    if "s" in kernel.results and is_narrow:
        lines.append(f"%s_wide = arith.extf %s : {element} to {wide}")
        values["s"] = "%s_wide"
    types = ", ".join(_result(letter, element) for letter in kernel.results)
    lines.append(f"return {', '.join(values[r] for r in kernel.results)} : {types}")
    return lines


def _mlir(kernel, element, name):
    arguments = ", ".join(_argument(letter, element) for letter in kernel.operands)
    results = ", ".join(_result(letter, element) for letter in kernel.results)
    body = "\n".join("  " + line for line in _body(kernel, element))
    return f"func.func @{name}({arguments}) -> ({results}) {{\n{body}\n}}\n"


def _module(kernel, element):
    allowance = kernel.allowance
    is_exact = allowance == Allowance()
    function = Function(
        name=f"{kernel.name}_{element}",
        kernel=kernel.name,
        type=element,
        operands=kernel.operands,
        results=kernel.results,
        reduces=kernel.reduces,
        absolute=allowance.absolute,
        times_g=allowance.epsilons_of_g * EPSILON[element],
        # Half a unit each, by the rounding of a value that is off.
        ulps=1 if element in NARROW and not is_exact else 0,
    )
    return Module(function.name, _mlir(kernel, element, function.name), (function,))


def _saved_activation(element):
    """QActivation(sign, 1.0) with the bits that its gradient needs saved."""
    name = f"saved_{element}"
    text = (
        f"func.func @{name}(%x: tensor<?x{element}>) -> tensor<?x{element}> {{\n"
        '  %y = quant_bnn.qactivation %x quantizer = "sign" threshold = 1.0'
        f" : tensor<?x{element}>\n"
        f"  return %y : tensor<?x{element}>\n}}\n"
    )
    exact = dict(type=element, reduces=False, absolute=0.0, times_g=0.0, ulps=0)
    functions = (
        Function(f"{name}_fwd", "saved_fwd", operands="x", results="yb", **exact),
        Function(f"{name}_bwd", "saved_bwd", operands="bg", results="y", **exact),
    )
    passes = (
        f"--quant-bnn-differentiate=functions={name}",
        "--quant-bnn-compress-residuals",
    )
    return Module(name, text, functions, passes)


def list_modules(is_quick):
    kernels = [kernel for kernel in KERNELS if kernel.is_in_quick or not is_quick]
    types = ("bf16", "f32") if is_quick else EVERY_TYPE
    modules = [
        _module(kernel, element)
        for kernel in kernels
        for element in kernel.types
        if element in types
    ]
    activations = ("f32",) if is_quick else ("bf16", "f32")
    return modules + [_saved_activation(element) for element in activations]


def find_vectors(kernel, vectors):
    """Those of the conformance vectors `vectors` that are outputs of `kernel`."""
    if kernel.vectors is None:
        return
    op, attributes, field = kernel.vectors
    for vector in vectors:
        given = dict(vector.get("attrs", {}))
        alpha = given.pop("alpha", None)
        if vector["op"] == op and given == attributes and field in vector:
            yield {
                "function": f"{kernel.name}_f32",
                "source": vector["source"],
                "x": vector["x"],
                "g": vector.get("g"),
                "a": alpha,
                "expected": vector[field],
            }
