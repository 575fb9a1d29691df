"""Peers of the benchmark that are other libraries, or other processes: their results are verified."""

import dataclasses
import sys
import time

import pytest
from benchmarks import SHAPE
from harness import peers, run, shapes
from harness.peers.base import Unsupported
from harness.verification import Reference, Wrong
from harness.workload import workload

pytestmark = pytest.mark.peers
layouts_of = pytest.mark.parametrize("layout", shapes.LAYOUTS)


@pytest.fixture(scope="module")
def entrants():
    found, missing = peers.load(["onednn", "torch", "torch.compile", "bncore"])
    yield {name: found.get(name, missing.get(name)) for name in peers.NAMES}
    if "torch" in sys.modules:
        # a peer that only computes turns it off, for the whole process
        sys.modules["torch"].set_grad_enabled(True)


def peer(entrants, name):
    if isinstance(entrants[name], str):
        pytest.skip(entrants[name])
    return entrants[name]


# two calls in half precision round twice: fused passes are raced in float32
RACED = [(operation, "float32") for operation in shapes.OPERATIONS + shapes.FUSED]
RACED += [(operation, dtype) for operation in shapes.OPERATIONS for dtype in ("float16", "bfloat16")]


@pytest.mark.parametrize(("operation", "dtype"), RACED)
@pytest.mark.parametrize("name", ["onednn", "torch", "torch.compile"])
@layouts_of
def test_a_peers_results_are_found_right(name, operation, dtype, layout, entrants):
    load = workload(dataclasses.replace(SHAPE, dtype=dtype), layout)
    try:
        run._verified(peer(entrants, name), operation, load, True, Reference(operation, load))
    except Unsupported as error:
        pytest.skip(str(error))


@layouts_of
@pytest.mark.parametrize("name", ["torch", "bncore"])
@pytest.mark.parametrize("extents", [(3, 5, 7, 2), (2, 3, 5, 7, 2), (4, 3, 5)])
def test_a_module_is_found_right(extents, name, layout, entrants):
    peer(entrants, "torch")
    load = workload(shapes.Shape("drop-in", "a name", extents), layout)
    run._verified(peer(entrants, name), "layer", load, False, Reference("layer", load))


@layouts_of
@pytest.mark.parametrize("operation", shapes.FAMILIES["training"])
def test_steps_of_training_begin_with_the_same_loss(operation, layout, entrants):
    peer(entrants, "torch")
    load = workload(shapes.Shape("training", "a name", (16, 1, 8, 8)), layout)
    reference = run._reference(
        run.Race(shapes.Shape("training", "", (16, 1, 8, 8)), layout, operation), load, None
    )
    for name in ("torch", "bncore"):
        run._verified(peer(entrants, name), operation, load, False, reference)
    with pytest.raises(Wrong, match="loss"):
        reference.check("somebody", {"loss": [reference._loss * 1.001]}, "any")


def test_a_crowd_works_at_the_same_time_and_ends(entrants):
    load = workload(SHAPE, "channels-first")
    bound = peers.load(["bncore, one process"])[0]["bncore, one process"].bind("crowd", load, True)
    (program,) = bound.call.programs
    bound.call()
    assert program.poll() is None
    bound.end()
    assert program.returncode == 0
    start = time.monotonic()
    with pytest.raises((RuntimeError, ValueError)):
        bound.call()
    assert time.monotonic() - start < 60
