from collections.abc import Mapping

import numpy
from numpy.typing import NDArray

from .._stats import Stats
from ..checks import Array

# The short ways look at whatever they are given, and answer None where it is not theirs.
def limit_threads(number: int) -> None: ...
def short_statistics(x: object, eps: object, axis: object) -> Stats | None: ...
def short_forward(
    x: object,
    gamma: object,
    beta: object,
    eps: object,
    axis: object,
    residual: object,
    relu: object,
    out: object,
) -> tuple[Array, Stats] | None: ...
def short_inference(
    x: object,
    gamma: object,
    beta: object,
    mean: object,
    var: object,
    eps: object,
    axis: object,
    residual: object,
    relu: object,
    out: object,
) -> Array | None: ...
def short_backward(
    dy: object,
    x: object,
    gamma: object,
    stats: object,
    axis: object,
    y: object,
    out: object,
    residual_out: object,
) -> tuple[Array, Array, Array] | None: ...
def short_inference_backward(
    dy: object, x: object, gamma: object, mean: object, var: object, eps: object, axis: object, out: object
) -> tuple[Array, Array, Array] | None: ...
def short_double_backward(
    ddx: object,
    ddgamma: object,
    ddbeta: object,
    dy: object,
    x: object,
    gamma: object,
    stats: object,
    axis: object,
    out: object,
) -> tuple[Array, Array, NDArray[numpy.float64]] | None: ...
def compute(
    operation: str,
    tensors: Mapping[str, Array],
    vectors: Mapping[str, NDArray[numpy.float64] | None],
    eps: float,
    own: bool,
    m: float,
    relu: bool,
) -> None: ...
def plan(operation: str, tensors: Mapping[str, Array], relu: bool = False) -> dict[str, object]: ...
