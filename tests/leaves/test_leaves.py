"""Every leaf of every level alone: what it reads and writes, byte by byte, and what it computes, bit by bit.

A leaf is called with operands that end and begin at pages which nothing may touch, in memory of which every
byte is compared. Its results have the bits of a definition in plain NumPy, and so those of every other
level. What it may read and write says regions.py; what it computes, storage.py, sums.py, maps.py and
conclusions.py; with which arguments, cases.py.
"""

import ctypes
import itertools

import abi
import pytest
from faults import FAULTS
from marks import swept_places
from prover import Prover

from bncore import runtime


@pytest.fixture(scope="module")
def prover():
    prover = Prover()
    yield prover
    prover.close()


LEVELS = [
    pytest.param(
        level,
        marks=pytest.mark.skipif(
            not abi.runnable(level), reason=f"this processor, or this build, has no {level}"
        ),
    )
    for level in runtime._VARIANTS
]
OTHERS = [
    pytest.param(*level.values, marks=[*level.marks, pytest.mark.sweeps])
    for level in LEVELS
    if level.values != (runtime.isa,)
]


# Of one kind alone, and the same in the table of each: those of weighted elements, and maps as stored.
OF_ONE_KIND = {
    leaf: "float32" if leaf.endswith("as_stored") else "float64"
    for leaf in abi.LEAVES
    if "kind" not in abi.SIGNATURES[leaf]
}
KINDS_AND_LEAVES = [
    (kind, leaf)
    for kind, leaf in itertools.product(abi.KINDS, abi.LEAVES)
    if OF_ONE_KIND.get(leaf, kind) == kind
]


# What `make test` takes: one of each walk, and the way into staging, of the level that runs.
SOME = [("float32", leaf) for leaf in ("run_pairs", "column_pairs", "take_rows")]


@pytest.mark.parametrize(
    ("kind", "leaf"), SOME + swept_places(*(each for each in KINDS_AND_LEAVES if each not in SOME))
)
@pytest.mark.parametrize("level", [runtime.isa, *OTHERS])
def test_a_leaf_reads_writes_and_computes_what_it_says(prover, level, kind, leaf):
    count, found = prover.prove(level, kind, leaf)
    assert not found, "\n".join(found)
    assert count > 500


@pytest.mark.parametrize("level", LEVELS)
def test_a_table_holds_each_leaf_once_under_the_name_of_its_level(level):
    table = abi.table(level)
    found = [getattr(table.of[kind], leaf) for kind in abi.KINDS.values() for leaf in abi.LEAVES]
    assert ctypes.string_at(table.name) == level.encode()
    assert all(found)
    assert len(set(found)) == len(found) - len(OF_ONE_KIND) * (len(abi.KINDS) - 1)


# The tester, tested: a leaf with each of these faults is found out, in these words.

FAULTY = [
    ("reads_one_too_far", "run_scale", "SIGSEGV"),
    ("reads_one_too_far", "scatter", "SIGSEGV"),
    ("reads_one_too_far", "conclude", "SIGSEGV"),
    ("reads_one_too_early", "column_pull", "SIGSEGV"),
    ("reads_one_too_early", "run_five", "SIGSEGV"),
    ("writes_one_too_many", "run_pull", "of dx, which it must not"),
    ("writes_one_too_many", "column_moments", "SIGSEGV"),
    ("writes_one_too_many", "gather", "SIGSEGV"),
    ("writes_one_too_early", "column_bend", "byte -1 of d_dy, which it must not"),
    ("writes_an_operand", "run_pairs", "byte +0 of dy, which it must not"),
    ("is_off_by_a_bit", "run_bend", "d_dy["),
    ("is_off_by_a_bit", "column_moments", "to.hi[0]["),
    ("is_off_by_a_bit", "conclude", "p.new_mean["),
    ("drops_the_tail", "run_scale", "y["),
    ("drops_the_tail", "run_pairs", "to.hi[0]["),
    ("drops_the_last_plane", "run_five", "to.hi[0]["),
    ("drops_the_last_row", "column_scale", "y["),
    ("drops_the_last_row", "column_pairs", "to.hi[0]["),
    ("uses_the_next_channels_slope", "run_scale", "y["),
    ("uses_the_next_channels_slope", "column_pull", "dx["),
    ("uses_the_next_channels_slope", "run_bend", "d_dy["),
    ("uses_the_next_channels_mean", "run_five", "to.hi[2]["),
    ("uses_the_next_channels_mean", "column_pairs", "to.hi[1]["),
    ("reads_what_it_has_overwritten", "run_pull", "over x: dx["),
    ("reads_what_it_has_overwritten", "column_bend", "over"),
    ("adds_in_another_order", "run_moments", "to.hi["),
    ("adds_in_another_order", "run_five", "to."),
    ("reads_one_too_far", "take_rows", "SIGSEGV"),
    ("writes_one_too_many", "put_rows", "SIGSEGV"),
    ("forgets_the_gate", "gather", "staging["),
    ("forgets_the_gate", "take_rows", "x.staging["),
    ("forgets_the_gate", "column_pairs", "to.hi["),
    ("forgets_the_gate", "column_five", "to."),
    ("keeps_to_the_gate_of_the_first_row", "take_rows", "x.staging["),
    ("keeps_to_the_gate_of_the_first_row", "column_pairs", "to.hi["),
    ("forgets_the_relu", "scatter", "relu"),
    ("forgets_the_relu", "put_rows", "relu"),
    ("adds_nothing", "scatter", "added"),
    ("adds_nothing", "put_rows", "added"),
    ("writes_past_its_staging_buffer", "column_moments", "SIGSEGV"),
    ("writes_past_its_staging_buffer", "column_pairs", "SIGSEGV"),
    ("reads_one_too_far", "run_weighted", "SIGSEGV"),
    ("reads_one_too_early", "column_weighted_pull", "SIGSEGV"),
    ("writes_one_too_many", "mask", "SIGSEGV"),
    ("writes_one_too_many", "run_weighted_pull", "of dx, which it must not"),
    ("drops_the_tail", "run_weighted", "to.hi["),
    ("drops_the_tail", "mask", "x["),
    ("drops_the_last_plane", "mask", "x["),
    ("drops_the_last_row", "column_weighted", "to.hi["),
    ("uses_the_next_channels_slope", "run_weighted_pull", "dx["),
    ("uses_the_next_channels_slope", "column_weighted_pull", "dx["),
    ("reads_what_it_has_overwritten", "column_weighted_pull", "over"),
    ("adds_in_another_order", "run_weighted", "to."),
    ("keeps_to_the_first_weights", "run_weighted", "to."),
    ("keeps_to_the_first_weights", "column_weighted", "to."),
    ("keeps_to_the_first_weights", "run_weighted_pull", "dx["),
    ("keeps_to_the_first_weights", "column_weighted_pull", "dx["),
    ("keeps_to_the_first_weights", "column_pairs", "to.hi["),
    ("keeps_to_the_first_weights", "mask", "x["),
    ("looks_at_what_does_not_count", "column_pairs", "to.hi["),
    ("looks_at_what_does_not_count", "mask", "x["),
    ("hides_what_has_a_gradient", "mask", "x["),
    ("adds_up_fewer_parts", "conclude", "p.new_"),
    ("reads_one_too_far", "run_as_stored", "SIGSEGV"),
    ("reads_one_too_far", "column_as_stored", "SIGSEGV"),
    ("reads_one_too_early", "run_as_stored", "SIGSEGV"),
    ("reads_one_too_early", "column_as_stored", "SIGSEGV"),
    ("writes_one_too_many", "run_as_stored", "of of[OUT], which it must not"),
    ("writes_one_too_many", "column_as_stored", "SIGSEGV"),
    ("writes_one_too_early", "run_as_stored", "byte -1 of of[OUT], which it must not"),
    ("writes_one_too_early", "column_as_stored", "byte -1 of of[OUT], which it must not"),
    ("writes_an_operand", "column_as_stored", "byte +0 of of["),
    ("is_off_by_a_bit", "run_as_stored", "of[OUT]["),
    ("is_off_by_a_bit", "column_as_stored", "of[OUT]["),
    ("drops_the_tail", "run_as_stored", "of[OUT]["),
    ("drops_the_last_plane", "run_as_stored", "of[OUT]["),
    ("drops_the_last_row", "column_as_stored", "of[OUT]["),
    ("uses_the_next_channels_slope", "run_as_stored", "of[OUT]["),
    ("uses_the_next_channels_slope", "column_as_stored", "of[OUT]["),
    ("reads_what_it_has_overwritten", "run_as_stored", "over"),
    ("reads_what_it_has_overwritten", "column_as_stored", "over"),
    ("forgets_the_gate", "run_as_stored", "gated"),
    ("forgets_the_gate", "column_as_stored", "gated"),
    ("keeps_to_the_gate_of_the_first_row", "run_as_stored", "gated"),
    ("keeps_to_the_gate_of_the_first_row", "column_as_stored", "gated"),
    ("keeps_what_is_let_through", "run_as_stored", "of[OUT2]["),
    ("keeps_what_is_let_through", "column_as_stored", "of[OUT2]["),
    ("forgets_the_relu", "run_as_stored", "relu"),
    ("forgets_the_relu", "column_as_stored", "relu"),
    ("adds_nothing", "run_as_stored", "added"),
    ("adds_nothing", "column_as_stored", "added"),
    ("takes_no_channel_for_wide", "run_as_stored", "wide"),
    ("takes_no_channel_for_wide", "column_as_stored", "wide"),
    ("takes_bfloat16_for_float16", "run_as_stored", "bfloat16"),
    ("takes_bfloat16_for_float16", "column_as_stored", "bfloat16"),
]
KINDS_AND_FAULTS = [
    (kind, *faulty)
    for kind, faulty in itertools.product(abi.KINDS, FAULTY)
    if (kind, faulty[1]) in KINDS_AND_LEAVES
]


@pytest.mark.parametrize(
    ("kind", "fault", "leaf", "words"),
    [
        pytest.param(*each, marks=() if (each[0], each[2]) in SOME else pytest.mark.sweeps)
        for each in KINDS_AND_FAULTS
    ],
)
def test_a_leaf_with_a_fault_is_found_out(prover, fault, leaf, words, kind):
    level = runtime.isa
    _, found = prover.prove(level, kind, leaf, fault)
    assert found
    assert found[0].startswith(f"{leaf} of {level}, {kind}, ")
    assert words in found[0]


def test_every_fault_is_tried():
    assert {fault for fault, _, _ in FAULTY} | {"nothing_wrong"} == set(FAULTS)


@pytest.mark.sweeps
def test_a_leaf_without_a_fault_is_not(prover):
    count, found = prover.prove(runtime.isa, "float32", "scatter", "nothing_wrong")
    assert not found, "\n".join(found)
    assert count > 500
