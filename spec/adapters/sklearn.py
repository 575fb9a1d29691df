"""scikit-learn's StandardScaler, as an implementation under test: its mean and variance, and no y of its own.

It has no eps: y is formed from its statistics as (9.40) and (9.41) say, in float64.
"""

import importlib

import numpy as np

from ..interface.adapter import Adapter, Caps

preprocessing = importlib.import_module("sklearn.preprocessing")


class Scaler(Adapter):
    """partial_fit, once for a batch and once for each of its shards, with sample_weight for weights."""

    name = "sklearn"
    caps = Caps(accumulate="any", least=1)

    def forward(self, x, gamma, beta, eps, weights=None):
        scaler = preprocessing.StandardScaler()
        if weights is not None:
            weights = np.broadcast_to(weights, (x.shape[0], 1, *x.shape[2:])).ravel().astype(np.float64)
        scaler.partial_fit(_rows(x), sample_weight=weights)
        return _statistics(scaler) | {"y": _y(scaler, x, gamma, beta, eps)}

    def shards(self, xs, gamma, beta, eps):
        scaler = preprocessing.StandardScaler()
        for x in xs:
            if x.size:
                scaler.partial_fit(_rows(x))
        return _statistics(scaler) | {"y": [_y(scaler, x, gamma, beta, eps) for x in xs]}


def _rows(x):
    return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])


def _statistics(scaler):
    return {"mean": scaler.mean_, "var": scaler.var_}


def _y(scaler, x, gamma, beta, eps):
    n, c, *spatial = x.shape
    y = (_rows(x) - scaler.mean_) / np.sqrt(scaler.var_ + eps)
    y = y * (1 if gamma is None else gamma) + (0 if beta is None else beta)
    return np.moveaxis(y.reshape(n, *spatial, c), -1, 1).astype(x.dtype)
