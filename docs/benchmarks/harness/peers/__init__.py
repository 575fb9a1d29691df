"""The contenders: bncore, and one class for each peer it is measured against."""

from harness.environment import unbound
from harness.peers.base import Unsupported

# bncore on other numbers of threads
THREADS = ONE_THREAD, TWICE_THE_THREADS = "bncore, one thread", "bncore, twice the threads"
# The order in which they are loaded: pools that are not OpenMP's first, see `harness.environment`.
_MODULES = {
    "onednn": "harness.peers.onednn",
    "jax": "harness.peers.xla",
    "onnxruntime": "harness.peers.onnx_runtime",
    "torch": "harness.peers.pytorch",
    "torch.compile": "harness.peers.compiled",
    "numpy": "harness.peers.textbook",
    "bncore": "harness.peers.ours",
    ONE_THREAD: "harness.peers.ours:OneThread",
    TWICE_THE_THREADS: "harness.peers.ours:Crowded",
    "bncore, float32": "harness.peers.ours:Single",
    "bncore, what counts alone": "harness.peers.ours:Counting",
    "bncore, ordinary sums": "harness.peers.ours:Ordinary",
    "bncore, passive waiting": "harness.peers.ours:Passive",
    "bncore, one process": "harness.peers.ours:Alone",
}
NAMES = tuple(_MODULES)

__all__ = ["NAMES", "THREADS", "Unsupported", "load"]


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
