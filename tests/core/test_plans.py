"""The proof of plans: by leaves that compute nothing, they violate no statement of trace/run.pyx."""

from itertools import chain, product

import calls
import ml_dtypes
import numpy
import pytest
from calls import (
    LETS_THROUGH,
    MORE,
    READS,
    WEIGHS,
    WRITES,
    Call,
    Proof,
    boundary_groups,
    group,
    kinds,
    machine,
    random_groups,
)
from layouts import LAYOUTS, WRITEABLE

import bncore
from bncore import operands
from bncore.core import call, plan

# few shapes are so large that all threads work on one channel, or that there are rows for 4,096 of them
LARGE = [
    *(
        (operation, kind, (rows, channels, 1, size), layout, 16)
        for operation, layout in product(("forward", "backward"), ("dense", "reversed w"))
        for kind, size in (("float64", 2049), ("float32", 4097))
        for rows, channels in ((8, 2), (12, 1))
    ),
    ("inference", "float32", (4097, 1, 1, 1), "dense", 8),
]
# and few calls have the map of a channel and the sums of the next in one loop
FUSED = [
    calls.call(operation, (3, 3, 1, size), kind=kind)
    for operation in ("forward", "backward")
    for kind, size in (("float64", 2049), ("float32", 4097))
]


def proven(groups):
    proof = Proof()
    for each in FUSED:
        proof.add([each])
    for each in groups:
        proof.add(group(*each))
        assert not proof.faults, "\n".join(proof.faults)
    assert not proof.missed
    print(proof.calls, "calls")
    return proof.calls


def test_some_plans():
    proven(chain([*boundary_groups(20_000, 4)][::25], random_groups(1, 1500, 6000, 4), LARGE))


@pytest.mark.sweeps
def test_many_plans():
    calls = proven(chain(boundary_groups(20_000, 6), random_groups(2, 8000, 20_000, 6), LARGE))
    assert calls > 100_000


@pytest.fixture
def eager():
    """Plans of real calls are made for a machine that shares out and streams whatever it can."""
    before = plan.machine()
    plan.set_machine(machine())
    yield
    plan.set_machine(before)


def traced(operation, views, relu):
    """The call that these views are, for the trace."""
    first, strides, alias = {}, {}, {}
    for name, view in views.items():
        place = first.setdefault(view.ctypes.data, name)
        if place != name:
            assert view.strides == views[place].strides
            alias[name] = place
        else:
            strides[name] = tuple(stride // view.itemsize for stride in view.strides)
    x = views["x"]
    kind = "float64" if x.dtype == float or kinds(operation) == ("float64",) else "float32"
    stored = {name: views[name].dtype.name for name in strides}
    threads = bncore.get_num_threads()
    return Call(operation, kind, x.shape, strides, threads, plan.machine(), alias, 8, stored, relu)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize("shape", [(150, 7), (11, 3, 5), (9, 5, 8, 8), (2, 3, 4, 5, 7)])
def test_views_of_arrays(operation, shape):
    # what operands.py makes of arrays reaches the core as it is traced here, and has the same plans
    x, layouts, writeable = numpy.zeros(shape), list(LAYOUTS), list(WRITEABLE)
    for axis, (i, layout) in product(range(len(shape)), enumerate(LAYOUTS)):
        for turn, dtype in enumerate(("float32", "float64", "float16", ml_dtypes.bfloat16)):
            bncore.set_num_threads(1 + (i + turn) % 3)
            other = layouts[(i + 5 * turn) % len(layouts)]
            more = [MORE[operation]] if operation in MORE and (i + turn) % 2 else []
            reads = {
                name: LAYOUTS[layout if name == "x" else other](x.astype(dtype), axis)
                for name in (*READS[operation], *more)
            }
            outs = ("out", "out2") if operation in LETS_THROUGH and more else WRITES[operation]
            outs = dict.fromkeys(outs)
            for number, name in enumerate(outs):
                over = list(reads.values())[number % len(reads)]
                place = WRITEABLE[writeable[(i + number) % len(writeable)]](x.astype(dtype), axis)
                outs[name] = (None, place, over if over.flags.writeable else None)[(i + turn) % 3]
            relu = "added" in more and i % 3 == 0
            weights = None
            if WEIGHS.get(operation) == 1 or (operation in WEIGHS and i % 2):
                weights = numpy.ones([1 if a == axis else extent for a, extent in enumerate(shape)])
            _, views = operands.prepare(reads, axis, outs, weights)
            case = traced(operation, views, relu)
            violation, _, made, _ = case.trace()
            assert not violation, case
            assert made == call.plan(operation, views, relu), case
