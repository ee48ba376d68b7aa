"""The gradients of bitorch's LeNet.

    bitorch_lenet.py reference > bitorch-lenet-reference.txt
    bitorch_lenet.py check MODULE.mlir bitorch-lenet-reference.txt

`reference` needs torch and bitorch (2.13.0 and 0.4.1 wrote the file): a name and
the elements of the loss and of each gradient, in double precision, of a LeNet
with few channels in training. `check` runs @loss_vjp of the module on the same
inputs, in single precision, and compares each gradient to 1e-5 of its largest
element. That of the bias `b10` is 0, since a batch norm follows, so it is
compared to 1e-5 of the largest of its layer.

Inputs are in the layout of examples/lenet: images NHWC, filters HWIO, matrices
in x out. They are made by a formula, so that both make the same.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "Inputs"))

BATCH, CHANNELS, HIDDEN, CLASSES = 4, 4, 7, 10
IMAGES = (BATCH, 28, 28, 1)
# Name, shape, bounds.
PARAMETERS = [
    ("w0", (5, 5, 1, CHANNELS), -1.0, 1.0),
    ("b0", (CHANNELS,), -0.5, 0.5),
    ("w3", (CHANNELS,), 0.5, 1.5),
    ("b3", (CHANNELS,), -0.5, 0.5),
    ("w4", (5, 5, CHANNELS, CHANNELS), -1.5, 1.5),
    ("w5", (CHANNELS,), 0.5, 1.5),
    ("b5", (CHANNELS,), -1.5, -0.5),
    ("w10", (16 * CHANNELS, HIDDEN), -1.5, 1.5),
    ("b10", (HIDDEN,), -0.5, 0.5),
    ("w11", (HIDDEN,), 0.5, 1.5),
    ("b11", (HIDDEN,), -0.5, 0.5),
    ("w13", (HIDDEN, CLASSES), -1.0, 1.0),
    ("b13", (CLASSES,), -0.5, 0.5),
]
LABELS = [3, 0, 9, 4]


def elements(seed, shape, low, high):
    """Multiples of 2^-20 in the interval, exact in single precision."""
    count = 1
    for extent in shape:
        count *= extent
    state = seed * 7919 + 12345
    values = []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        fraction = (state >> 44) / 2**20
        values.append(round((low + (high - low) * fraction) * 2**20) / 2**20)
    return values


def inputs():
    """The images and each parameter, by name: a shape and elements."""
    all_inputs = {"images": (IMAGES, elements(0, IMAGES, -1.0, 1.0))}
    for seed, (name, shape, low, high) in enumerate(PARAMETERS, 1):
        all_inputs[name] = (shape, elements(seed, shape, low, high))
    return all_inputs


def reference():
    import torch
    from bitorch.models import LeNet

    class SmallLeNet(LeNet):
        num_channels_conv = CHANNELS
        num_fc = HIDDEN

    # From a layout to that of torch.
    def to_torch(name, tensor):
        if tensor.dim() == 4:
            return tensor.permute(0, 3, 1, 2) if name == "images" else tensor.permute(3, 2, 0, 1)
        if name == "w10":  # Flattened from CHW there, from HWC here.
            return tensor.reshape(4, 4, CHANNELS, HIDDEN).permute(3, 2, 0, 1).flatten(1)
        return tensor.T if tensor.dim() == 2 else tensor

    model = SmallLeNet([BATCH, 1, 28, 28], CLASSES, 0).double().train()
    tensors = {
        name: torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()
        for name, (shape, values) in inputs().items()
    }
    parameters = {}
    for path, _ in model.named_parameters():  # _model.10.weight
        _, layer, kind = path.split(".")
        name = kind[0] + layer
        parameters[path] = to_torch(name, tensors[name])
    # A sign of almost 0 may be another in single precision.
    for module in model.modules():
        if type(module).__name__ == "QActivation":
            module.register_forward_hook(
                lambda module, given, _: print(
                    f"smallest {given[0].abs().min().item():.1e}, threshold "
                    f"{module.gradient_cancellation_threshold}",
                    file=sys.stderr,
                )
            )
    images = to_torch("images", tensors["images"])
    logits = torch.func.functional_call(model, parameters, (images,))
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(LABELS))
    loss.backward()
    print("loss", f"{loss.item():.9g}")
    for name, *_ in PARAMETERS:
        print(name, *(f"{x:.9g}" for x in tensors[name].grad.flatten().tolist()))


def check(module, reference_file):
    import npy

    expected = {}
    for line in open(reference_file):
        name, *values = line.split()
        expected[name] = [float(value) for value in values]
    with tempfile.TemporaryDirectory() as folder:

        def write(name, kind, shape, values):
            path = os.path.join(folder, name + ".npy")
            shape_text = f"[{','.join(map(str, shape))}]"
            npy.save(path, npy.parse_array(kind, shape_text, list(map(str, values))))
            return f"--arg={path}"

        named = inputs()
        command = ["bnn-runner", module, "--entry=loss_vjp"]
        command.append(write("images", "f32", *named["images"]))
        command.append(write("labels", "i32", [BATCH], LABELS))
        command += [write(name, "f32", *named[name]) for name, *_ in PARAMETERS]
        command.append(write("cotangent", "f32", [], [1.0]))
        results = ["loss", *(name for name, *_ in PARAMETERS)]
        command += [f"--result={folder}/d{name}.npy" for name in results]
        subprocess.run(command, check=True)
        actual = {}
        for name in results:
            data = npy.load(f"{folder}/d{name}.npy")
            actual[name] = [data.value(i) for i in range(len(data.bits))]
    failures = 0
    for name, values in expected.items():
        scale = max(map(abs, expected["w10" if name == "b10" else name]))
        error = max(abs(a - e) for a, e in zip(actual[name], values)) / scale
        print(f"{name}: {error:.1e}")
        # A NaN fails.
        failures += not error <= 1e-5 or len(actual[name]) != len(values)
    print(f"{len(expected) - 1} gradients, {failures} failures")
    return failures != 0


if __name__ == "__main__":
    sys.exit(reference() if sys.argv[1] == "reference" else check(*sys.argv[2:]))
