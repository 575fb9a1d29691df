"""The numbers of a layer from PyTorch, Keras, Flax and ONNX, and back again."""

from collections.abc import Mapping
from typing import Any, Self

import numpy

from . import libraries
from .checks import Array
from .libraries import FLAX, KERAS, ONNX, PYTORCH, Library, Operator
from .state import State


class Exchange(State):
    """A state that other libraries give and take."""

    @classmethod
    def from_torch(cls, source: Any, **options: Any) -> Self:
        """A layer with the numbers of PyTorch's: the same inference, and the same training after it.

        Parameters
        ----------
        source : a torch.nn.BatchNorm1d, 2d or 3d, or the dictionary that its `state_dict` gives, of tensors
            or arrays. A dictionary has no eps and no momentum: they are PyTorch's own if they are not given.
        options : arguments of `BatchNorm`, in the place of those of the source.

        Returns
        -------
        BatchNorm : gamma is weight, beta is bias. The running statistics, float32 there, are float64 here.
            PyTorch does not count elements, so that momentum=None is refused for statistics of any batch.

        Raises
        ------
        TypeError, ValueError
            If the source or an option is not as above.

        Examples
        --------
        >>> import numpy, bncore
        >>> zeros, ones = numpy.zeros(2, "f"), numpy.ones(2, "f")
        >>> state = {"weight": 3 * ones, "bias": zeros, "running_mean": zeros, "running_var": ones}
        >>> layer = bncore.BatchNorm.from_torch(state, eps=1e-3)
        >>> layer.gamma, layer.running_var, layer.eps
        (array([3., 3.], dtype=float32), array([1., 1.]), 0.001)
        """
        if isinstance(source, Mapping):
            return cls._of(PYTORCH, source, {}, options)
        libraries.check(PYTORCH, "source", source)
        return cls._of(PYTORCH, source.state_dict(), libraries.options(PYTORCH, source, "eps"), options)

    @classmethod
    def from_keras(cls, source: Any, **options: Any) -> Self:
        """A layer with the numbers of Keras's: the same inference, and the same training after it.

        Parameters
        ----------
        source : a keras.layers.BatchNormalization that has been built, or a dictionary of gamma, beta,
            moving_mean and moving_variance. A dictionary has no epsilon, momentum and axis: they are Keras's
            own if they are not given.
        options : arguments of `BatchNorm`, in the place of those of the source.

        Returns
        -------
        BatchNorm : momentum is 1 minus Keras's, and unbiased=False. Without gamma (scale=False) it is 1,
            without beta (center=False) it is 0.

        Raises
        ------
        TypeError, ValueError
            If the source or an option is not as above.

        Examples
        --------
        >>> import numpy, bncore
        >>> zeros, ones = numpy.zeros(2, "f"), numpy.ones(2, "f")
        >>> layer = bncore.BatchNorm.from_keras({"beta": ones, "moving_mean": zeros, "moving_variance": ones})
        >>> layer.eps, round(layer.momentum, 3), layer.axis, layer.unbiased
        (0.001, 0.01, -1, False)
        """
        if isinstance(source, Mapping):
            return cls._of(KERAS, source, {}, options)
        libraries.check(KERAS, "source", source)
        return cls._of(KERAS, libraries.weights(source), libraries.options(KERAS, source, "epsilon"), options)

    @classmethod
    def from_flax(cls, source: Any, variables: Mapping[str, Any] | None = None, **options: Any) -> Self:
        """A layer with the numbers of Flax's: the same inference, and the same training after it.

        Parameters
        ----------
        source : a flax.nnx.BatchNorm; or a flax.linen.BatchNorm, with its variables; or variables alone, as
            {"params": {"scale": ..., "bias": ...}, "batch_stats": {"mean": ..., "var": ...}} or in one
            dictionary. Variables have no epsilon, momentum and axis: they are Flax's own if they are not
            given.
        variables : those of a flax.linen.BatchNorm.
        options : arguments of `BatchNorm`, in the place of those of the source.

        Returns
        -------
        BatchNorm : momentum is 1 minus Flax's, and unbiased=False. Without scale gamma is 1, without bias
            beta is 0.

        Raises
        ------
        TypeError, ValueError
            If the source or an option is not as above.

        Examples
        --------
        >>> import numpy, bncore
        >>> zeros, ones = numpy.zeros(2, "f"), numpy.ones(2, "f")
        >>> params, batch_stats = {"scale": 3 * ones, "bias": zeros}, {"mean": zeros, "var": ones}
        >>> bncore.BatchNorm.from_flax({"params": params, "batch_stats": batch_stats}).gamma
        array([3., 3.], dtype=float32)
        """
        if isinstance(source, Mapping):
            return cls._of(FLAX, source, {}, options)
        libraries.check(FLAX, "source", source)
        if variables is None:
            variables = libraries.variables(source)
        return cls._of(FLAX, variables, libraries.options(FLAX, source, "epsilon"), options)

    @classmethod
    def from_onnx(cls, source: Any, node: str | None = None, **options: Any) -> Self:
        """A layer with the numbers of ONNX's operator BatchNormalization: the same inference.

        Parameters
        ----------
        source : an onnx.ModelProto or GraphProto whose node has its numbers in initializers; or a dictionary
            of scale, B, input_mean and input_var, and epsilon and momentum where they are not ONNX's own.
        node : str. The name of the node, or of its output, where the model has several of this operator.
        options : arguments of `BatchNorm`, in the place of those of the source.

        Returns
        -------
        BatchNorm : momentum is 1 minus ONNX's, and unbiased=False.

        Raises
        ------
        TypeError, ValueError
            If the source or an option is not as above.

        Examples
        --------
        >>> import numpy, bncore
        >>> zeros, ones = numpy.zeros(2, "f"), numpy.ones(2, "f")
        >>> given = {"scale": ones, "B": zeros, "input_mean": zeros, "input_var": ones, "epsilon": 1e-3}
        >>> bncore.BatchNorm.from_onnx(given).eps
        0.001
        """
        if not isinstance(source, Mapping):
            source = Operator(source, node).read()
        numbers = dict(source)
        given = {"eps": numbers.pop("epsilon", ONNX.eps)}
        given["momentum"] = ONNX.turned(numbers.pop("momentum", ONNX.momentum))
        return cls._of(ONNX, numbers, given, options)

    @classmethod
    def _of(
        cls, library: Library, state: Mapping[str, Any], given: dict[str, Any], options: dict[str, Any]
    ) -> Self:
        """A layer with this state of a library; options of the caller come before those given."""
        numbers = libraries.translated(library, state)
        vectors = [libraries.plain(value) for name, value in numbers.items() if not name.startswith("num_")]
        if not vectors:
            raise ValueError(
                f"source must have {', '.join(library.names.values())} of {library.title}, "
                f"found {list(state)}"
            )
        first, shape = vectors[0], numpy.shape(vectors[0])
        usual: dict[str, Any] = {
            "num_features": shape[0] if len(shape) == 1 else shape or 1,
            "eps": library.eps,
            "momentum": library.turned(library.momentum),
            "affine": "gamma" in numbers or "beta" in numbers,
            "track_running_stats": "running_mean" in numbers,
            "axis": library.axis,
            "dtype": numpy.float64 if getattr(first, "dtype", None) == numpy.float64 else numpy.float32,
            "unbiased": library.unbiased,
        }
        layer = cls(**usual | given | options)
        layer.load_state_dict(layer._completed(library, numbers))
        return layer

    def to_torch(self, module: Any = None) -> Any:
        """The numbers of the layer as PyTorch's: in a dictionary, or in a module.

        Parameters
        ----------
        module : a torch.nn.BatchNorm1d, 2d or 3d to write them into, eps and momentum too; None for a
            dictionary of arrays.

        Returns
        -------
        dict or the module : weight, bias and the running statistics, all of the layer's dtype, to which the
            running statistics are rounded, and num_batches_tracked.

        Raises
        ------
        ValueError
            If the channel has several axes, a number is beyond the dtype, or the module has other numbers to
            hold.

        Examples
        --------
        >>> import bncore
        >>> list(bncore.BatchNorm(2).to_torch())
        ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']
        """
        numbers = self._as(PYTORCH)
        if module is None:
            return numbers
        libraries.check(PYTORCH, "module", module)
        held = module.state_dict()
        numbers = self._fitted(PYTORCH, numbers, held)
        module.load_state_dict({name: held[name].new_tensor(value) for name, value in numbers.items()})
        module.eps, module.momentum = self.eps, self.momentum
        return module

    def to_keras(self, layer: Any = None) -> Any:
        """The numbers of the layer as Keras's: in a dictionary, or in a layer of Keras.

        Parameters
        ----------
        layer : a keras.layers.BatchNormalization that has been built, to write them into, epsilon and
            momentum too; None for a dictionary of arrays.

        Returns
        -------
        dict or the layer : gamma, beta, moving_mean and moving_variance, all of the layer's dtype, to which
            the running statistics are rounded.

        Raises
        ------
        ValueError
            If the channel has several axes, there are no running statistics, a number is beyond the dtype, or
            the layer of Keras has other numbers to hold or no momentum=None.

        Examples
        --------
        >>> import bncore
        >>> list(bncore.BatchNorm(2).to_keras())
        ['gamma', 'beta', 'moving_mean', 'moving_variance']
        """
        numbers = self._as(KERAS)
        if layer is None:
            return numbers
        libraries.check(KERAS, "layer", layer)
        held = libraries.weights(layer)
        numbers, momentum = self._fitted(KERAS, numbers, held), self._momentum(KERAS)
        layer.set_weights([numbers[name] for name in held])
        layer.epsilon, layer.momentum = self.eps, momentum
        return layer

    def to_flax(self, module: Any = None) -> Any:
        """The numbers of the layer as Flax's: as variables, or in a module.

        Parameters
        ----------
        module : a flax.nnx.BatchNorm to write them into, epsilon and momentum too; None for variables, which
            flax.linen.BatchNorm(epsilon=eps, momentum=1 - momentum, axis=axis) applies.

        Returns
        -------
        dict or the module : {"params": {"scale": ..., "bias": ...}, "batch_stats": {"mean": ..., "var":
            ...}}, all of the layer's dtype, to which the running statistics are rounded.

        Raises
        ------
        ValueError
            If there are no running statistics, a number is beyond the dtype, or the module has other numbers
            to hold or no momentum=None.

        Examples
        --------
        >>> import bncore
        >>> {name: list(values) for name, values in bncore.BatchNorm(2).to_flax().items()}
        {'params': ['scale', 'bias'], 'batch_stats': ['mean', 'var']}
        """
        numbers = self._as(FLAX)
        if module is None:
            return {
                collection: {
                    theirs: numbers[theirs] for ours in names if (theirs := FLAX.names[ours]) in numbers
                }
                for collection, names in libraries.COLLECTIONS.items()
            }
        libraries.check(FLAX, "module", module)
        held = libraries.variables(module)
        numbers, momentum = self._fitted(FLAX, numbers, held), self._momentum(FLAX)
        for name, value in numbers.items():
            getattr(module, name)[...] = value
        module.epsilon, module.momentum = self.eps, momentum
        return module

    def to_onnx(self, model: Any = None, node: str | None = None) -> Any:
        """The numbers of the layer as those of ONNX's operator: in a dictionary, or in a model.

        Parameters
        ----------
        model : an onnx.ModelProto or GraphProto to write them into, epsilon and momentum too; None for a
            dictionary.
        node : str. The name of the node, or of its output, where the model has several of this operator.

        Returns
        -------
        dict or the model : scale, B, input_mean and input_var, all of the layer's dtype, to which the running
            statistics are rounded, and epsilon and momentum, which a model rounds to float32.

        Raises
        ------
        ValueError
            If the channel has several axes, there are no running statistics, a number is beyond the dtype, or
            the model has other numbers to hold or no momentum=None.

        Examples
        --------
        >>> import bncore
        >>> list(bncore.BatchNorm(2).to_onnx())
        ['scale', 'B', 'input_mean', 'input_var', 'epsilon', 'momentum']
        """
        numbers, momentum = self._as(ONNX), self._momentum(ONNX)
        attributes = {"epsilon": self.eps, "momentum": momentum}
        if model is None:
            return numbers | attributes
        operator = Operator(model, node)
        held = {name: numpy.empty(tensor.dims) for name, tensor in operator.tensors.items()}
        operator.write(self._fitted(ONNX, numbers, held), attributes)
        return model

    def _as(self, library: Library) -> dict[str, Array]:
        """The numbers by the names of a library, in the dtype of the layer."""
        if library is not FLAX and isinstance(self.axis, tuple):
            raise ValueError(f"axis must be one axis for {library.title}, found {self.axis}")
        if library is not PYTORCH and not self.track_running_stats:
            raise ValueError(f"track_running_stats must be True for {library.title}, found False")
        # the operator of ONNX has no optional inputs
        held = (self._neutral() if library is ONNX else {}) | self.state_dict()
        return {
            theirs: self._narrowed(name, held[name]) for name, theirs in library.names.items() if name in held
        }

    def _narrowed(self, name: str, value: Any) -> Array:
        """Numbers in the dtype of the layer; a count as an array too."""
        if name.startswith("num_"):
            return numpy.array(value, numpy.int64)
        with numpy.errstate(all="ignore"):
            narrow: Array = value.astype(self.dtype)
        beyond = numpy.isfinite(value) & ~numpy.isfinite(narrow)
        if beyond.any():
            raise ValueError(f"{name} must be within {self.dtype}, found {value[beyond][0]}")
        return narrow

    def _momentum(self, library: Library) -> float:
        momentum = library.turned(self.momentum)
        if momentum is None:
            raise ValueError(f"momentum must be a number for {library.title}, found None")
        return momentum

    def _fitted(
        self, library: Library, numbers: dict[str, Array], held: Mapping[str, Any]
    ) -> dict[str, Array]:
        """The numbers that a module holds: what it lacks must change nothing, and may be lacking here."""
        neutral = {library.names[name]: value for name, value in self._neutral().items()}
        fitted = {name: value for name, value in (neutral | numbers).items() if name in held}
        lost = [
            name
            for name in numbers
            if name not in held and not (name in neutral and numpy.array_equal(numbers[name], neutral[name]))
        ]
        if lost or set(fitted) != set(held):
            raise ValueError(f"the module must hold {list(numbers)}, found {list(held)}")
        for name, value in fitted.items():
            if numpy.shape(held[name]) != value.shape:
                found = tuple(numpy.shape(held[name]))
                raise ValueError(f"{name} of the module must have shape {value.shape}, found {found}")
        return {name: fitted[name] for name in held}
