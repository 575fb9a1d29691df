"""The benchmark as an instrument: it verifies before it times, and its ratios are what they are called.

Times are made up here. No test says how fast anything is.
"""

import dataclasses
import re
from functools import partial

import instructions
import memory
import numpy as np
import pytest
from benchmarks import SHAPE
from harness import environment, page, peers, results, run, shapes, timing
from harness.peers import ours, textbook
from harness.peers.base import Base, Bound
from harness.verification import Reference, Wrong, sampled
from harness.workload import OPERATIONS, bits, workload

import bncore

races_of = pytest.mark.parametrize("operation", OPERATIONS)
layouts_of = pytest.mark.parametrize("layout", shapes.LAYOUTS)


def raced(seconds, shape=SHAPE, layout="channels-first", operation="forward", cache=1 << 24):
    """The rows of a race with made-up seconds, {label: [seconds a round]}."""
    contenders = {
        name: timing.Contender(
            name, None, seconds=dict(enumerate(rounds)), cores=dict.fromkeys(range(len(rounds)), 1)
        )
        for name, rounds in seconds.items()
    }
    ran = [
        (name.removesuffix(", out"), name.endswith(", out")) for name in seconds if name not in results.PROBES
    ]
    return list(results.rows(shape, layout, operation, contenders, ran, cache))


@races_of
@layouts_of
@pytest.mark.parametrize("out", [False, True], ids=["new", "out"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_our_results_are_found_right(operation, layout, out, dtype):
    load = workload(dataclasses.replace(SHAPE, dtype=dtype), layout)
    run._verified(ours.Peer(), operation, load, out, Reference(operation, load))


@races_of
@layouts_of
def test_the_textbook_is_found_right(operation, layout):
    load = workload(SHAPE, layout)
    run._verified(textbook.Peer(), operation, load, False, Reference(operation, load))


class Faulty(Base):
    """bncore with one result spoilt after the call."""

    name = "faulty"

    def __init__(self, name, spoil):
        self._name, self._spoil = name, spoil

    def bind(self, operation, load, out):
        bound = ours.Peer().bind(operation, load, out)

        def results(found):
            named = {name: array.copy() for name, array in bound.results(found).items()}
            self._spoil(named[self._name])
            return named

        return Bound(bound.call, results)


def wrong_by(part):
    def spoil(array):
        array *= 1 + part

    return spoil


def forgotten(array):
    array.reshape(-1)[-1] = np.nan


@layouts_of
@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("forward", "y"), ("forward", "mean"), ("forward", "var"), ("inference", "y"),
        ("backward", "dx"), ("backward", "dgamma"), ("backward", "dbeta"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("spoil", [wrong_by(5e-4), forgotten], ids=["0.05 %", "not a number"])
def test_a_wrong_result_is_not_timed(operation, name, layout, spoil):
    load = workload(SHAPE, layout)
    with pytest.raises(Wrong, match=rf"faulty, {operation}.*\b{name}\b"):
        run._verified(Faulty(name, spoil), operation, load, False, Reference(operation, load))


def test_a_wrong_peer_is_reported_and_leaves_no_row(monkeypatch):
    monkeypatch.setattr(run.probes, "contenders", lambda operation, load: {})
    options = type("Options", (), {"full": False, "peers": ["faulty"], "rounds": 1})
    entrants, failures = {"faulty": Faulty("y", wrong_by(5e-4)), "bncore": ours.Peer()}, []
    load = workload(SHAPE, "channels-first")
    rows = list(run._raced(SHAPE, "channels-first", "forward", load, entrants, options, 1 << 24, failures))
    assert [(row.peer, row.out) for row in rows] == [("bncore", True), ("bncore", False)]
    assert len(failures) == 2
    assert all("y of channel" in failure for failure in failures)


def test_outputs_that_nobody_writes_are_found_out():
    class Idle(Base):
        name = "idle"

        def forward(self, load, out):
            return Bound(lambda: None, lambda found: {"y": load.y})

    load = workload(SHAPE, "channels-first")
    ours.Peer().bind("forward", load, True).call()
    with pytest.raises(Wrong, match="not numbers"):
        run._verified(Idle(), "forward", load, True, Reference("forward", load))


def test_sampled_channels_are_all_or_spread_over_all():
    assert sampled(5, 100, 100).tolist() == [0, 1, 2, 3, 4]
    assert sampled(11, 1100, 300).tolist() == [0, 5, 10]
    assert sampled(11, 1100, 1).tolist() == [10]


def test_a_ratio_is_taken_within_each_round():
    # the machine becomes slower from round to round; the peer is three times as slow in each
    (ours_row, peer) = raced({"bncore, out": [1.0, 2.0, 8.0], "torch, out": [3.0, 6.0, 24.0]})
    assert (ours_row.ratio, peer.ratio) == (1, 3)
    assert (ours_row.seconds, peer.seconds) == (2, 6)


def test_a_ratio_uses_the_rounds_that_both_ran_in():
    (_, slow) = raced({"bncore, out": [1.0, 5.0, 5.0], "numpy, out": [7.0]})
    assert (slow.ratio, slow.rounds) == (7, 1)


def test_each_choice_of_out_is_compared_with_its_own():
    rows = raced({"bncore, out": [1.0], "bncore": [4.0], "torch, out": [2.0], "torch": [12.0]})
    assert [row.ratio for row in rows] == [1, 1, 2, 3]


def test_the_best_peer_with_out_may_be_one_that_has_none():
    table = raced({"bncore, out": [2.0], "bncore": [4.0], "torch, out": [8.0], "torch": [9.0], "jax": [6.0]})
    (given,), (new,) = results.best_peers(table, True).values(), results.best_peers(table, False).values()
    assert (given.peer, given.ratio) == ("jax", 3)
    assert (new.peer, new.ratio) == ("jax", 1.5)


def test_probes_and_our_other_forms_are_no_peers():
    table = raced(
        {"bncore, out": [2.0], "probe, plain": [1.0], "bncore, one thread, out": [1.0], "torch, out": [3.0]}
    )
    assert [row.peer for row in results.best_peers(table, True).values()] == ["torch"]


def test_speed_is_traffic_over_time_and_stands_beside_the_faster_probe():
    rows = raced(
        {"bncore, out": [4.0], "probe, plain": [2.0], "probe, streamed": [1.0]}, operation="backward"
    )
    row = next(row for row in rows if row.peer == "bncore")
    assert row.bytes_per_second == 3 * 4 * SHAPE.elements / 4.0
    assert row.of_probe == 0.25
    assert (row.bound, row.of_bound) == (None, None)


MIB = 1 << 20


@pytest.mark.parametrize(
    ("operation", "layout", "tensor", "channel", "least"),
    [
        ("forward", "channels-first", 160, 2, 320),
        ("forward", "channels-first", 160, 40, 460),
        ("forward", "channels-last", 160, 2, 460),
        ("inference", "channels-last", 160, 2, 320),
        ("backward", "channels-first", 160, 2, 480),
        ("backward", "channels-last", 160, 2, 780),
        ("inference", "channels-first", 39, 1, None),
    ],
)
def test_the_least_traffic_with_a_cache_of_20_mib(operation, layout, tensor, channel, least):
    found = results.bound(operation, layout, tensor * MIB, channel * MIB, 20 * MIB)
    assert found == (least and least * MIB)


def test_the_share_of_the_bound_is_the_probes_time_for_it_over_the_time():
    shape = shapes.Shape("list", "large", (64, 64, 64, 64))
    rows = raced({"bncore, out": [3.0], "probe, plain": [1.0]}, shape, "channels-last", cache=MIB)
    row = next(row for row in rows if row.peer == "bncore")
    # the probe moves 2 T in one second, the bound is 3 T less the cache
    tensor = 4 * shape.elements
    assert row.bound == 3 * tensor - MIB
    assert row.of_bound * 3.0 * 2 * tensor == pytest.approx(row.bound, rel=np.finfo(float).eps * 4)


def test_what_is_read_again_comes_at_the_speed_of_reads():
    shape = shapes.Shape("list", "large", (64, 64, 64, 64))
    rows = raced({"bncore, out": [3.0], "probe, plain": [1.0]}, shape, "channels-last", cache=MIB)
    row = next(row for row in rows if row.peer == "bncore")
    # as fast as the probe reads and writes: 2 T in one second, and T less the cache once more
    speed = results.read_speed({"read bytes a second": {"9": 2.0 * row.traffic, "1000": 1.0 * row.traffic}})
    assert speed == row.traffic
    assert results.share_with_reads(row, speed) == pytest.approx(row.of_bound)
    assert results.share_with_reads(row, speed / 2) > row.of_bound


def test_a_geometric_mean():
    assert results.geometric_mean([2, 8]) == 4.0
    assert np.isnan(results.geometric_mean([]))


def test_a_table_is_read_as_it_was_written(tmp_path):
    # every number here has four digits at most, which is what the file keeps
    rows = raced({"bncore, out": [0.5], "torch": [0.25], "probe, plain": [0.125]})
    table = [dataclasses.replace(row, bytes_per_second=1.5, ratio=2.0) for row in rows]
    about = {"machine": {"processor": "a name"}}
    results.write(tmp_path, table, about)
    assert results.read(tmp_path) == (table, about)


ABOUT = {
    "machine": {"processor": "a name", "processors used": "2"}, "usable cache": MIB,
    "seconds": 1, "full": False, "missing": [], "wrong": [],
}  # fmt: skip


def test_the_page_names_every_loss_and_only_those(tmp_path):
    table = raced({"bncore, out": [2.0], "torch, out": [1.0]})
    table += raced({"bncore, out": [1.0], "torch, out": [2.0]}, layout="channels-last")
    text = page.generated(table, ABOUT)
    lost = text.partition("### Where a peer is faster")[2]
    assert "| 3x5x7x2, channels-first, forward | given | torch | 0.50 |" in lost
    assert "channels-last" not in lost
    path = tmp_path / "page.md"
    path.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n")
    page.write(path, text)
    page.write(path, text)
    written = path.read_text()
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert written.count(lost.strip()) == 1
    assert "old" not in written


def test_the_page_in_the_repository_has_its_markers():
    text = environment.FOLDER.with_suffix(".md").read_text()
    assert text.count(page.BEGIN) == text.count(page.END) == 1


def test_races_interleave_and_bound_the_slow(monkeypatch):
    log, clock = [], [0.0]

    def call(name, seconds):
        log.append(name)
        clock[0] += seconds

    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(timing.time, "process_time", lambda: clock[0])
    monkeypatch.setattr(timing.time, "sleep", lambda seconds: log.append("sleep"))
    long, slow = 2 * timing.LONG_SECONDS, 100 * timing.SLOW_SECONDS
    contenders = [
        timing.Contender("a", partial(call, "a", long), "one"),
        timing.Contender("b", partial(call, "b", long), "two"),
        timing.Contender("slow", partial(call, "slow", slow), "two"),
    ]
    timing.race(contenders, 3)
    assert [len(contender.seconds) for contender in contenders] == [3, 3, 1]
    assert [contender.median for contender in contenders] == pytest.approx([long, long, slow])
    # estimates, then rounds that begin with another contender each; one sleep for each change of pools
    assert log == [
        *("sleep", "a", "sleep", "b", "slow"), *("sleep", "a", "sleep", "b", "slow"), *("b", "sleep", "a"),
        *("a", "sleep", "b"),
    ]  # fmt: skip


def test_short_calls_are_timed_in_batches():
    assert timing.repetitions(timing.BATCH_SECONDS / 1024) == 1024
    assert timing.repetitions(10 * timing.BATCH_SECONDS) == 1


def test_the_shapes_are_those_of_the_list():
    listed = list(shapes.listed())
    assert len(listed) == len((environment.FOLDER / "shapes.tsv").read_text().splitlines()) - 1
    assert listed[0].extents == (50, 64, 112, 112)
    assert [shape.extents for shape in listed if shape.name == "bnorm1d:3"] == [(32, 128, 10)]
    with pytest.raises(SystemExit, match="--shapes"):
        shapes.chosen(["no such shape"])


def test_a_peer_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(peers._MODULES, "torch", "harness.peers.no_such_module")
    found, missing = peers.load(["torch", "numpy"])
    assert list(found) == ["numpy"]
    assert "no_such_module" in missing["torch"]


def test_instructions_flag_growth_beyond_five_percent():
    table = {"a": 100, "b": 100, "gone": 1}
    assert instructions.regressions({"a": 105, "b": 105.1, "new": 1}, table) == (["b"], ["new"])


@pytest.mark.parametrize("race", memory.RACES)
def test_a_race_of_memory_gives_the_same_numbers_in_each(race):
    operation, extents, axis, layers = race
    small = tuple(min(extent, 3 + n) for n, extent in enumerate(extents))
    runners = memory.calls(operation, small, axis, layers)
    assert tuple(runners) == memory.WAYS
    found = {bits(runner())[0] for runner in runners.values()}
    assert len(found) == 1


def test_a_race_of_memory_leaves_everything_as_it_was():
    before = bncore.get_kept_memory()
    seconds = memory.raced(("inference", (4, 3, 5), memory.FIRST, 1), 1)
    assert tuple(seconds) == memory.WAYS
    assert all(some > 0 for some in seconds.values())
    assert bncore.get_kept_memory() == before


def test_a_race_of_memory_is_a_row():
    seconds = dict(zip(memory.WAYS, (1.5, 0.12345, 0.5, 0.1), strict=True))
    row = memory.line(("step", (4, 7, 5), memory.LAST, 3), "huge", seconds)
    assert row == "| step, 4 x 7 x 5, channels last, 3 layers | huge | 1.5e+03 | 123 | 500 | 100 |"


def test_the_table_of_memory_has_every_race():
    text = memory.PAGE.read_text()
    assert text.count(memory.BEGIN) == 1
    found = re.findall(r"^\| (.*?) \| (huge|small) \|", text, re.MULTILINE)
    none = dict.fromkeys(memory.WAYS, 0)
    wanted = [(memory.line(race, "huge", none)) for race in memory.RACES]
    wanted += [(memory.line(race, "small", none)) for race in memory.BY_SMALL_PAGES]
    assert found == [tuple(row.split(" | ")[:2]) for row in (line.removeprefix("| ") for line in wanted)]
