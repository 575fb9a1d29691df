"""The modules of bncore.torch are torch's, but for who computes; models are converted and reverted."""

import copy
import pickle

import pytest

torch = pytest.importorskip("torch")
import bncore.torch  # noqa: E402

pytestmark = pytest.mark.peers

nn = torch.nn
NAMES = "BatchNorm1d", "BatchNorm2d", "BatchNorm3d"


def model():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4, eps=1e-3, momentum=None),
        nn.Sequential(nn.BatchNorm2d(4, affine=False), nn.Flatten(), nn.BatchNorm1d(64)),
        nn.Linear(64, 2),
    )


def kinds(layers):
    return [type(each) for each in layers.modules()]


@pytest.mark.parametrize("name", NAMES)
def test_each_is_torchs(name):
    ours, torchs = getattr(bncore.torch, name), getattr(nn, name)
    assert issubclass(ours, torchs)
    layer, other = ours(3), torchs(3)
    assert repr(layer) == repr(other)
    other.running_mean += 2
    other.num_batches_tracked += 5
    layer.load_state_dict(other.state_dict())
    other.load_state_dict(layer.state_dict())
    assert list(layer.state_dict()) == list(other.state_dict())
    assert torch.equal(layer.running_mean, other.running_mean)
    assert layer.num_batches_tracked == 5
    with pytest.raises(ValueError, match="expected"):
        layer(torch.ones(3))


def test_convert_keeps_everything():
    layers = model()
    parameters, buffers = dict(layers.named_parameters()), dict(layers.named_buffers())
    seen = []
    layers[1].register_forward_hook(lambda *_: seen.append("hook"))
    layers[2].eval()
    before = kinds(layers)
    assert bncore.torch.convert(layers) is layers
    assert kinds(layers)[2] is bncore.torch.BatchNorm2d
    assert kinds(layers)[6] is bncore.torch.BatchNorm1d
    assert all(each is parameters[name] for name, each in layers.named_parameters())
    assert all(each is buffers[name] for name, each in layers.named_buffers())
    assert (layers[1].training, layers[2][0].training) == (True, False)
    layers(torch.ones(2, 3, 6, 6))
    assert seen == ["hook"]
    assert bncore.torch.revert(layers) is layers
    assert kinds(layers) == before
    assert all(each is parameters[name] for name, each in layers.named_parameters())


def test_convert_of_a_layer_is_another():
    layer = nn.BatchNorm1d(3)
    made = bncore.torch.convert(layer)
    assert type(made) is bncore.torch.BatchNorm1d
    assert type(layer) is nn.BatchNorm1d
    made.weight = None
    assert layer.weight is not None
    assert type(bncore.torch.revert(made)) is nn.BatchNorm1d


def test_a_layer_in_two_places_stays_one():
    shared = nn.BatchNorm1d(3)
    layers = bncore.torch.convert(nn.Sequential(shared, nn.Sequential(shared)))
    assert layers[0] is layers[1][0]
    assert type(layers[0]) is bncore.torch.BatchNorm1d


def test_other_peoples_subclasses_stay():
    class Mine(nn.BatchNorm1d):
        pass

    layers = bncore.torch.convert(nn.Sequential(Mine(3), nn.LayerNorm(3)))
    assert kinds(layers)[1:] == [Mine, nn.LayerNorm]
    with pytest.raises(TypeError, match=r"model must be a torch\.nn\.Module, found int"):
        bncore.torch.convert(3)


@pytest.mark.parametrize("momentum", [0.3, None])
def test_copies_and_pickles(momentum):
    layer = bncore.torch.BatchNorm1d(3, momentum=momentum)
    layer(torch.randn(5, 3))
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert type(other) is type(layer)
        assert torch.equal(other.running_var, layer.running_var)


@pytest.mark.parametrize(
    "options", [{}, {"momentum": None}, {"affine": False}, {"track_running_stats": False}]
)
def test_states_of_several_steps_are_torchs(options):
    layer, other = bncore.torch.BatchNorm1d(3, **options).double(), nn.BatchNorm1d(3, **options).double()
    for number in range(6):
        x = torch.randn(2 + number, 3, dtype=torch.float64)
        if number == 4:
            layer.eval(), other.eval()
        torch.testing.assert_close(layer(x), other(x))
    torch.testing.assert_close(dict(layer.state_dict()), dict(other.state_dict()))


def test_evaluation_without_buffers():
    layer, other = bncore.torch.BatchNorm1d(3).eval(), nn.BatchNorm1d(3).eval()
    x = torch.randn(5, 3)
    for each in (layer, other):
        each.running_mean = each.running_var = None
    torch.testing.assert_close(layer(x), other(x))


def test_momentum_1_forgets_what_was_no_number():
    layer = bncore.torch.BatchNorm1d(2, momentum=1.0)
    layer.running_mean[0] = torch.nan
    x = torch.tensor([[1.0, 2.0], [3.0, 6.0]])
    layer(x)
    assert layer.running_mean.tolist() == [2.0, 4.0]
    layer.momentum = 0.0
    layer(x * torch.inf)
    assert layer.running_mean.tolist() == [2.0, 4.0]


def test_a_training_step_of_an_optimizer_made_before():
    layers = model()
    optimizer = torch.optim.SGD(layers.parameters(), 0.1)
    bncore.torch.convert(layers)
    before = layers[2][2].weight.detach().clone()
    layers(torch.randn(4, 3, 6, 6)).square().sum().backward()
    optimizer.step()
    assert not torch.equal(layers[2][2].weight, before)
