"""TensorFlow and Keras, as implementations under test: the fused operator, and the layer."""

import importlib
import os

import numpy as np

from ..bounds import formats
from ..interface.adapter import Adapter, Caps
from ..oracle.derivatives import nested

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
tf = importlib.import_module("tensorflow")
keras = importlib.import_module("keras")

GRADIENTS = ("dx", "dgamma", "dbeta")


def _operations(axes):
    """What derivatives are nested of: forward mode, and reverse mode contracted with a direction."""

    def jvp(f, direction):
        def derivative(x):
            with tf.autodiff.ForwardAccumulator(x, direction) as forward:
                y = f(x)
            return forward.jvp(y)

        return derivative

    def grad(f, direction):
        def derivative(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.reduce_sum(f(x))
            return tf.reduce_sum(tape.gradient(y, x) * direction, axes)

        return derivative

    return {"jvp": jvp, "grad": grad}


class _Differentiated(Adapter):
    """What has a `layer` in TensorFlow: its gradients by GradientTape."""

    def layer(self, x, gamma, beta, eps, mean=None, var=None):
        """The layer as a function of a tensor x, and its parameters; with mean and var, that of inference."""
        raise NotImplementedError

    def forward(self, x, gamma, beta, eps):
        layer, _ = self.layer(x, gamma, beta, eps)
        return {"y": layer(tf.constant(x)).numpy()}

    def inference(self, x, gamma, beta, mean, var, eps):
        layer, _ = self.layer(x, gamma, beta, eps, mean, var)
        return {"y": layer(tf.constant(x)).numpy()}

    def backward(self, dy, x, gamma, beta, eps):
        return self._gradients(dy, x, gamma, eps)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        return self._gradients(dy, x, gamma, eps, mean, var)

    def _gradients(self, dy, x, gamma, eps, *given):
        layer, parameters = self.layer(x, gamma, None, eps, *given)
        operands = tf.constant(x), *parameters
        with tf.GradientTape() as tape:
            for each in operands:
                tape.watch(each)
            y = layer(operands[0])
        found = tape.gradient(y, operands, tf.constant(dy))
        return {name: each.numpy() for name, each in zip(GRADIENTS, found, strict=True)}

    def derivative(self, nesting, dy, x, gamma, eps, u, v, w):
        axes = [axis for axis in range(x.ndim) if axis != 1]
        layer, _ = self.layer(x, gamma, None, eps)
        dy = tf.constant(dy)
        along = [tf.constant(each) for each in (u, v, w) if each is not None]
        derivative = nested(lambda x: tf.reduce_sum(dy * layer(x), axes), nesting, _operations(axes), along)
        return {"derivative": derivative(tf.constant(x)).numpy()}


class Fused(_Differentiated):
    """tf.raw_ops.FusedBatchNormV3, on tensors with the channel last and as many axes as it wants."""

    name = "tensorflow"
    caps = Caps(dtypes=("float32", *formats.HALVES), accumulate="any", least=1, attributes="float32")

    def layer(self, x, gamma, beta, eps, mean=None, var=None):
        parameters = [tf.constant(each) for each in _parameters(x, gamma, beta)]
        training = mean is None
        given = [tf.zeros(0)] * 2 if training else [tf.constant(mean), tf.constant(var)]
        first, *rest = range(x.ndim)
        last = [first, *rest[1:], 1]
        back = [last.index(axis) for axis in range(x.ndim)]

        def apply(x):
            rows = tf.transpose(x, last)
            flat = tf.reshape(rows, (rows.shape[0], 1, -1, rows.shape[-1]) if x.shape.num_elements() else
                              (0, 1, 1, rows.shape[-1]))  # fmt: skip
            y, *_ = tf.raw_ops.FusedBatchNormV3(
                x=flat,
                scale=parameters[0],
                offset=parameters[1],
                mean=given[0],
                variance=given[1],
                epsilon=eps,
                is_training=training,
            )
            return tf.transpose(tf.reshape(y, rows.shape), back)

        return apply, parameters


class Layer(_Differentiated):
    """keras.layers.BatchNormalization with axis=1; half precision by a mixed policy."""

    name = "keras"
    caps = Caps(
        dtypes=("float32", "float64", *formats.HALVES),
        accumulate="any",
        least=1,
        variance="biased",
        weighs="old",
    )

    def _built(self, x, gamma, beta, eps, mean=None, var=None, momentum=0.99):
        policy = f"mixed_{x.dtype.name}" if x.dtype.name in formats.HALVES else x.dtype.name
        layer = keras.layers.BatchNormalization(axis=1, epsilon=eps, momentum=momentum, dtype=policy)
        layer.build(x.shape)
        layer.gamma.assign(_parameters(x, gamma, beta)[0])
        layer.beta.assign(_parameters(x, gamma, beta)[1])
        for variable, value in ((layer.moving_mean, mean), (layer.moving_variance, var)):
            if value is not None:
                variable.assign(value)
        return layer

    def layer(self, x, gamma, beta, eps, mean=None, var=None):
        layer = self._built(x, gamma, beta, eps, mean, var)
        parameters = [layer.gamma.value, layer.beta.value]
        return lambda x: layer(x, training=mean is None), parameters

    def update(self, x, running_mean, running_var, momentum):
        layer = self._built(x, None, None, 1.0, running_mean, running_var, momentum)
        layer(tf.constant(x), training=True)
        return {
            "running_mean": layer.moving_mean.numpy(),
            "running_var": layer.moving_variance.numpy(),
        }


def _parameters(x, gamma, beta):
    """gamma and beta, 1 and 0 where they are None."""
    dtype = formats.parameter(x.dtype)
    gamma = np.ones(x.shape[1], dtype) if gamma is None else gamma
    return gamma, np.zeros(x.shape[1], dtype) if beta is None else beta
