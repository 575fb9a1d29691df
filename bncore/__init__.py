"""Batch normalization: fast, bit-reproducible, and checked against derivations from the equations.

>>> import numpy, bncore
>>> x = numpy.arange(24, dtype=numpy.float32).reshape(2, 3, 4)
>>> y, stats = bncore.forward(x)
>>> y.mean(axis=(0, 2)).round(6) + 0.0
array([0., 0., 0.], dtype=float32)
"""

try:
    from . import runtime  # noqa: F401 - the first that needs what is compiled
except ImportError as missing:
    if not (missing.name or "").startswith(__name__):
        raise
    raise ImportError(
        f"bncore is not compiled in {__path__[0]}, or not as its sources are now: `pip install --editable .` "
        "in that checkout compiles it there; a bncore that is installed is found from any other folder"
    ) from missing

from ._stats import Stats
from .explaining import explain
from .folding import fold, unfold
from .functional import backward, forward, inference, inference_backward, statistics
from .halves import GradientSums, gradient, gradient_sums, normalize, sums
from .higher import double_backward, jvp
from .layer import BatchNorm
from .merging import Sums, merge
from .recycling import get_kept_memory, set_kept_memory
from .runtime import get_num_threads, set_num_threads, show_config

__all__ = [
    "BatchNorm",
    "GradientSums",
    "Stats",
    "Sums",
    "backward",
    "double_backward",
    "explain",
    "fold",
    "forward",
    "get_kept_memory",
    "get_num_threads",
    "gradient",
    "gradient_sums",
    "inference",
    "inference_backward",
    "jvp",
    "merge",
    "normalize",
    "set_kept_memory",
    "set_num_threads",
    "show_config",
    "statistics",
    "sums",
    "unfold",
]

__version__: str


def __getattr__(name: str) -> str:
    # the version stands in the metadata of the package: to read them takes longer than the import itself
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import metadata

    try:
        version = metadata.version(__name__)
    except metadata.PackageNotFoundError:
        # a folder that nobody installed
        version = "0+unknown"
    globals()[name] = version
    return version
