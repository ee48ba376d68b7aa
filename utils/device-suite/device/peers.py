"""The same in PyTorch: the quantized activation as its users write it."""


def find_torch():
    """PyTorch, where it has a device, or why not."""
    try:
        import torch
    except ImportError:
        return None, "there is no torch"
    if not torch.cuda.is_available():
        return None, "torch finds no device"
    return torch, None


def on_stream(torch, address, work):
    """`work` in the stream at `address`, which is not PyTorch's."""
    stream = torch.cuda.ExternalStream(address)

    def call():
        with torch.cuda.stream(stream):
            return work()

    return call


def make_copy(torch, size, stream):
    x = torch.zeros(size, dtype=torch.uint8, device="cuda")
    y = torch.empty_like(x)
    return on_stream(torch, stream, lambda: y.copy_(x))


def make_tensors(torch, kind, count):
    """What ours and PyTorch read, x and g, and what ours writes."""
    dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[kind]
    tensors = {
        letter: torch.empty(count, dtype=dtype, device="cuda").uniform_(-2, 2)
        for letter in "xgyd"
    }
    bits = torch.zeros((count + 7) // 8, dtype=torch.uint8, device="cuda")
    torch.cuda.synchronize()
    return {**tensors, "b": bits}


def make_activation(torch):
    """A sign whose gradient is cut where abs x > 1, of two autograd functions."""

    class Cancellation(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.view_as(x)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return torch.where(x.abs() <= 1, g, 0.0)

    class Sign(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = torch.sign(x)
            return torch.where(y == 0, 1.0, y)

        @staticmethod
        def backward(ctx, g):
            return g

    return lambda x: Sign.apply(Cancellation.apply(x))


def make_steps(torch, tensors, stream):
    """A forward and backward pass, by PyTorch's calls and by its compiler."""
    leaf = tensors["x"].detach().requires_grad_()
    activation = make_activation(torch)

    def make_step(apply):
        def step():
            leaf.grad = None
            apply(leaf).backward(tensors["g"])
            return leaf.grad

        return on_stream(torch, stream, step)

    compiled = torch.compile(activation)
    return {"eager": make_step(activation), "compile": make_step(compiled)}
