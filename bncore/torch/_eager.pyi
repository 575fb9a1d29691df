from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

def batch_norm(
    x: Tensor,
    mean: Tensor | None,
    var: Tensor | None,
    gamma: Tensor | None,
    beta: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    residual: Tensor | None,
    relu: bool,
) -> Tensor | None: ...
def batch_norm_of(layer: _BatchNorm, x: Tensor, residual: Tensor | None) -> Tensor | None: ...
