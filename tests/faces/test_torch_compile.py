"""A model with bncore.torch in it, compiled or exported, gives what it gives eagerly."""

import pytest

torch = pytest.importorskip("torch")
import bncore.torch  # noqa: E402

pytestmark = pytest.mark.peers

nn = torch.nn
X = torch.randn(4, 3, 6, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def model():
    torch.manual_seed(1)
    layers = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 4, 1), nn.BatchNorm2d(4)
    return bncore.torch.convert(nn.Sequential(*layers)).double()


def step(run, layers, x):
    """y, and all that a training step leaves, and y in evaluation."""
    x = x.detach().clone().requires_grad_()
    y = run(x)
    y.square().sum().backward()
    left = [each.grad for each in layers.parameters()]
    layers.eval()
    return y.detach(), x.grad, left, dict(layers.state_dict()), run(x).detach()


@pytest.mark.builds
@pytest.mark.parametrize("backend", ["aot_eager", "inductor"])
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last], ids=str)
def test_compiled_in_one_graph(backend, memory_format):
    torch._dynamo.reset()
    eager, compiled = model(), model()
    x = X.contiguous(memory_format=memory_format)
    run = torch.compile(compiled, fullgraph=True, backend=backend)
    torch.testing.assert_close(step(run, compiled, x), step(eager, eager, x))


@pytest.mark.builds
def test_compiled_for_batches_of_any_size():
    torch._dynamo.reset()
    eager, compiled = model(), model()
    run = torch.compile(compiled, fullgraph=True, backend="aot_eager", dynamic=True)
    for size in (4, 3, 2):
        torch.testing.assert_close(run(X[:size]), eager(X[:size]))
    torch.testing.assert_close(dict(compiled.state_dict()), dict(eager.state_dict()))


@pytest.mark.builds
def test_what_runs_beside_a_graph_is_not_looked_into():
    def broken(x, mean, var):
        # no graph begins again within a try: from here on the function runs as it is
        try:
            torch._dynamo.graph_break()
            y, stats = torch.ops.bncore.forward(x, None, None, 1e-5)
            torch.ops.bncore.update(mean, var, stats, x.numel() // x.shape[1], 0.1)
        finally:
            pass
        return y

    torch._dynamo.reset()
    found = []
    for run in (broken, torch.compile(broken, backend="aot_eager")):
        x, mean, var = X.clone().requires_grad_(), torch.zeros(3).double(), torch.ones(3).double()
        y = run(x, mean, var)
        y.pow(3).sum().backward()
        found.append((y.detach(), x.grad, mean, var))
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))


@pytest.mark.parametrize("decomposed", [False, True], ids=["as it is", "decomposed"])
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_exported(training, decomposed):
    eager = model().train(training)
    program = torch.export.export(model().train(training), (X,))
    if decomposed:
        program = program.run_decompositions()
    run = program.module()
    gradients = []
    for each in (run, eager):
        x = X.clone().requires_grad_()
        y = each(x)
        y.sin().sum().backward()
        gradients.append((y.detach(), x.grad))
    torch.testing.assert_close(*gradients)
    torch.testing.assert_close(dict(run.state_dict()), dict(eager.state_dict()))


def test_autocast():
    layers = model().float()
    with torch.autocast("cpu", torch.bfloat16):
        y = layers(X.float())
        y.float().sum().backward()
    assert y.dtype == torch.bfloat16
    assert {each.grad.dtype for each in layers.parameters()} == {torch.float32}
