"""Quantizers and compiled functions in JAX, against XLA."""

import pytest

jax = pytest.importorskip("jax")
pytest.importorskip("torch_mlir")
pytest.importorskip("jax_tvm_ffi")

import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from jax import lax  # noqa: E402

import quant_bnn  # noqa: E402
import quant_bnn.jax as qb  # noqa: E402

TYPES = ["float16", "bfloat16", "float32", "float64"]


@pytest.fixture(autouse=True)
def with_64_bits():
    with jax.enable_x64(True):
        yield


def compile_plainly(function, *arguments):
    """Compiles without passes that reorder sums."""
    return qb.compile(function, *arguments, passes="", opt_level=1)


def make_inputs(dtype):
    """All numbers of 16 bits; boundaries and random ones of other types."""
    dtype = jnp.dtype(dtype)
    random = np.random.default_rng(0)
    if dtype.itemsize == 2:
        x = np.arange(1 << 16, dtype=np.uint16).view(dtype)
    else:
        tiny = jnp.finfo(dtype).smallest_subnormal
        edges = [0.0, 0.25, 0.5, 1 / 3, 2 / 3, 1.0, 1.5, np.inf, tiny, TINY, 1e30]
        edges = np.array(edges, dtype)
        near = [np.nextafter(edges, dtype.type(s)) for s in (-np.inf, np.inf)]
        x = np.concatenate([edges, *near, random.normal(size=1000) * 2]).astype(dtype)
        x = np.concatenate([x, -x, np.array([np.nan], dtype)])
    g = random.normal(size=x.shape).astype(dtype)
    return x, g


def differentiate(function, x, g):
    y, pull = jax.vjp(function, x)
    return y, *pull(g)


TINY = 2e-40

ELEMENTWISE = {
    "sign-clip-zero": (lambda x: qb.sign(x, clip=-0.0), True),
    "gradient_cancellation-tiny": (lambda x: qb.gradient_cancellation(x, TINY), True),
    "sign": (qb.sign, True),
    "sign-clip": (lambda x: qb.sign(x, clip=0.7, nan="negative"), True),
    "sign-zero": (lambda x: qb.sign(x, zero="zero", nan="zero"), True),
    "sign-nan": (lambda x: qb.sign(x, zero="negative", nan="propagate"), True),
    "approx_sign": (qb.approx_sign, True),
    "swish_sign": (qb.swish_sign, False),
    "ste_heaviside": (lambda x: qb.ste_heaviside(x, -1, clip=1), True),
    "ste_heaviside-open": (qb.ste_heaviside, True),
    "gradient_cancellation": (lambda x: qb.gradient_cancellation(x, 1.5), True),
    "qactivation": (qb.qactivation, True),
    "straight_through": (lambda x: qb.straight_through(jnp.round(x), x, 2.5), True),
    "input_dorefa": (lambda x: qb.input_dorefa(x, 1), True),
    "input_dorefa-window": (lambda x: qb.input_dorefa(x, 3, "window"), True),
}


def check(actual, expected, is_exact, g=None):
    actual, expected = (np.asarray(a).astype(np.float64) for a in (actual, expected))
    if is_exact:
        np.testing.assert_array_equal(actual, expected)
    else:
        tolerance = 1e-5 if g is None else 16 * jnp.finfo(g.dtype).eps
        np.testing.assert_allclose(actual, expected, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("dtype", TYPES)
def test_elementwise(dtype):
    x, g = make_inputs(dtype)

    def quantize_all(x, g):
        return {
            name: differentiate(function, x, g)
            for name, (function, _) in ELEMENTWISE.items()
        }

    expected = jax.jit(quantize_all)(x, g)
    actual = compile_plainly(quantize_all, x, g)(x, g)
    for name, (_, is_exact) in ELEMENTWISE.items():
        y, dx = actual[name]
        assert y.dtype == dx.dtype == x.dtype
        check(y, expected[name][0], True)
        check(dx, expected[name][1], is_exact, g)


REDUCING = [
    lambda x: (qb.weight_dorefa(x, 2),),
    lambda x: (qb.weight_dorefa(x, 3, "tanh"),),
    lambda x: (qb.weight_dorefa(x, 1, "zero"),),
    lambda x: qb.min_max(x, 8),
    lambda x: qb.min_max(x, 4, unrounded=True),
    lambda x: (qb.dequantize(*qb.min_max(x, 5)),),
]


@pytest.mark.parametrize("dtype", TYPES)
def test_reducing(dtype):
    random = np.random.default_rng(1)
    values = random.normal(size=(3, 50))
    g = jnp.array(random.normal(size=(3, 50)), dtype)

    def quantize(function, x, g):
        results, pull = jax.vjp(lambda x: function(x), x)
        return *results, *pull((g, *map(jnp.zeros_like, results[1:])))

    def quantize_all(x, g):
        return [quantize(function, x, g) for function in REDUCING]

    compiled = compile_plainly(quantize_all, g, g)
    for x in (values, np.zeros((3, 50)), np.where(values > 2, np.nan, values)):
        x = jnp.array(x, dtype)
        actual, expected = compiled(x, g), jax.jit(quantize_all)(x, g)
        for a, e in zip(jax.tree.leaves(actual), jax.tree.leaves(expected)):
            check(a, e, False, g)


@pytest.mark.parametrize(
    "mode, form, grad",
    [
        ("signed", "level", "full"),
        ("signed", "value", "full"),
        ("signed", "level", "compat"),
        ("unsigned", "level", "full"),
        ("unsigned", "value", "full"),
    ],
)
def test_pact(mode, form, grad):
    x, g = make_inputs("float32")
    x = x[np.isfinite(x)]
    g, gs = g[: len(x)], np.float32(0.3)

    def both(x, alpha, g, gs):
        def quantize(x, alpha):
            return qb.pact(x, alpha, 4, mode, form, grad)

        results, pull = jax.vjp(quantize, x, alpha)
        return *results, *pull((g, gs))

    compiled = compile_plainly(both, x, gs, g, gs)
    for alpha in np.array([1.5, 0.0, -1.0, 1e-3, np.nan], np.float32):
        expected, actual = jax.jit(both)(x, alpha, g, gs), compiled(x, alpha, g, gs)
        for a, e in zip(actual[:3], expected[:3]):
            check(a, e, False, g)
        # A sum of terms, in another order.
        scale = max(abs(float(expected[3])), 1)
        check(actual[3] / scale, expected[3] / scale, False)


def test_batched():
    x = jnp.array(np.random.default_rng(2).normal(size=(4, 6)), jnp.float32)
    for function in (
        qb.sign,
        lambda x: qb.weight_dorefa(x, 2, "tanh"),
        lambda x: qb.dequantize(*qb.min_max(x, 4)),
        lambda x: qb.pact(x, x[0], 3)[0],
    ):
        both = jax.value_and_grad(lambda x: jnp.sum(x * function(x)))
        rows = [jnp.stack(r) for r in zip(*map(jax.jit(both), x))]
        for actual, expected in zip(jax.jit(jax.vmap(both))(x), rows):
            np.testing.assert_allclose(actual, expected, rtol=1e-6)


def test_batched_export():
    x = jnp.ones((4, 6), jnp.float32)
    assert qb.export(jax.vmap(qb.sign), x).count("quant_bnn.sign") == 1
    # A loop over the rows, each of which has its scale.
    with pytest.raises(qb.UnsupportedFunctionError, match="stablehlo.while"):
        qb.export(jax.vmap(lambda x: qb.weight_dorefa(x, 2)), x)


def test_refused_arguments():
    x = jnp.ones(3)
    for message, function in (
        ("is an array of floats, but has the type int", lambda: qb.sign(jnp.arange(3))),
        ("clip is at least 0, but is -1", lambda: qb.sign(x, clip=-1)),
        (
            "threshold is at least 0, but is None",
            lambda: qb.qactivation(x, threshold=None),
        ),
        ("low is 0 or -1, but is 0.5", lambda: qb.ste_heaviside(x, 0.5)),
        (
            "beta is positive and finite, but is 1e\\+300",
            lambda: qb.swish_sign(x.astype("float32"), 1e300),
        ),
        ("cannot be interpreted as an integer", lambda: qb.input_dorefa(x, 2.5)),
        ("clip is at least 0, but is nan", lambda: qb.sign(x, clip=np.nan)),
        ("expected one of .*, but got 'one'", lambda: qb.sign(x, zero="one")),
        ("nan='zero' requires zero='zero'", lambda: qb.sign(x, nan="zero")),
        ("beta is positive and finite, but is 0", lambda: qb.swish_sign(x, 0)),
        ("bits are from 1 to 24 for float64, but are 0", lambda: qb.input_dorefa(x, 0)),
        (
            "bits are from 1 to 8 for bfloat16, but are 9",
            lambda: qb.weight_dorefa(x.astype("bfloat16"), 9),
        ),
        ("bits are from 2 to 24", lambda: qb.min_max(x, 1)),
        ("alpha is a number, but has the shape", lambda: qb.pact(x, x, 4)),
        (
            "grad='compat' requires form='level'",
            lambda: qb.pact(x, 1.0, 4, form="value", grad="compat"),
        ),
        ("q and x have one type and one shape", lambda: qb.straight_through(x[:2], x)),
    ):
        with pytest.raises((TypeError, ValueError), match=message):
            function()


def test_no_gradient_of_a_gradient():
    with pytest.raises(Exception, match="composite"):
        jax.grad(jax.grad(lambda x: qb.approx_sign(x) * x))(0.5)
    with pytest.raises(TypeError, match="forward-mode"):
        jax.jvp(qb.approx_sign, (0.5,), (1.0,))


# ---------------------------------------------------------------------------
# Networks
# ---------------------------------------------------------------------------


def make_mlp():
    random = np.random.default_rng(3)

    def draw(*shape):
        return jnp.array(random.normal(size=shape), jnp.float32)

    weights = {
        "first": draw(16, 64) / 4,
        "layers": [
            {"w": draw(64, 64), "scale": draw(64) / 8, "shift": draw(64)}
            for _ in range(2)
        ],
        "last": draw(64, 10) / 8,
    }

    def network(weights, x):
        h = jnp.tanh(x @ weights["first"])
        for layer in weights["layers"]:
            h = qb.sign(h, clip=1.0) @ qb.approx_sign(layer["w"])
            h = h * layer["scale"] + layer["shift"]
        return qb.sign(h, clip=1.0) @ weights["last"]

    return network, weights, draw(8, 16)


def make_loss_of_classes(network):
    def loss(weights, x, labels):
        logits = jax.nn.log_softmax(network(weights, x))
        return -jnp.mean(jnp.sum(logits * jax.nn.one_hot(labels, 10), axis=1))

    return loss


def check_trees(actual, expected, tolerance=1e-5):
    def check_leaf(a, e):
        assert a.dtype == e.dtype and a.shape == e.shape
        a, e = np.asarray(a, np.float64), np.asarray(e, np.float64)
        largest = np.abs(e).max() or 1
        np.testing.assert_allclose(a / largest, e / largest, atol=tolerance)

    jax.tree.map(check_leaf, actual, expected)


def test_inference():
    network, weights, x = make_mlp()
    compiled = qb.compile(lambda x: network(weights, x), x)
    check_trees(compiled(x), network(weights, x))
    report = compiled.report()
    assert report.count("xnor_matmul") == 2, report
    assert "thresholds: 1 folded, 0 not" in report
    assert "equal classes: 8 of 8" in report
    # Within another function.
    doubled = jax.jit(lambda x: 2 * compiled(x))(x)
    np.testing.assert_array_equal(doubled, 2 * compiled(x))


def test_training_step():
    network, weights, x = make_mlp()
    labels = jnp.arange(8, dtype=jnp.int32)
    gradient = jax.value_and_grad(make_loss_of_classes(network))
    step = qb.compile(gradient, weights, x, labels, opt_level=1)
    check_trees(step(weights, x, labels), jax.jit(gradient)(weights, x, labels))


def make_cnn(padding, window, strides):
    random = np.random.default_rng(4)
    layout = ("NHWC", "HWIO", "NHWC")
    weights = [
        jnp.array(random.normal(size=shape), jnp.float32)
        for shape in ((3, 3, 3, 16), (3, 3, 16, 16), (16, 10))
    ]

    def network(weights, x):
        first, second, last = weights
        h = lax.conv_general_dilated(
            x, first, (1, 1), padding, dimension_numbers=layout
        )
        h = qb.sign(h, clip=4.0)
        # Of signs, many are equal.
        h = lax.reduce_window(
            h, -jnp.inf, lax.max, (1, *window, 1), (1, *strides, 1), padding
        )
        h = lax.conv_general_dilated(
            h, qb.sign(second), (1, 1), "VALID", dimension_numbers=layout
        )
        return jnp.mean(qb.sign(h / 10, clip=1.0), axis=(1, 2)) @ last

    x = jnp.array(random.normal(size=(2, 11, 12, 3)), jnp.float32)
    return network, weights, x


def test_gradient_of_no_windows():
    def pool(x):
        return jnp.sum(lax.reduce_window(x, -jnp.inf, lax.max, (3,), (2,), "VALID"))

    x = jnp.ones(2)
    np.testing.assert_array_equal(compile_plainly(jax.grad(pool), x)(x), [0, 0])


@pytest.mark.parametrize(
    "padding, window, strides",
    [("VALID", (2, 2), (2, 2)), ("SAME", (3, 2), (2, 1))],
)
def test_convolutions(padding, window, strides):
    network, weights, x = make_cnn(padding, window, strides)
    compiled = qb.compile(lambda x: network(weights, x), x)
    check_trees(compiled(x), network(weights, x))
    if padding == "VALID":
        # The border of a max pool is -inf, which is no sign.
        assert compiled.report().count("xnor_conv_2d") == 1
    labels = jnp.array([1, 7], jnp.int32)
    gradient = jax.value_and_grad(make_loss_of_classes(network))
    step = qb.compile(gradient, weights, x, labels, opt_level=1)
    check_trees(step(weights, x, labels), jax.jit(gradient)(weights, x, labels))


# ---------------------------------------------------------------------------
# Functions
# ---------------------------------------------------------------------------


def test_functions():
    def compute(x):
        inside = jnp.clip(x, -0.9, 0.9)
        functions = [jnp.square, lax.erf, lax.erfc, jnp.sinh, jnp.cosh, jnp.tan]
        functions += [jnp.arctan, jnp.arcsinh, jnp.log1p, jnp.expm1, jnp.cbrt]
        functions += [jnp.sign, jnp.round, jax.nn.softmax, jnp.var, jnp.argmax]
        results = [f(jnp.abs(x)) for f in functions]
        results += [f(inside) for f in (jnp.arcsin, jnp.arccos, jnp.arctanh)]
        results += [jnp.arccosh(1 + jnp.abs(x)), jax.nn.gelu(x, approximate=False)]
        return [*results, x[::-1], x[jnp.array([2, 0])]]

    x = jnp.linspace(-3, 3, 20, dtype=jnp.float32)
    check_trees(compile_plainly(compute, x)(x), compute(x), 1e-6)


@pytest.mark.parametrize("source", ["float16", "bfloat16", "float32", "float64"])
def test_conversions_to_integers(source):
    numbers = [0.0, -0.9, 1.9, 300.0, -300.0, 3e9, -3e9, 1e30, np.inf, -np.inf, np.nan]
    x = jnp.array(numbers, source)

    def convert(x):
        names = ["int8", "uint8", "int16", "int32", "uint32", "int64"]
        return [x.astype(name) for name in names]

    actual, expected = compile_plainly(convert, x)(x), jax.jit(convert)(x)
    jax.tree.map(np.testing.assert_array_equal, actual, expected)


def test_signs_of_nan():
    x = jnp.array([np.nan, -2.0, 0.0, 3.0], jnp.float32)
    np.testing.assert_array_equal(qb.compile(jnp.sign, x)(x), jnp.sign(x))


def test_remat():
    x = jnp.arange(3, dtype=jnp.float32)
    gradient = jax.grad(jax.checkpoint(lambda x: jnp.sum(jnp.sin(qb.sign(x, 1.5) * x))))
    check_trees(compile_plainly(gradient, x)(x), gradient(x))


def test_reports():
    x = jnp.ones((2, 3), jnp.bfloat16)
    report = compile_plainly(lambda x: (2 * x, x > 0, x[:0]), x).report()
    assert report.endswith("largest difference to JAX: 0\nequal classes: 2 of 2\n")
    report = compile_plainly(lambda x: {"a": x, "b": x[0]}, x).report()
    assert report.endswith("largest difference to JAX: 0\n")


def test_types():
    def function(arguments):
        flags, bytes_, count, empty = arguments
        return {
            "flags": ~flags,
            "bytes": bytes_ + bytes_,
            "larger": bytes_ > 100,
            "count": count * 3,
            "empty": empty + 1,
        }

    arguments = (
        jnp.array([True, False, True]),
        jnp.array([0, 100, 127, 200, 255], jnp.uint8),
        jnp.array(-7, jnp.int64),
        jnp.zeros((0, 3), jnp.float32),
    )
    compiled = compile_plainly(function, arguments)
    jax.tree.map(
        np.testing.assert_array_equal, compiled(arguments), function(arguments)
    )


def test_wrong_arguments():
    compiled = compile_plainly(lambda x, w: x + w["a"], jnp.ones(3), {"a": jnp.ones(3)})
    with pytest.raises(TypeError, match="expected arguments PyTreeDef"):
        compiled(jnp.ones(3), [jnp.ones(3)])
    with pytest.raises(TypeError, match=r"expected float64\[3\], got float64\[4\]"):
        compiled(jnp.ones(4), {"a": jnp.ones(3)})
    with pytest.raises(TypeError, match=r"expected float64\[3\], got int64\[3\]"):
        compiled(jnp.arange(3), {"a": jnp.ones(3)})
    double = compile_plainly(lambda x: 2 * x, jnp.int32(1))
    assert double(4) == 8
    with pytest.raises(TypeError, match=r"expected int32\[\], got float64\[\]"):
        double(4.5)
    rows = jnp.arange(6.0).reshape(2, 3)
    batched = jax.vmap(lambda x: compiled(x, {"a": x}))(rows)
    np.testing.assert_array_equal(batched, 2 * rows)
    with pytest.raises(Exception, match="cannot be differentiated"):
        jax.grad(lambda x: compiled(x, {"a": x}).sum())(jnp.ones(3))


def test_ffi_call():
    library = quant_bnn.compile("""
      func.func @scale(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xf32> {
        %e = tensor.extract %s[] : tensor<f32>
        %c0 = arith.constant 0 : index
        %n = tensor.dim %x, %c0 : tensor<?xf32>
        %scales = tensor.splat %e[%n] : tensor<?xf32>
        %y = arith.mulf %x, %scales : tensor<?xf32>
        return %y : tensor<?xf32>
      }""")
    x = jnp.arange(5, dtype=jnp.float32)
    call = qb.ffi_call(library, "scale", jax.ShapeDtypeStruct((5,), jnp.float32))
    result = jax.jit(lambda x: call(x, x[3]) + 1)(x)
    np.testing.assert_array_equal(result, 3 * x + 1)
    with pytest.raises(
        Exception, match=r"scale: expected float32 \[\?\].* got float64"
    ):
        jax.block_until_ready(call(x.astype(jnp.float64), x[3]))
    with pytest.raises(KeyError, match="forward"):
        qb.ffi_call(library, "forward", x)


def test_unsupported():
    def function(x):
        return jnp.sort(x)

    line = function.__code__.co_firstlineno + 1
    message = rf"test_jax.py:{line}:\d+: error: stablehlo.sort is not lowered"
    with pytest.raises(qb.UnsupportedFunctionError, match=message):
        qb.export(function, jnp.ones(3))
    mesh = jax.sharding.Mesh(jax.devices(), ("i",))
    place = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("i"))
    message = r"test_jax.py:\d+:\d+: error: sdy.sharding_constraint is not imported"
    with pytest.raises(qb.UnsupportedFunctionError, match=message):
        qb.export(lambda x: lax.with_sharding_constraint(x, place), jnp.ones(3))
    x = jnp.ones((2, 2), jnp.uint8)
    for name, function in (
        ("rng is not imported", lambda x: lax.rng_uniform(0.0, 1.0, (3,))),
        ("custom_call is not imported", lambda x: jax.debug.print("{}", x)),
        (
            "dot_general of unsigned numbers has a wider result",
            lambda x: jnp.matmul(x, x, preferred_element_type=jnp.int32),
        ),
    ):
        message = rf"test_jax.py:\d+:\d+: error: stablehlo.{name}"
        with pytest.raises(qb.UnsupportedFunctionError, match=message):
            qb.export(function, x)
    message = r"the argument\[0\]\['key'\] is a random key"
    with pytest.raises(qb.UnsupportedFunctionError, match=message):
        qb.export(lambda x: x["a"], {"a": jnp.ones(3), "key": jax.random.key(0)})
