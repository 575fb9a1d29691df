"""The contenders: bncore, and one class for each peer it is measured against."""

from harness.environment import unbound
from harness.peers.base import Unsupported

ONE_THREAD = "bncore, one thread"
# The order in which they are loaded: pools that are not OpenMP's first, see `harness.environment`.
_MODULES = {
    "onednn": "harness.peers.onednn",
    "jax": "harness.peers.xla",
    "onnxruntime": "harness.peers.onnx_runtime",
    "torch": "harness.peers.pytorch",
    "numpy": "harness.peers.textbook",
    "bncore": "harness.peers.ours",
    ONE_THREAD: "harness.peers.ours:OneThread",
}
NAMES = tuple(_MODULES)

__all__ = ["NAMES", "ONE_THREAD", "Unsupported", "load"]


def load(names):
    """The peers of these names that are installed, {name: peer}, and why others are not, {name: reason}."""
    from importlib import import_module

    peers, missing = {}, {}
    for name in (name for name in NAMES if name in names):
        try:
            with unbound():
                module, _, kind = _MODULES[name].partition(":")
                peers[name] = getattr(import_module(module), kind or "Peer")()
        except (ImportError, OSError) as error:
            missing[name] = str(error)
    return peers, missing
