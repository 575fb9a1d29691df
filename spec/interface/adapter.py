"""What an implementation under test looks like from here: a few calls on NumPy arrays, and declarations."""

import copy
import inspect
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Integral, Real
from textwrap import indent

from ..bounds import formats
from ..bounds.errors import ACCUMULATIONS, weaker
from ..data.layouts import LAYOUTS
from ..supervise import ENDINGS
from .signatures import CALLS, table

# What each declaration is an instance of.
KINDS = {
    "dtypes": (tuple, list),
    "accumulate": (str, Mapping),
    "layouts": (tuple, list),
    "least": (Integral,),
    "least_eps": (Real,),
    "optional": (bool,),
    "constant": (bool,),
    "variance": (str,),
    "weighs": (str,),
    "attributes": (str,),
    "keeps_layout": (bool,),
    "rounds_once": (bool,),
    "operations": (tuple, list),
    "concurrent": (bool,),
    "refuses": (bool,),
    "masks": (bool,),
    "replaces": (bool,),
    "cumulative": (str,),
}


@dataclass(frozen=True)
class Caps:
    """What an implementation declares.

    `accumulate` is one of `spec.bounds.errors.ACCUMULATIONS`, or a mapping from dtypes to them. `least` is
    the smallest m of training mode, `least_eps` the smallest eps that it accepts. `optional` says that gamma
    and beta may be None, `constant` that a constant channel gives beta exactly, whatever its value.
    `variance` ("unbiased" or "biased") is the one that the running average takes, `weighs` ("new" or "old")
    what momentum is the weight of, `attributes` the format that eps and momentum are held in. `keeps_layout`
    says that outputs of x's shape lie in memory as x does, `rounds_once` that `jvp` and `double_backward` of
    half precision round nothing to it but what they return, `operations` what derivatives can be nested of,
    `concurrent` that several threads may call at once, `refuses` that operands of a wrong size are an error,
    what broadcasts among them, and so are an eps, weights and a given variance that are negative, an eps that
    is NaN, and a momentum outside [0, 1]; `masks` that weights are true or false; `replaces` that where
    momentum leaves nothing of the old state, or takes nothing of the batch, no NaN of that comes through.
    `cumulative` says what running statistics are where momentum is None: those of all "elements" so far, or
    the average of the "batches"; "" that there is no such thing.

    Raises ValueError for a declaration that means nothing.

    >>> Caps(dtypes=("float32",), accumulate="any").accumulation("float32")
    'any'
    """

    dtypes: tuple = ("float32", "float64")
    accumulate: str | Mapping = "any"
    layouts: tuple = tuple(LAYOUTS)
    least: int = 0
    least_eps: float = 0.0
    optional: bool = True
    constant: bool = False
    variance: str = "unbiased"
    weighs: str = "new"
    attributes: str = "float64"
    keeps_layout: bool = False
    rounds_once: bool = False
    operations: tuple = ("jvp", "grad")
    concurrent: bool = True
    refuses: bool = False
    masks: bool = False
    replaces: bool = False
    cumulative: str = ""

    def __post_init__(self):
        classes = [self.accumulate] if isinstance(self.accumulate, str) else self.accumulate.values()
        for field, kind in KINDS.items():
            value = getattr(self, field)
            if not isinstance(value, kind) or (isinstance(value, bool) and bool not in kind):
                wanted = " or ".join(each.__name__ for each in kind)
                raise ValueError(f"{field}: wanted {wanted}, found {value!r}")
        for field in ("least", "least_eps"):
            if not 0 <= getattr(self, field) < math.inf:
                raise ValueError(f"{field}: wanted a number from 0 on, found {getattr(self, field)!r}")
        for field, found, known in [
            ("dtypes", self.dtypes, ("float32", "float64", *formats.HALVES)),
            ("accumulate", classes, ACCUMULATIONS),
            ("layouts", self.layouts, LAYOUTS),
            ("variance", [self.variance], ("unbiased", "biased")),
            ("weighs", [self.weighs], ("new", "old")),
            ("operations", self.operations, ("jvp", "grad")),
            ("attributes", [self.attributes], ("float32", "float64")),
            ("cumulative", [self.cumulative], ("", "elements", "batches")),
        ]:
            for each in found:
                if not isinstance(each, str) or each not in known:
                    raise ValueError(f"{field}: wanted some of {', '.join(known)}, found {each!r}")
        for dtype in self.dtypes if isinstance(self.accumulate, Mapping) else ():
            if dtype not in self.accumulate:
                raise ValueError(f"accumulate: wanted a class for each dtype, found none for {dtype}")

    def declaring(self, accumulate):
        """The same declarations, but for the class. Raises ValueError for one that there is not."""
        weaker(accumulate, self.dtypes[0])
        return replace(self, accumulate=accumulate)

    def accumulation(self, dtype):
        """The class declared for data of this dtype."""
        return self.accumulate if isinstance(self.accumulate, str) else self.accumulate[dtype]


class Adapter:
    """An implementation under test. A subclass has `caps`, and those of these methods that it can offer:

        {calls}

    Arrays are NumPy's; x, dy, v and ddx have the shape (N, C, *spatial), in any layout that `caps` declares,
    the rest the shape (C,). `var` is the biased variance of (9.39) without eps; "mean" and "var" may be left
    out of the result. `jvp` is how y moves where x moves along v; `double_backward` the gradients, by dy, x
    and gamma, of <ddx, dx> + ddgamma dgamma + ddbeta dbeta; both are of training mode. `derivative`, for
    frameworks of automatic differentiation, is that of each channel's sum(dy*y) along u, v and w, as many of
    them as `nesting` has operations (`spec.oracle.derivatives`). `weights`, bool or float, of a shape that
    broadcasts to x's with extent 1 at the channel, say how often each element counts in (9.38) and (9.39);
    dy is the derivative of a loss that knows nothing of them. `residual`, of x's shape, is added to y, and
    where `relu` is true the sum is rectified: y is then max(that, 0), a NaN stays, and dy counts where y is
    positive. backward may take the `y` that forward has returned, and finds the gate itself where it
    has none, or refuses; it returns the gradient by the residual too. One of ddx, ddgamma and ddbeta that is
    None is 0, or refused. The shards of one batch, `xs` and `dys`, are lists of arrays, unequal, and some of
    them empty; y and dx are lists too, mean, var, dgamma and dbeta those of the whole batch. `steps` returns
    the running statistics after a pass of each of several batches: of training, or what `modes` says of each,
    "training", "inference", or "backward" for one of training and the backward pass after it; `uses` the
    gradients of one layer that is used on each of them, and on empty ones where `least` is 0, before its
    backward passes: dx of each, dgamma and dbeta of all. `fold` returns the
    weight and the bias of one layer that is equal to a linear layer or convolution, of shape
    (C, K / groups, ...), and inference after it; where `transposed` is true the weight has the shape
    (K, C / groups, ...). A method that is missing is reported N/A, and so is one that does not take what it
    would be given by name.

    `inplace` names those of forward, inference, backward and inference_backward that are called with
    `inplace=True`, too: y is to be written over x, and dx over dy. `set_threads(count)`, if there is one,
    sets how many threads the implementation has.
    """

    caps = Caps()
    inplace = ()
    set_threads = None

    def takes(self, method, option):
        """Whether a method takes an argument of this name.

        One that takes any does if the method that it overrides does: it may pass them on, or drop them.
        """
        for owner in (self, *type(self).__mro__):
            function = getattr(owner, method, None)
            parameters = {} if function is None else inspect.signature(function).parameters
            if option in parameters:
                return True
            if not any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
                return False
        return False

    @property
    def name(self):
        """What reports call it."""
        return type(self).__name__


Adapter.__doc__ = Adapter.__doc__.format(calls=indent(table(), 8 * " ").strip())


def offers(adapter, method):
    """Whether an implementation offers a method; one whose look-up raises is called, to say so."""
    try:
        return getattr(adapter, method, None) is not None
    except ENDINGS:
        raise
    except BaseException:
        return True


def only(adapter, *methods):
    """The adapter with these methods and no others."""
    alone = copy.copy(adapter)
    for method in CALLS:
        if method not in methods:
            setattr(alone, method, None)
    return alone


class Missing(Exception):
    """An implementation that cannot be loaded; the text says what to do about it."""


class Broke(Exception):
    """A call that ended without a result or an exception: the process died or hung; the text says how."""


class Impure(Exception):
    """A call that did to memory what it must not, where the suite cannot see it; the text says what."""


class Nonsense(Exception):
    """A result that is not what the call returns, but something else; the text says what."""
