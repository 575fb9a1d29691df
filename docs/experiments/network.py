"""A sigmoid network on the handwritten digits: NumPy, and bncore wherever a batch is normalized."""

from itertools import pairwise

import numpy
from sklearn.datasets import load_digits

import bncore

WIDTH, DEPTH, CLASSES = 100, 3, 10
BATCH, STEPS = 60, 1000
TEST = 360  # of the 1797 images


def digits():
    """Training images, their labels, test images, theirs: pixels in [0, 1], split by a fixed permutation."""
    images, labels = load_digits(return_X_y=True)
    order = numpy.random.default_rng(0).permutation(len(labels))
    images, labels = images[order].astype(numpy.float32) / 16, labels[order]
    return images[TEST:], labels[TEST:], images[:TEST], labels[:TEST]


def sigmoid(z):
    return (numpy.tanh(z / 2) + 1) / 2


class Plain:
    """In the place of a batch norm: the bias that a layer has without one."""

    def __init__(self, features):
        self.beta = numpy.zeros(features, numpy.float32)

    def parameters(self):
        return [self.beta]

    def forward(self, x, rng, training):
        return x + self.beta

    def backward(self, dy):
        return dy, [dy.sum(axis=0)]


class Normalized:
    """A batch norm: bncore.BatchNorm, its gamma and beta trained."""

    def __init__(self, features):
        self.layer = bncore.BatchNorm(features)

    def parameters(self):
        return [self.layer.gamma, self.layer.beta]

    def forward(self, x, rng, training):
        return self.layer.train(training)(x)

    def backward(self, dy):
        dx = self.layer.backward(dy)
        return dx, [self.layer.dgamma, self.layer.dbeta]


class Disturbed(Normalized):
    """A batch norm whose output is stretched and shifted at random, each unit anew in each step of training.

    This is the control of Santurkar et al. (2018): the network keeps batch normalization, and the input of
    the next layer is made to drift on purpose.
    """

    STRETCH, SHIFT = 0.5, 1.0

    def forward(self, x, rng, training):
        y = super().forward(x, rng, training)
        if not training:
            self.stretch = 1
            return y
        self.stretch = rng.uniform(1 - self.STRETCH, 1 + self.STRETCH, y.shape[1]).astype(y.dtype)
        return y * self.stretch + rng.uniform(-self.SHIFT, self.SHIFT, y.shape[1]).astype(y.dtype)

    def backward(self, dy):
        return super().backward(dy * self.stretch)


class Network:
    """DEPTH layers of WIDTH sigmoids and a softmax; `between` stands between weights and sigmoid."""

    def __init__(self, between, seed, scale=1.0):
        rng = numpy.random.default_rng(seed)
        sizes = [64, *[WIDTH] * DEPTH, CLASSES]
        # scale 1 is Glorot and Bengio's: variance 2 / (fan in + fan out)
        self.weights = [
            (rng.standard_normal((a, b)) * scale * (2 / (a + b)) ** 0.5).astype(numpy.float32)
            for a, b in pairwise(sizes)
        ]
        self.between = [between(WIDTH) for _ in range(DEPTH)] + [Plain(CLASSES)]

    def forward(self, x, rng=None):
        """The logits; `self.inputs` keeps those of the weights, `self.after` those of sigmoids and softmax.

        With rng it is a forward pass of training, disturbed from rng if the network is.
        """
        self.inputs, self.after = [], []
        for weight, between in zip(self.weights, self.between, strict=True):
            self.inputs.append(x)
            self.after.append(between.forward(x @ weight, rng, training=rng is not None))
            x = sigmoid(self.after[-1])
        return self.after[-1]

    def gradients(self, x, labels, rng):
        """The loss of a batch, and its gradients with respect to the weights and to what is between them."""
        logits = self.forward(x, rng).astype(numpy.float64)
        share = numpy.exp(logits - logits.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        rows = numpy.arange(len(labels))
        loss = -numpy.log(share[rows, labels]).mean()
        share[rows, labels] -= 1
        d = (share / len(labels)).astype(numpy.float32)
        found = []
        for layer in reversed(range(DEPTH + 1)):
            d, between = self.between[layer].backward(d)
            found.append((self.inputs[layer].T @ d, between))
            if layer:
                slope = self.inputs[layer] * (1 - self.inputs[layer])
                d = d @ self.weights[layer].T * slope
        return loss, found[::-1]

    def step(self, x, labels, rate, rng):
        """One step of gradient descent on one batch; the loss before it."""
        loss, gradients = self.gradients(x, labels, rng)
        for layer, (dweight, dbetween) in enumerate(gradients):
            self.weights[layer] -= rate * dweight
            for parameter, d in zip(self.between[layer].parameters(), dbetween, strict=True):
                parameter -= rate * d
        return loss

    def accuracy(self, x, labels):
        return float((self.forward(x).argmax(axis=1) == labels).mean())


def train(network, data, rate, seed, steps=STEPS, watch=lambda network, step, loss: None):
    """Gradient descent; `watch` is called before each step, and once at the end, with the loss before it."""
    x, labels = data[:2]
    rng = numpy.random.default_rng(seed)
    noise = numpy.random.default_rng(seed + 1)
    loss = numpy.nan
    for step in range(steps):
        watch(network, step, loss)
        batch = rng.choice(len(labels), BATCH, replace=False)
        loss = network.step(x[batch], labels[batch], rate, noise)
    watch(network, steps, loss)
