"""Data sets as an implementation can take them, where what they are there for is something else."""

from dataclasses import replace

import numpy as np

from ..data import inputs, layouts


def fitted(adapter, name, dtype):
    """The data set of this name; what combines much does without what is declared to be out of reach.

    Raises ValueError for a name that there is not, `Unavailable` where it is not for this dtype.
    """
    data, caps = inputs.data(name, dtype), adapter.caps
    if not inputs.combines(name):
        return data
    if caps.layouts and not layouts.declared(data.layout, caps.layouts):
        data = inputs.data(name, dtype, layout=layouts.fitting(data.layout, caps.layouts))
    if not caps.optional:
        c, held = data.x.shape[1], data.mean.dtype
        absent = {"gamma": np.ones(c, held), "beta": np.zeros(c, held)}
        data = replace(data, **{key: each for key, each in absent.items() if getattr(data, key) is None})
    return data if data.eps >= caps.least_eps else replace(data, eps=float(caps.least_eps))
