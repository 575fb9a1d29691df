"""bncore.torch has every derivative: backward, forward, of one another, and under torch.func."""

import itertools

import pytest

torch = pytest.importorskip("torch")
import bncore.torch  # noqa: E402
from bncore.torch import equations, operators  # noqa: E402

pytestmark = pytest.mark.peers

EPS = 1e-5
func = torch.func


def drawn(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed + sum(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64)


X, GAMMA, BETA = drawn(4, 3, 5), drawn(3), drawn(3, seed=1)
MEAN, VAR = drawn(3, seed=2), drawn(3, seed=3).square()
MODES = {
    "training": lambda x, gamma, beta: bncore.torch.batch_norm(x, None, None, gamma, beta, True, eps=EPS),
    "evaluation": lambda x, gamma, beta: bncore.torch.batch_norm(x, MEAN, VAR, gamma, beta, eps=EPS),
}
# the equations, which autograd differentiates
WRITTEN = {
    "training": lambda x, gamma, beta: equations.normalized(x, gamma, beta, EPS),
    "evaluation": lambda x, gamma, beta: equations.normalized_by(x, gamma, beta, MEAN, VAR, EPS),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [(4, 3, 5), (5, 3), (2, 3, 2, 2)], ids=str)
def test_gradcheck(mode, shape):
    operands = drawn(*shape).requires_grad_(), GAMMA.clone().requires_grad_(), BETA.clone().requires_grad_()
    assert torch.autograd.gradcheck(MODES[mode], operands, check_forward_ad=True)
    assert torch.autograd.gradgradcheck(
        MODES[mode], operands, check_fwd_over_rev=True, check_rev_over_rev=True
    )


@pytest.mark.parametrize("mode", MODES)
def test_without_parameters(mode):
    x = X.clone().requires_grad_()
    alone = lambda x: MODES[mode](x, None, None)  # noqa: E731
    assert torch.autograd.gradcheck(alone, (x,), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(alone, (x,), check_fwd_over_rev=True)


@pytest.mark.parametrize("given", [(True, False), (False, True)], ids=["gamma alone", "beta alone"])
def test_with_one_parameter(given):
    x = X.clone().requires_grad_()
    parameter = GAMMA.clone().requires_grad_()
    alone = lambda x, p: MODES["training"](x, *(p if each else None for each in given))  # noqa: E731
    assert torch.autograd.gradcheck(alone, (x, parameter), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(alone, (x, parameter), check_fwd_over_rev=True)


def jvp(function, along):
    return lambda *at: func.jvp(function, at, along)[1]


def grad(function, along):
    def contracted(*at):
        found = func.grad(function, argnums=(0, 1, 2))(*at)
        return sum((a * b).sum() for a, b in zip(found, along, strict=True))

    return contracted


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("order", [1, 2, 3, pytest.param(4, marks=pytest.mark.sweeps)])
def test_every_nesting_of_forward_and_backward(order, mode):
    dy = drawn(4, 3, 5, seed=9)
    for nesting in itertools.product((jvp, grad), repeat=order):
        values = []
        for layer in (MODES[mode], WRITTEN[mode]):
            nested = lambda *at, layer=layer: (dy * layer(*at)).sum()  # noqa: E731
            for number, operation in enumerate(nesting):
                along = [drawn(*each.shape, seed=10 + number) for each in (X, GAMMA, BETA)]
                nested = operation(nested, tuple(along))
            values.append(nested(X, GAMMA, BETA))
        said = [operation.__name__ for operation in nesting]
        torch.testing.assert_close(*values, msg=lambda text, said=said: f"{said}: {text}")


@pytest.mark.parametrize("mode", MODES)
def test_a_third_backward(mode):
    found = []
    for layer in (MODES[mode], WRITTEN[mode]):
        operands = [each.clone().requires_grad_() for each in (X, GAMMA, BETA)]
        value = layer(*operands).pow(3).sum()
        for _ in range(3):
            gradients = torch.autograd.grad(value, operands, create_graph=True)
            value = sum(each.square().sum() for each in gradients)
        found.append([each.detach() for each in gradients])
    torch.testing.assert_close(*found)


BATCHES = {
    "x": ((0, None, None), (drawn(6, 4, 3, 5), GAMMA, BETA)),
    "x last": ((-1, None, None), (drawn(4, 3, 5, 6), GAMMA, BETA)),
    "gamma and beta": ((None, 1, 0), (X, drawn(3, 6), drawn(6, 3))),
    "all": ((1, 0, 0), (drawn(4, 6, 3, 5), drawn(6, 3), drawn(6, 3, seed=1))),
}


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("mode", MODES)
def test_vmap_is_a_loop(mode, batch):
    in_dims, operands = BATCHES[batch]

    def loss(*at):
        return MODES[mode](*at).pow(3).sum()

    gradient = func.grad(loss, argnums=(0, 1, 2))
    for function in (MODES[mode], gradient, func.grad(lambda *at: gradient(*at)[0].pow(2).sum())):
        got = func.vmap(function, in_dims=in_dims)(*operands)
        rows = []
        for i in range(6):
            picked = [
                each if dim is None else each.select(dim, i)
                for each, dim in zip(operands, in_dims, strict=True)
            ]
            rows.append(function(*picked))
        expected = (
            tuple(map(torch.stack, zip(*rows, strict=True)))
            if isinstance(rows[0], tuple)
            else torch.stack(rows)
        )
        torch.testing.assert_close(got, expected)


def test_vmap_updates_a_batch_of_running_statistics():
    xs = drawn(6, 4, 3, 5)
    mean, var = drawn(6, 3), drawn(3, 6).square()
    one_by_one = mean.clone(), var.clone()
    for i in range(6):
        bncore.torch.batch_norm(xs[i], one_by_one[0][i], one_by_one[1][:, i], training=True)
    func.vmap(lambda x, m, v: bncore.torch.batch_norm(x, m, v, training=True), in_dims=(0, 0, 1))(
        xs, mean, var
    )
    torch.testing.assert_close((mean, var), one_by_one)
    with pytest.raises(RuntimeError, match="must be batched"):
        func.vmap(lambda x: bncore.torch.batch_norm(x, MEAN.clone(), VAR.clone(), training=True))(xs)


def test_what_was_saved_and_then_changed_is_noticed():
    x = X.clone().requires_grad_()
    batch = x * 1
    y = bncore.torch.batch_norm(batch, None, None, training=True)
    batch.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()
    mean, var = MEAN.clone(), VAR.clone()
    y = bncore.torch.batch_norm(x, mean, var)
    bncore.torch.batch_norm(X, mean, var, training=True)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


@pytest.mark.parametrize("layout", ["contiguous", "channels-last"])
def test_opcheck(layout):
    x, dy = (drawn(2, 3, 4, 5, seed=seed) for seed in (0, 1))
    if layout == "channels-last":
        x, dy = (each.contiguous(memory_format=torch.channels_last) for each in (x, dy))
    x.requires_grad_(), dy.requires_grad_()
    gamma, beta = GAMMA.clone().requires_grad_(), BETA.clone().requires_grad_()
    stats = operators.forward(x, gamma, beta, EPS)[1].detach()
    for operator, arguments in {
        operators.forward: [(x, gamma, beta, EPS), (x, None, None, EPS)],
        operators.backward: [(dy, x, gamma, stats, EPS), (dy, x, None, stats, EPS)],
        operators.double_backward: [(dy, gamma, beta, dy, x, gamma, stats, EPS)],
        operators.inference: [(x, gamma, beta, MEAN, VAR, EPS), (x, None, None, MEAN, VAR, EPS)],
        operators.inference_backward: [(dy, x, gamma, MEAN, VAR, EPS)],
    }.items():
        for given in arguments:
            torch.library.opcheck(operator.operator, given)
    torch.library.opcheck(operators.update, (MEAN.clone(), VAR.clone(), stats, 40, 0.1))
