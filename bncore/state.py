"""What a layer holds: parameters, running statistics and their counts; how they leave and come back.

Several threads may use one layer. Whoever replaces its numbers by others that are made of them holds a lock
meanwhile, for microseconds. It is one for all layers: one of each would be copied and pickled with it.
"""

import copy
import math
import os
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

import numpy
from numpy.typing import DTypeLike

from . import checks, libraries
from ._stats import Stats
from .axes import Integers
from .libraries import Library
from .running import Rule, Running

Value = TypeVar("Value")

_lock: AbstractContextManager[Any] = threading.RLock()


def alone() -> AbstractContextManager[Any]:
    """What to be within for no other thread to change the numbers of a layer meanwhile."""
    return _lock


def _after_fork_in_child() -> None:
    # a thread that held it is not in the child
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


class _Held(Generic[Value]):
    """An attribute that `state_dict` holds: what `load_state_dict` would refuse cannot be assigned to it."""

    def __set_name__(self, owner: object, name: str) -> None:
        self.name = name

    def __get__(self, layer: object, owner: object = None) -> Value:
        return self if layer is None else vars(layer)[self.name]  # type: ignore[return-value]

    def __set__(self, layer: "State", value: Value) -> None:
        accepted = layer._accepted(self.name, value)
        with alone():
            vars(layer)[self.name] = accepted


class State:
    """The numbers of a layer, of the shape and the types that its options say."""

    gamma = _Held[numpy.ndarray | None]()
    beta = _Held[numpy.ndarray | None]()
    running_mean = _Held[numpy.ndarray | None]()
    running_var = _Held[numpy.ndarray | None]()
    num_batches_tracked = _Held[int]()
    num_elements_tracked = _Held[float]()

    eps: float
    momentum: float | None

    def __init__(
        self,
        num_features: Integers,
        *,
        affine: bool = True,
        track_running_stats: bool = True,
        axis: Integers = 1,
        dtype: DTypeLike = numpy.float32,
    ) -> None:
        self.axis, self.num_features = _of_channel(axis, num_features)
        self.affine = bool(affine)
        self.track_running_stats = bool(track_running_stats)
        self.dtype = checks.float_type("dtype", dtype)
        neutral = self._neutral() if self.affine else {}
        self.gamma, self.beta = neutral.get("gamma"), neutral.get("beta")
        self.running_mean = numpy.zeros(self._shape) if self.track_running_stats else None
        self.running_var = numpy.ones(self._shape) if self.track_running_stats else None
        self.num_batches_tracked = 0
        self.num_elements_tracked = 0

    def state_dict(self) -> dict[str, Any]:
        """Copies of the layer's numbers by name: gamma and beta, the running statistics and their counts.

        Returns
        -------
        dict : without gamma and beta where affine=False, without the rest where track_running_stats=False.

        Examples
        --------
        >>> import bncore
        >>> list(bncore.BatchNorm(2).state_dict())
        ['gamma', 'beta', 'running_mean', 'running_var', 'num_batches_tracked', 'num_elements_tracked']
        """
        with alone():
            return {
                name: value.copy() if isinstance(value := getattr(self, name), numpy.ndarray) else value
                for name in self._state_names()
            }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over the numbers that `state_dict` gave, or those of another library, as copies.

        Parameters
        ----------
        state : mapping with the names of `state_dict` and no others; gamma and beta of the layer's dtype, the
            running statistics float64, each of the shape of the channel; the counts not negative, that of
            batches an integer.
            Or with the names of PyTorch, Keras, Flax (nested or flat) or ONNX; numbers of narrower types are
            taken then, and a count that is missing is 0, for nobody knows it. The options of the layer stay:
            `from_torch` and the others take eps, momentum and axis too.

        Raises
        ------
        TypeError, ValueError
            If the state is not as above, or is that of another library where momentum=None, which needs the
            number of elements. Nothing has changed then.

        Examples
        --------
        >>> import numpy, bncore
        >>> layer, other = bncore.BatchNorm(2), bncore.BatchNorm(2)
        >>> layer.gamma[0] = 5
        >>> other.load_state_dict(layer.state_dict())
        >>> other.gamma
        array([5., 1.], dtype=float32)
        >>> zeros, ones = numpy.zeros(2, "f"), numpy.ones(2, "f")
        >>> other.load_state_dict({"scale": 7 * ones, "bias": zeros, "mean": zeros, "var": ones})
        >>> other.gamma
        array([7., 7.], dtype=float32)
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"state must be a mapping of names to values, found {type(state).__name__}")
        names = self._state_names()
        if set(state) != set(names):
            library, numbers = libraries.recognised(state)
            if library is None:
                raise ValueError(
                    f"state must have the names {names}, or those of {libraries.TITLES}, found {list(state)}"
                )
            state = self._completed(library, numbers)
        accepted = copy.deepcopy({name: self._accepted(name, state[name]) for name in names})
        with alone():
            vars(self).update(accepted)

    def _completed(self, library: Library, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Numbers of a library in the types of this layer, with what it does not have."""
        names = self._state_names()
        usual: dict[str, Any] = {"num_batches_tracked": 0, "num_elements_tracked": 0}
        usual |= self._neutral() if library.partial else {}
        if not set(numbers) <= set(names) <= {*numbers, *usual}:
            wanted, found = (
                [theirs for name, theirs in library.names.items() if name in some]
                for some in (names, numbers)
            )
            raise ValueError(f"state must have the names {wanted} of {library.title}, found {found}")
        if "running_mean" in names and self.momentum is None and numbers.get("num_batches_tracked") != 0:
            raise ValueError(
                "momentum must be a number where a state does not count its elements (num_elements_tracked): "
                "what is to come could not be weighed against them, found None"
            )
        complete = usual | {name: self._widened(name, value) for name, value in numbers.items()}
        return {name: complete[name] for name in names}

    def _widened(self, name: str, value: Any) -> Any:
        """A number of another library in the layer's type, if that holds all of its type."""
        value, wanted = libraries.plain(value), self._dtype(name)
        widens = isinstance(value, numpy.ndarray) and value.dtype.kind == "f" and not name.startswith("num_")
        return value.astype(wanted) if widens and numpy.can_cast(value.dtype, wanted) else value

    def _neutral(self) -> dict[str, numpy.ndarray]:
        """What gamma and beta are where there are none."""
        return {"gamma": numpy.ones(self._shape, self.dtype), "beta": numpy.zeros(self._shape, self.dtype)}

    @property
    def _shape(self) -> tuple[int, ...]:
        return self.num_features if isinstance(self.num_features, tuple) else (self.num_features,)

    def _state_names(self) -> list[str]:
        return ["gamma", "beta"] * self.affine + [
            "running_mean", "running_var", "num_batches_tracked", "num_elements_tracked",
        ] * self.track_running_stats  # fmt: skip

    def _dtype(self, name: str) -> numpy.dtype[Any]:
        return numpy.dtype(numpy.float64) if name.startswith("running_") else self.dtype

    def _accepted(self, name: str, value: Any) -> numpy.ndarray | float | None:
        """A value for the attribute of this name."""
        if name.startswith("num_"):
            # a file has arrays without axes
            value = value[()] if isinstance(value, numpy.ndarray) and value.ndim == 0 else value
            if name == "num_elements_tracked":
                return checks.amount(name, value)
            return checks.integer(name, value, least=0, most=sys.maxsize)
        option = "track_running_stats" if name.startswith("running_") else "affine"
        if not getattr(self, option):
            if value is not None:
                raise TypeError(f"{name} must be None where {option}=False, found {type(value).__name__}")
            return None
        shape, dtype = self._shape, self._dtype(name)
        if len(shape) == 1:
            array = checks.parameter(name, value, shape[0], dtype)
        else:
            array = checks.tensor(name, value)
            if array.shape != shape:
                raise ValueError(f"{name} must have shape {shape}, one number a channel, found {array.shape}")
            if array.dtype.newbyteorder("=") != dtype:
                raise TypeError(f"{name} must be a {dtype} array, found dtype {array.dtype}")
            array = numpy.asarray(array, dtype)
        if name == "running_var":
            checks.variance(name, array.reshape(-1), math.prod(shape))
        return array

    def _running(self) -> Running:
        with alone():
            mean, var = self._flat("running_mean"), self._flat("running_var")
            batches, elements = self.num_batches_tracked, self.num_elements_tracked
        assert mean is not None
        assert var is not None
        return Running(batches, elements, mean, var)

    def _enter(self, batches: Iterable[Stats], rule: Rule) -> None:
        """Update the running statistics by batches that follow each other, of all that came before them."""
        with alone():
            before = running = self._running()
            for batch in batches:
                running = running.after(batch, rule)
            if running is not before:
                vars(self).update(
                    running_mean=running.mean.reshape(self._shape),
                    running_var=running.var.reshape(self._shape),
                    num_batches_tracked=running.batches,
                    num_elements_tracked=running.elements,
                )

    def _flat(self, name: str) -> numpy.ndarray | None:
        """A vector of the state, one number a channel in one axis."""
        array: numpy.ndarray | None = vars(self)[name]
        return array if array is None or array.ndim == 1 else array.reshape(-1)


def _of_channel(axis: Any, num_features: Any) -> tuple[Any, Any]:
    """Axis and number of features: an integer each, or as many of them as the channel has axes."""
    most = sys.maxsize // 8
    if not isinstance(axis, tuple | list):
        return checks.integer("axis", axis), checks.integer("num_features", num_features, least=1, most=most)
    places = tuple(checks.integer("axis", each) for each in axis)
    if not isinstance(num_features, tuple | list):
        raise TypeError(f"axis must be an integer where num_features is one, found {type(axis).__name__}")
    sizes = tuple(checks.integer("num_features", each, least=1, most=most) for each in num_features)
    if len(sizes) != len(places) or not places:
        raise ValueError(
            f"num_features must have a number for each axis of {places}, at least one, found {sizes}"
        )
    if len(set(places)) < len(places):
        raise ValueError(f"axis must name axes that differ, found {places}")
    checks.integer("num_features", math.prod(sizes), most=most)
    return places, sizes
