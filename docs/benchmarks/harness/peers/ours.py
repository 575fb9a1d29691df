"""bncore, through its public functions."""

import bncore
from harness.peers.base import Base, Bound
from harness.workload import calls


class Peer(Base):
    """bncore on all threads of the run."""

    name = "bncore"
    accumulate = {"float32": "float64", "float64": "compensated"}  # noqa: RUF012

    def bind(self, operation, load, out):
        results = {
            "forward": lambda found: {"y": found[0], "mean": found[1].mean, "var": found[1].var},
            "inference": lambda found: {"y": found},
            "backward": lambda found: dict(zip(("dx", "dgamma", "dbeta"), found, strict=True)),
        }
        return Bound(calls(bncore, load, out)[operation], results[operation])


class OneThread(Peer):
    """bncore on the calling thread: what the others are worth."""

    name = "bncore, one thread"

    def bind(self, operation, load, out):
        bound = super().bind(operation, load, out)

        def call():
            before = bncore.get_num_threads()
            bncore.set_num_threads(1)
            try:
                return bound.call()
            finally:
                bncore.set_num_threads(before)

        return Bound(call, bound.results)
