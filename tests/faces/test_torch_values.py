"""Through bncore.torch come the core's bits, in torch's memory and in the layout of the input."""

import numpy
import pytest
from judge import EPS, problem
from layouts import bits

import bncore

torch = pytest.importorskip("torch")
import bncore.torch  # noqa: E402
from bncore.torch import operators  # noqa: E402

pytestmark = pytest.mark.peers

LAYOUTS = {
    "contiguous": lambda t: t.contiguous(),
    "channels-last": lambda t: t.contiguous(memory_format=torch.channels_last),
    "samples last": lambda t: t.permute(1, 2, 3, 0).contiguous().permute(3, 0, 1, 2),
    "every other": lambda t: t.repeat_interleave(2, dim=3)[..., ::2],
    "cropped": lambda t: torch.nn.functional.pad(t, (1, 2, 3, 1))[..., 3:-1, 1:-2],
    "broadcast": lambda t: t[:1].expand_as(t),
}


def of(p):
    """The arrays of a problem as tensors."""
    names = "x", "dy", "gamma", "beta", "mean", "var"
    return [torch.from_numpy(numpy.array(getattr(p, name), p.x.dtype)) for name in names]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_training_has_the_bits_of_the_core(layout, dtype):
    x, dy, gamma, beta, _, _ = of(problem((5, 7, 6, 3), 1, dtype))
    x = LAYOUTS[layout](x)
    y, stats = bncore.forward(x.numpy(), gamma.numpy(), beta.numpy(), eps=EPS)
    dx, dgamma, dbeta = bncore.backward(dy.numpy(), x.numpy(), gamma.numpy(), stats)
    operands = [each.requires_grad_() for each in (x, gamma, beta)]
    got = bncore.torch.batch_norm(x, None, None, gamma, beta, True, eps=EPS)
    assert bits(got.detach().numpy()) == bits(y)
    if layout not in ("every other", "cropped", "broadcast"):
        assert got.stride() == x.stride()
    found = torch.autograd.grad(got, operands, dy)
    assert [bits(each.numpy()) for each in found] == [bits(each) for each in (dx, dgamma, dbeta)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_evaluation_has_the_bits_of_the_core(layout, dtype):
    x, dy, gamma, beta, mean, var = of(problem((5, 7, 6, 3), 1, dtype))
    x = LAYOUTS[layout](x)
    given = gamma.numpy(), beta.numpy(), mean.numpy(), var.numpy()
    y = bncore.inference(x.numpy(), *given, eps=EPS)
    expected = bncore.inference_backward(dy.numpy(), x.numpy(), given[0], *given[2:], eps=EPS)
    operands = [each.requires_grad_() for each in (x, gamma, beta)]
    got = bncore.torch.batch_norm(x, mean, var, gamma, beta, False, eps=EPS)
    assert bits(got.detach().numpy()) == bits(y)
    found = torch.autograd.grad(got, operands, dy)
    assert [bits(each.numpy()) for each in found] == [bits(each) for each in expected]


def test_no_tensor_is_copied(monkeypatch):
    addresses = {}

    def watched(name):
        core = getattr(bncore, name)

        def call(*arguments, out, **options):
            addresses[name] = [each.ctypes.data for each in (*arguments, out) if hasattr(each, "ctypes")]
            return core(*arguments, out=out, **options)

        return call

    for name in ("forward", "backward"):
        monkeypatch.setattr(bncore, name, watched(name))
    x, dy, gamma, beta, _, _ = of(problem((5, 7, 6, 3), 1, "float32"))
    for layout in ("contiguous", "channels-last", "every other"):
        x = LAYOUTS[layout](x)
        y, stats = operators.forward(x, gamma, beta, EPS)
        dx, _, _ = operators.backward(dy, x, gamma, stats, EPS)
        if layout == "contiguous":
            # no array was made of them
            assert not addresses
    assert addresses["forward"] == [each.data_ptr() for each in (x, gamma, beta, y)]
    assert addresses["backward"] == [each.data_ptr() for each in (dy, x, gamma, dx)]


def test_nothing_given_is_written(monkeypatch):
    tensors = of(problem((4, 3, 5), 1, "float32"))
    before = [each.clone() for each in tensors]
    x, dy, gamma, beta, mean, var = tensors
    layer = bncore.torch.batch_norm
    layer(x.requires_grad_(), None, None, gamma.requires_grad_(), beta, True).backward(dy)
    layer(x, mean, var, gamma, beta).backward(dy)
    assert all(torch.equal(a, b) for a, b in zip(tensors, before, strict=True))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("parameters", ["own", "float32"])
def test_half_precision_is_computed_in_float32_and_rounded_once(dtype, parameters):
    x, dy, gamma, beta, mean, var = (each.to(dtype) for each in of(problem((5, 7, 6, 3), 1, "float32")))
    if parameters == "float32":
        gamma, beta, mean, var = (each.float() for each in (gamma, beta, mean, var))
    for given, training in ((None, None), True), ((mean, var), False):
        operands = [each.detach().requires_grad_() for each in (x, gamma, beta)]
        wide = [each.detach().float().requires_grad_() for each in operands]
        wide_given = [None if each is None else each.float() for each in given]
        y = bncore.torch.batch_norm(operands[0], *given, *operands[1:], training)
        expected = bncore.torch.batch_norm(wide[0], *wide_given, *wide[1:], training)
        assert torch.equal(y, expected.to(dtype))
        found = torch.autograd.grad(y, operands, dy)
        for got, exact in zip(found, torch.autograd.grad(expected, wide, dy.float()), strict=True):
            assert torch.equal(got, exact.to(got.dtype))
        assert [each.dtype for each in found] == [each.dtype for each in operands]


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_bfloat16_has_the_same_numbers_without_ml_dtypes(monkeypatch, training):
    pytest.importorskip("ml_dtypes")
    x, dy, gamma, beta, mean, var = of(problem((5, 7, 6, 3), 1, "float32"))
    # no dense tensor: dense ones become no arrays
    x, dy = LAYOUTS["every other"](x.bfloat16()), dy.bfloat16()
    given = (None, None) if training else (mean, var)
    found = []
    for widened in (), (torch.bfloat16,):
        monkeypatch.setattr(bncore.torch.arrays, "_WIDENED", widened)
        operands = [each.detach().requires_grad_() for each in (x, gamma, beta)]
        y = bncore.torch.batch_norm(operands[0], *given, *operands[1:], training)
        found.append([y.detach(), *torch.autograd.grad(y, operands, dy)])
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))


def test_threads_are_no_more_than_torch_may_use(monkeypatch):
    limits, short = [], []
    monkeypatch.setattr(bncore.torch.arrays.call, "limit_threads", limits.append)
    bncore.set_num_threads(7)
    before = torch.get_num_threads()
    # no dense tensor: this goes by arrays
    x = torch.ones(4, 3, 2, 4)[..., ::2]
    try:
        for number in (3, 9):
            torch.set_num_threads(number)
            short.append(bncore.torch.arrays._tensors.threads())
            bncore.torch.batch_norm(x, None, None, training=True)
    finally:
        torch.set_num_threads(before)
    assert short == [3, 7]
    assert limits[-4:] == [3, 7, 7, 7]
