"""Who imports whom: bncore NumPy alone, spec no bncore, and its second checker neither."""

import ast
import sys
from pathlib import Path

import child
import modules
import pytest

import spec

LOADED = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
PEERS = {"torch", "jax", "onnxruntime", "tensorflow", "sklearn", "dask", "mpi4py"}


def loaded(*names):
    """The top-level modules in memory after these imports."""
    return set(child.run("\n".join([*(f"import {name}" for name in names), LOADED])).split())


def test_bncore_loads_numpy_alone():
    new = loaded("bncore", "bncore.layer") - loaded("numpy") - set(sys.stdlib_module_names)
    assert {name for name in new if "cython" not in name} == {"bncore"}


def test_what_would_take_most_of_the_import_is_not_part_of_it():
    code = "import sys, numpy\nbefore = {*sys.modules}\nimport bncore\nprint(*{*sys.modules} - before)"
    new = set(child.run(code).split())
    assert "bncore.layer" in new
    assert not {"importlib.metadata", "dataclasses", "inspect"} & new


@pytest.mark.parametrize(("face", "library"), [("torch", "torch"), ("mpi", "mpi4py"), ("dask", "dask")])
def test_a_face_without_its_library_says_what_to_install(face, library):
    words = child.run(f"""
import sys
sys.modules[{library!r}] = None
try:
    import bncore.{face}
except ImportError as error:
    print(error)
""")
    assert words.startswith(f"bncore.{face} needs ")
    assert words.strip().endswith(f"pip install bncore[{face}]")
    assert words.count("\n") == 1


def test_spec_loads_no_implementation():
    # an adapter is what loads an implementation, and is itself loaded when one is asked for
    names = [name for name in modules.names(spec) if not name.startswith("spec.adapters.")]
    assert {"spec.equations", "spec.oracle", "spec.adapters"} < set(names)
    assert not ({"bncore"} | PEERS) & loaded(*names)


@pytest.mark.parametrize("name", ["spec.equations", "spec.proofs.modular"])
def test_the_standard_library_alone(name):
    assert loaded(name) - loaded("spec") <= {"spec", *sys.stdlib_module_names}
    assert not {"bncore", "numpy", "sympy"} & loaded(name)


def test_spec_imports_itself_relatively():
    # installed it has another name
    (folder,) = map(Path, spec.__path__)
    files = sorted(folder.rglob("*.py"))
    assert len(files) > 100
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            absolute = isinstance(node, ast.ImportFrom) and node.level == 0
            names = [node.module] if absolute else [alias.name for alias in getattr(node, "names", ())]
            if absolute or isinstance(node, ast.Import):
                assert "spec" not in {name.partition(".")[0] for name in names}, f"{file}, line {node.lineno}"
