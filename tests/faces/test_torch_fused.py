"""A residual and a relu in the same pass are the same as after it, for every derivative."""

import itertools

import numpy
import pytest
from judge import EPS, problem
from layouts import bits

import bncore

torch = pytest.importorskip("torch")
import bncore.torch  # noqa: E402
from bncore.torch import equations, fused, operators  # noqa: E402

pytestmark = pytest.mark.peers

func = torch.func
HOW = {"relu": (False, True), "residual": (True, False), "both": (True, True)}


def drawn(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed + sum(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64)


X, GAMMA, BETA, RESIDUAL = drawn(4, 3, 5), drawn(3), drawn(3, seed=1), drawn(4, 3, 5, seed=7)
MEAN, VAR = drawn(3, seed=2), drawn(3, seed=3).square()


def layer(how, training):
    residual, relu = HOW[how]
    given = ((None, None) if training else (MEAN, VAR)), training

    def function(x, gamma, beta, added):
        (mean, var), own = given
        added = added if residual else None
        return bncore.torch.batch_norm(x, mean, var, gamma, beta, own, eps=EPS, residual=added, relu=relu)

    return function


def written(how, training):
    residual, relu = HOW[how]

    def function(x, gamma, beta, added):
        y = (
            equations.normalized(x, gamma, beta, EPS)
            if training
            else equations.normalized_by(x, gamma, beta, MEAN, VAR, EPS)
        )
        y = y + added if residual else y
        return y.relu() if relu else y

    return function


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("layout", ["contiguous", "channels-last"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_bits_of_the_core(how, layout, dtype):
    p = problem((5, 7, 6, 3), 1, "float64" if dtype == "float64" else "float32")
    kind = getattr(torch, dtype)
    x, dy, added = (torch.from_numpy(each.copy()).to(kind) for each in (p.x, p.dy, p.ddx))
    if layout == "channels-last":
        x = x.contiguous(memory_format=torch.channels_last)
    gamma, beta = (torch.from_numpy(each.copy()) for each in (p.gamma, p.beta))
    residual, relu = HOW[how]
    wide = [each.float().numpy() if dtype == "bfloat16" else each.numpy() for each in (x, dy, added)]
    y, stats = bncore.forward(
        wide[0], p.gamma, p.beta, eps=EPS, residual=wide[2] if residual else None, relu=relu
    )
    operands = [each.requires_grad_() for each in (x, gamma, beta, added)]
    got = bncore.torch.batch_norm(
        *(x, None, None, gamma, beta, True), eps=EPS, residual=added if residual else None, relu=relu
    )
    assert torch.equal(got, torch.from_numpy(y).to(kind))
    assert got.stride() == x.stride()
    gate = numpy.empty_like(wide[0])
    gated = got.detach().float().numpy() if dtype == "bfloat16" else got.detach().numpy()
    expected = bncore.backward(wide[1], wide[0], p.gamma, stats, y=gated if relu else None, residual_out=gate)
    found = torch.autograd.grad(got, operands[: 4 if residual else 3], dy)
    for tensor, array in zip(found, (*expected, gate), strict=False):
        assert torch.equal(tensor, torch.from_numpy(array).to(tensor.dtype))


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_gradcheck(how, training):
    operands = [each.clone().requires_grad_() for each in (X, GAMMA, BETA, RESIDUAL)]
    operands = operands if HOW[how][0] else operands[:3]
    function = layer(how, training)
    alone = (lambda *of: function(*of, None)) if len(operands) == 3 else function
    assert torch.autograd.gradcheck(alone, operands, check_forward_ad=True)
    assert torch.autograd.gradgradcheck(alone, operands, check_fwd_over_rev=True)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_every_nesting_of_forward_and_backward(how, training):
    at, dy = (X, GAMMA, BETA, RESIDUAL), drawn(4, 3, 5, seed=9)

    def jvp(function, along):
        return lambda *at: func.jvp(function, at, along)[1]

    def grad(function, along):
        def contracted(*at):
            found = func.grad(function, argnums=(0, 1, 2, 3))(*at)
            return sum((a * b).sum() for a, b in zip(found, along, strict=True))

        return contracted

    for nesting in itertools.chain.from_iterable(itertools.product((jvp, grad), repeat=n) for n in (1, 2, 3)):
        values = []
        for function in (layer(how, training), written(how, training)):
            nested = lambda *of, function=function: (dy * function(*of)).sum()  # noqa: E731
            for number, operation in enumerate(nesting):
                along = tuple(drawn(*each.shape, seed=10 + number) for each in at)
                nested = operation(nested, along)
            values.append(nested(*at))
        torch.testing.assert_close(*values)


@pytest.mark.parametrize("how", HOW)
def test_vmap_is_a_loop(how):
    xs = drawn(6, 4, 3, 5)

    def gradients(x):
        return func.grad(lambda *of: layer(how, True)(*of).pow(3).sum(), argnums=(0, 3))(
            x, GAMMA, BETA, RESIDUAL
        )

    got = func.vmap(gradients)(xs)
    rows = [gradients(x) for x in xs]
    torch.testing.assert_close(got, tuple(map(torch.stack, zip(*rows, strict=True))))


def test_opcheck():
    x, dy, residual = (drawn(2, 3, 4, 5, seed=seed).requires_grad_() for seed in (0, 1, 2))
    gamma, beta = GAMMA.clone().requires_grad_(), BETA.clone().requires_grad_()
    y, stats = (each.detach() for each in fused.fused_forward(x, gamma, beta, residual, EPS, True))
    for operator, given in [
        (fused.fused_forward, (x, gamma, beta, residual, EPS, True)),
        (fused.fused_forward, (x, None, None, residual, EPS, False)),
        (fused.relu_backward, (dy, x, gamma, stats, y, EPS, True)),
        (fused.relu_backward, (dy, x, gamma, stats, y, EPS, False)),
        (fused.fused_inference, (x, gamma, beta, MEAN, VAR, residual, EPS, True)),
    ]:
        torch.library.opcheck(operator.operator, given)


def test_the_modules_have_them():
    layers = bncore.torch.BatchNorm1d(3, relu=True), torch.nn.BatchNorm1d(3)
    assert repr(layers[0]) == repr(layers[1])[:-1] + ", relu=True)"
    x, residual = X.float(), RESIDUAL.float()
    for _ in range(2):
        torch.testing.assert_close(layers[0](x, residual), (layers[1](x) + residual).relu())
        layers[0].eval(), layers[1].eval()
    torch.testing.assert_close(dict(layers[0].state_dict()), dict(layers[1].state_dict()))
    with pytest.raises(ValueError, match="model must have no BatchNorm with relu=True, found 0 to be one"):
        bncore.torch.revert(torch.nn.Sequential(layers[0]))
    with pytest.raises(RuntimeError, match="residual must have the input's shape and dtype"):
        layers[0](x, residual[:2])


def test_a_result_changed_in_place_is_noticed():
    x = X.clone().requires_grad_()
    y = bncore.torch.batch_norm(x, None, None, training=True, relu=True)
    y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_a_nan_stays():
    x = X.clone()
    x[0, 1, 0] = torch.nan
    y = operators.forward(x, None, None, EPS)[0].relu()
    got = bncore.torch.batch_norm(x, None, None, training=True, relu=True)
    assert bits(got.numpy()) == bits(y.numpy())
