"""Where torch raises, bncore.torch raises an error of the same kind, that says what was wanted and found."""

import pytest

torch = pytest.importorskip("torch")
import bncore.torch  # noqa: E402

pytestmark = pytest.mark.peers

X, ONE, ZERO = torch.ones(4, 3), torch.ones(3), torch.zeros(3)

CALLS = {
    "no tensor": lambda f: f([1.0], ZERO, ONE),
    "an array": lambda f: f(X.numpy(), ZERO, ONE),
    "weight an array": lambda f: f(X, ZERO, ONE, ONE.numpy()),
    "integers": lambda f: f(X.long(), ZERO, ONE),
    "truth values": lambda f: f(X.bool(), ZERO, ONE),
    "complex numbers": lambda f: f(X.to(torch.complex64), ZERO, ONE),
    "one dimension": lambda f: f(ONE, None, None, training=True),
    "one value a channel": lambda f: f(X[:1], None, None, training=True),
    "no statistics": lambda f: f(X, None, None),
    "no variance": lambda f: f(X, ZERO, None),
    "one of two": lambda f: f(X, ZERO, None, training=True),
    "eps 0 in training": lambda f: f(X, None, None, training=True, eps=0.0),
    "eps negative": lambda f: f(X, ZERO, ONE, eps=-1.0),
    "eps a string": lambda f: f(X, ZERO, ONE, eps="small"),
    "momentum None": lambda f: f(X, ZERO, ONE, training=True, momentum=None),
    "weight too short": lambda f: f(X, ZERO, ONE, ONE[:2]),
    "bias too short": lambda f: f(X, ZERO, ONE, ONE, ONE[:2]),
    "mean too short": lambda f: f(X, ZERO[:2], ONE),
    "mean a matrix": lambda f: f(X, ZERO[:, None], ONE),
    "weight of another dtype": lambda f: f(X, ZERO, ONE, ONE.double(), ZERO.double()),
    "bias of another dtype": lambda f: f(X, ZERO, ONE, ONE, ZERO.double()),
    "statistics of another dtype": lambda f: f(X, ZERO.double(), ONE.double(), ONE, ZERO),
    "weight of half precision": lambda f: f(X, ZERO, ONE, ONE.bfloat16(), ZERO.bfloat16()),
    "weight of another half": lambda f: f(X.bfloat16(), ZERO, ONE, ONE.half(), ZERO.half()),
    "statistics that require a gradient": lambda f: f(X, ZERO.clone().requires_grad_(), ONE),
    "sparse": lambda f: f(X.to_sparse(), ZERO, ONE),
}


def raised(call, function):
    with pytest.raises(Exception) as found:  # noqa: PT011
        call(function)
    return found.value


@pytest.mark.parametrize("name", CALLS)
def test_of_torchs_kind(name):
    ours = raised(CALLS[name], bncore.torch.batch_norm)
    torchs = raised(CALLS[name], torch.nn.functional.batch_norm)
    # a module's error may be an internal kind of torch's
    assert isinstance(ours, next(kind for kind in type(torchs).mro() if kind.__module__ == "builtins"))
    assert str(ours)


def test_a_negative_variance():
    with pytest.raises(ValueError, match=r"var must not be negative, found -1\.0 in channel 0"):
        bncore.torch.batch_norm(X, ZERO, -ONE)


def test_nothing_is_written_before_an_error():
    mean, var = ZERO.clone(), ONE.clone()
    with pytest.raises(RuntimeError, match="bias must have shape"):
        bncore.torch.batch_norm(X, mean, var, ONE, ONE[:2], training=True)
    with pytest.raises(RuntimeError):
        bncore.torch.batch_norm(X, mean, var[:2], training=True)
    assert torch.equal(mean, ZERO)
    assert torch.equal(var, ONE)


@pytest.mark.parametrize("shape", [(0, 3), (2, 3, 0), (2, 0, 5), (0,)], ids=str)
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_empty_batches(shape, training):
    channels = shape[1] if len(shape) > 1 else 0
    results = []
    for function in (bncore.torch.batch_norm, torch.nn.functional.batch_norm):
        x = torch.empty(shape, requires_grad=True)
        mean, var = torch.full((channels,), 2.0), torch.full((channels,), 3.0)
        y = function(x, mean, var, training=training)
        (dx,) = torch.autograd.grad(y.sum(), x)
        results.append((y.detach(), dx, mean, var))
    torch.testing.assert_close(*results)


def test_gradients_of_an_empty_batch_are_0():
    gamma = torch.ones(3, requires_grad=True)
    bncore.torch.batch_norm(torch.empty(0, 3), None, None, gamma, training=True).sum().backward()
    assert gamma.grad.tolist() == [0.0, 0.0, 0.0]
