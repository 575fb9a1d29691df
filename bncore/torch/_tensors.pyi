from torch import Tensor

import bncore

def threads() -> int: ...
def forward(
    x: Tensor,
    gamma: Tensor | None,
    beta: Tensor | None,
    residual: Tensor | None,
    eps: float,
    relu: bool,
) -> tuple[Tensor, bncore.Stats] | None: ...
def inference(
    x: Tensor,
    gamma: Tensor | None,
    beta: Tensor | None,
    mean: Tensor,
    var: Tensor,
    residual: Tensor | None,
    eps: float,
    relu: bool,
) -> Tensor | None: ...
def backward(
    dy: Tensor,
    x: Tensor,
    gamma: Tensor | None,
    stats: bncore.Stats,
    y: Tensor | None,
    gated: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor | None] | None: ...
def inference_backward(
    dy: Tensor, x: Tensor, gamma: Tensor | None, mean: Tensor, var: Tensor, eps: float
) -> tuple[Tensor, Tensor, Tensor] | None: ...
def update(mean: Tensor, var: Tensor, stats: bncore.Stats, momentum: float) -> bool: ...
