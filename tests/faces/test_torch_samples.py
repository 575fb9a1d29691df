"""torch's own samples of batch_norm and of the BatchNorm modules give what torch's give, errors included."""

import copy

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="torch's samples need the package expecttest")
import bncore.torch  # noqa: E402

pytestmark = pytest.mark.peers

invocations = pytest.importorskip("torch.testing._internal.common_methods_invocations")
modules = pytest.importorskip("torch.testing._internal.common_modules")

(OPERATOR,) = (
    op for op in invocations.op_db if (op.name, op.variant_test_name) == ("nn.functional.batch_norm", "")
)
NAMES = "BatchNorm1d", "BatchNorm2d", "BatchNorm3d"
MODULES = {
    name: next(info for info in modules.module_db if info.module_cls is getattr(torch.nn, name))
    for name in NAMES
}


def outcome(function, sample, dtype):
    """What a sample gives in this dtype: y, the running statistics, and the gradients."""
    x, *args = (
        each if each is None else each.detach().to(dtype, copy=True) for each in (sample.input, *sample.args)
    )
    operands = [each.requires_grad_() for each in (x, *args[2:]) if each is not None]
    y = function(x, *args, **sample.kwargs)
    dy = sample.input.detach().sin().to(dtype)
    found = torch.autograd.grad(y, operands, dy, allow_unused=True)
    return [y.detach(), *args[:2], *found]


@pytest.mark.parametrize("dtype", sorted(OPERATOR.dtypes, key=str), ids=str)
def test_samples_of_the_function(dtype):
    samples = list(OPERATOR.sample_inputs("cpu", dtype, requires_grad=True))
    assert len(samples) > 10
    for sample in samples:
        got = outcome(bncore.torch.batch_norm, sample, dtype)
        # torch itself is exact enough in float64 alone
        wide = outcome(torch.nn.functional.batch_norm, sample, torch.float64)
        expected = [each if each is None else each.to(dtype) for each in wide]
        torch.testing.assert_close(got, expected, msg=lambda text, sample=sample: f"{sample}: {text}")


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_samples_of_the_modules(name, dtype, training):
    info = MODULES[name]
    samples = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=training)
    assert len(samples) > 6
    for sample in samples:
        make = sample.constructor_input
        (x,) = sample.forward_input.args
        results = []
        for family in (bncore.torch, torch.nn):
            torch.manual_seed(0)
            layer = getattr(family, name)(*make.args, **make.kwargs, dtype=dtype).train(training)
            batch = x.detach().clone().requires_grad_()
            y = [layer(batch) for _ in range(3)][-1]
            y.square().sum().backward()
            gradients = [each.grad for each in layer.parameters()]
            results.append((repr(layer), y.detach(), batch.grad, gradients, dict(layer.state_dict())))
        (words, *got), (torchs_words, *expected) = results
        assert words == torchs_words
        torch.testing.assert_close(got, expected, msg=lambda text, sample=sample: f"{sample.desc}: {text}")


@pytest.mark.parametrize("name", NAMES)
def test_errors_of_the_modules(name):
    info = MODULES[name]
    samples = info.module_error_inputs_func(
        info, device="cpu", dtype=torch.float32, requires_grad=False, training=True
    )
    assert samples
    for sample in samples:
        make = sample.module_error_input.constructor_input
        (x,) = sample.module_error_input.forward_input.args
        layer = getattr(bncore.torch, name)(*make.args, **make.kwargs)
        with pytest.raises(sample.error_type):
            layer(copy.copy(x))
