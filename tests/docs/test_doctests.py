"""The examples in the docstrings of both packages run, and every public name of bncore has one."""

import doctest
import importlib
import inspect

import modules
import pytest

import bncore
import spec

# Those that stand on another library.
FACES = ("bncore.torch", "bncore.mpi", "bncore.dask", "spec.adapters.")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.peers) if name.startswith(FACES) else name
        for name in modules.names(bncore) + modules.names(spec)
    ],
)
def test_examples_of(name):
    try:
        module = importlib.import_module(name)
    except ImportError as missing:
        if not name.startswith(FACES):
            raise
        pytest.skip(f"{missing}, which it stands on")
    found = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert found.failed == 0


@pytest.mark.parametrize("name", bncore.__all__)
def test_public_name_is_documented(name):
    item = getattr(bncore, name)
    text = inspect.getdoc(item)
    assert ">>> " in text
    if inspect.isclass(item):
        methods = {
            key: value
            for key, value in inspect.getmembers(item, inspect.isroutine)
            if key[0] != "_" and inspect.getmodule(value).__name__.startswith("bncore")
        }
        for key, method in methods.items():
            assert ">>> " in (inspect.getdoc(method) or ""), key
        text += "".join(inspect.getdoc(method) for method in methods.values())
    arguments = inspect.signature(item).parameters
    assert all(argument in text for argument in arguments)


@pytest.mark.parametrize("name", bncore.__all__)
def test_the_head_of_its_help_can_be_read(name):
    item = getattr(bncore, name)
    try:
        signature = str(inspect.signature(item))
    except ValueError:
        pytest.skip("a compiled class has none")
    assert len(signature) <= 450
    assert "Union[" not in signature
    assert "_Supports" not in signature
