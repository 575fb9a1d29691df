"""A model's batch normalization exchanged for bncore's, and back."""

from collections.abc import Mapping

import torch
from torch.nn import Module

from . import modules

_OURS: Mapping[type[Module], type[Module]] = {
    torch.nn.BatchNorm1d: modules.BatchNorm1d,
    torch.nn.BatchNorm2d: modules.BatchNorm2d,
    torch.nn.BatchNorm3d: modules.BatchNorm3d,
}
_TORCHS = {ours: torchs for torchs, ours in _OURS.items()}


def convert(model: Module) -> Module:
    """Exchange every torch.nn.BatchNorm1d, 2d and 3d in a model for that of bncore.torch.

    Parameters, buffers, hooks and modes are those of before, the same objects, so that an optimizer keeps
    what it has. A subclass with a forward of its own stays what it is.

    Parameters
    ----------
    model : torch.nn.Module. Its submodules are exchanged in place.

    Returns
    -------
    torch.nn.Module : model itself, or what stands in its place if it is a BatchNorm itself.

    Raises
    ------
    TypeError
        If model is not a torch.nn.Module.

    Examples
    --------
    >>> import torch, bncore.torch
    >>> model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.ReLU())
    >>> type(bncore.torch.convert(model)[1]).__module__
    'bncore.torch.modules'
    """
    return exchanged(model, _OURS)


def revert(model: Module) -> Module:
    """Exchange every BatchNorm of bncore.torch in a model for that of torch.nn: what `convert` did, undone.

    Parameters
    ----------
    model : torch.nn.Module. Its submodules are exchanged in place.

    Returns
    -------
    torch.nn.Module : model itself, or what stands in its place if it is a BatchNorm itself.

    Raises
    ------
    TypeError
        If model is not a torch.nn.Module.
    ValueError
        If one of them has a relu, which torch's has not. Nothing has changed then.

    Examples
    --------
    >>> import torch, bncore.torch
    >>> type(bncore.torch.revert(bncore.torch.BatchNorm2d(8))).__module__
    'torch.nn.modules.batchnorm'
    """
    if isinstance(model, Module):
        for name, each in model.named_modules():
            if type(each) in _TORCHS and each.relu:
                raise ValueError(
                    f"model must have no BatchNorm with relu=True, found {name or 'itself'} to be one"
                )
    return exchanged(model, _TORCHS)


def exchanged(model: Module, kinds: Mapping[type[Module], type[Module]]) -> Module:
    """The model with its modules of the types that `kinds` names as those that it names them for."""
    if not isinstance(model, Module):
        raise TypeError(f"model must be a torch.nn.Module, found {type(model).__name__}")
    # a module that a model has in several places stays one
    made: dict[Module, Module] = {}
    for parent in list(model.modules()):
        for name, child in list(parent._modules.items()):
            if child is not None and type(child) in kinds:
                parent._modules[name] = made.setdefault(child, _as(child, kinds[type(child)]))
    return _as(model, kinds[type(model)]) if type(model) in kinds else model


def _as(module: Module, kind: type[Module]) -> Module:
    # all that the module has, in an object of another type
    other: Module = object.__new__(kind)
    for name, value in vars(module).items():
        # parameters, buffers and hooks stand in dictionaries, of which each object needs its own
        vars(other)[name] = value.copy() if isinstance(value, dict) else value
    return other
