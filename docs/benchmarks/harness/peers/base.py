"""What a peer is: something that binds a workload to a call without arguments."""

from dataclasses import dataclass


class Unsupported(Exception):
    """A peer has no such operation, layout or type: reported, never timed as something else."""


@dataclass(frozen=True)
class Bound:
    """One call ready to be timed: `call()` returns what `results` turns into {name: array}; `end()` ends it.

    Arrays of x's shape lie in the workload's layout; statistics and gradients of a channel have shape (C,).
    """

    call: object
    results: object
    end: object = None


class Base:
    """A peer.

    `pool` names the threads that it runs on: contenders of one pool do not wait for each other's threads to
    go to sleep. `accumulate` gives, for each dtype, the class of rounding errors (`spec.bounds`) that its
    results are held to. `writes` says whether it can write into arrays that it is given, `halves` whether
    it has float16 and bfloat16.
    """

    name = ""
    pool = "openmp"
    accumulate = dict.fromkeys(("float32", "float64", "float16", "bfloat16"), "any")
    writes = True
    halves = False

    def bind(self, operation, load, out):
        """The call of `operation` on the workload, into its outputs if `out`; raises Unsupported."""
        if load.x.itemsize == 2 and not self.halves:
            raise Unsupported(f"{self.name} has no {load.x.dtype}")
        method = getattr(self, operation.replace(" ", "_"), None)
        if method is None:
            raise Unsupported(f"{self.name} has no {operation}")
        return method(load, out)
