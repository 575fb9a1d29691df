"""What a peer is: something that binds a workload to a call without arguments."""

from dataclasses import dataclass


class Unsupported(Exception):
    """A peer has no such operation, layout or type: reported, never timed as something else."""


@dataclass(frozen=True)
class Bound:
    """One call ready to be timed: `call()` returns what `results` turns into {name: array}.

    Arrays of x's shape lie in the workload's layout; statistics and gradients of a channel have shape (C,).
    """

    call: object
    results: object


class Base:
    """A peer.

    `pool` names the threads that it runs on: contenders of one pool do not wait for each other's threads to
    go to sleep. `accumulate` gives, for each dtype, the class of rounding errors (`spec.bounds`) that its
    results are held to. `writes` says whether it can write into arrays that it is given.
    """

    name = ""
    pool = "openmp"
    accumulate = {"float32": "any", "float64": "any"}  # noqa: RUF012
    writes = True

    def bind(self, operation, load, out):
        """The call of `operation` on the workload, into its outputs if `out`; raises Unsupported."""
        return getattr(self, operation)(load, out)
