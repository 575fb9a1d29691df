"""bncore.torch in the place of torch.nn: a layer forward and backward, and steps of training."""

from functools import partial

import numpy
import torch
from torch import nn

from harness.peers.base import Bound, Unsupported
from harness.peers.tensors import array_of, tensor

# Steps of training in one call.
STEPS = 4


def layer(load, out, ours=False):
    """Forward and backward of a BatchNorm module, by autograd, as a model calls it."""
    if out:
        raise Unsupported("a module makes its results")
    # a sequence, channels-last, is images of one row to torch
    x, dy = (tensor(array, load) for array in (load.x, load.dy))
    module = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}[x.ndim](
        load.channels
    )
    with torch.no_grad():
        module.weight.copy_(tensor(load.gamma, load))
        module.bias.copy_(tensor(load.beta, load))
    if ours:
        module = _converted(module)
    x = x.detach().requires_grad_()
    parameters = x, module.weight, module.bias

    def call():
        with torch.enable_grad():
            y = module(x)
            return y, *torch.autograd.grad(y, parameters, dy)

    def results(found):
        y, dx, dgamma, dbeta = (each.detach() for each in found)
        named = {"y": array_of(y, load), "dx": array_of(dx, load)}
        return named | {"dgamma": dgamma.numpy(), "dbeta": dbeta.numpy()}

    return Bound(call, results)


def _converted(model):
    try:
        import bncore.torch
    except ImportError as error:
        raise Unsupported(str(error)) from error
    return bncore.torch.convert(model)


class Block(nn.Module):
    """Two convolutions with a shortcut: relu(norm(conv(relu(norm(conv(x))))) + x)."""

    def __init__(self, channels, norm, fused):
        super().__init__()
        self.first, self.second = (nn.Conv2d(channels, channels, 3, padding=1, bias=False) for _ in range(2))
        self.norms = nn.ModuleList(norm(channels) for _ in range(2))
        self.fused = fused

    def forward(self, x):
        if self.fused:
            return self.norms[1](self.second(self.norms[0](self.first(x))), x)
        y = torch.relu(self.norms[0](self.first(x)))
        return torch.relu(self.norms[1](self.second(y)) + x)


def network(norm, fused=False, channels=32, blocks=3):
    """A small ResNet for images of digits; `fused`: the normalizations do the relus and add the residuals."""
    torch.manual_seed(941)
    head = [nn.Conv2d(1, channels, 3, padding=1, bias=False), norm(channels), *([] if fused else [nn.ReLU()])]
    body = [Block(channels, norm, fused) for _ in range(blocks)]
    return nn.Sequential(*head, *body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


def digits(count):
    """So many images of digits, 1 x 8 x 8, and what they show: scikit-learn's, or made up where it is not."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        numbers = numpy.random.default_rng(941)
        labels = numbers.integers(0, 10, count)
        kinds = numbers.standard_normal((10, 1, 8, 8))
        images = kinds[labels] + numbers.standard_normal((count, 1, 8, 8))
    else:
        images, labels = load_digits(return_X_y=True)
        images = images[:count].reshape(-1, 1, 8, 8) / 16
    return torch.tensor(images, dtype=torch.float32), torch.tensor(labels[:count])


def training(load, out, ours=False, fused=False, compiled=False):
    """Steps of training: forward, backward and the optimizer, on one batch of images."""
    if out:
        raise Unsupported("a step makes its results")
    norm = nn.BatchNorm2d
    # torch's own model is the same one; its separate calls are what a fused one is raced against
    if ours and fused:
        import bncore.torch

        norm = partial(bncore.torch.BatchNorm2d, relu=True)
    model = network(norm, fused=ours and fused)
    if ours:
        model = _converted(model)
    images, labels = digits(load.extents[0])
    if load.axis != 1:
        model, images = (each.to(memory_format=torch.channels_last) for each in (model, images))
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)

    def step():
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    if compiled:
        torch._dynamo.reset()
        model.compile(dynamic=False)

    def call():
        with torch.enable_grad():
            return [step() for _ in range(STEPS)]

    return Bound(call, lambda losses: {"loss": losses[0].detach().numpy().reshape(1)})


def loss(extents):
    """What the loss of the first step is, in float64."""
    images, labels = digits(extents[0])
    with torch.no_grad():
        model = network(nn.BatchNorm2d).double()
        return nn.functional.cross_entropy(model(images.double()), labels).item()
