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
from harness import environment, intervals, journal, neighbours, page, peers, results, run, shapes, timing
from harness.peers import ours, textbook
from harness.peers.base import Base, Bound, Unsupported
from harness.shapes import FUSED, OPERATIONS
from harness.verification import Reference, Wrong, sampled
from harness.workload import bits, masked, workload

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


@pytest.mark.sweeps
@pytest.mark.parametrize("operation", FUSED)
@layouts_of
@pytest.mark.parametrize("out", [False, True], ids=["new", "out"])
def test_our_fused_results_are_found_right(operation, layout, out):
    load = workload(SHAPE, layout)
    run._verified(ours.Peer(), operation, load, out, Reference(operation, load))
    assert not results.bound(operation, layout, 1 << 20, 1 << 10, 1 << 24)
    assert results.bound(operation, "channels-last", 1 << 30, 1 << 20, 1 << 24)


@pytest.mark.sweeps
@races_of
@layouts_of
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_our_results_of_half_precision_are_found_right(operation, layout, dtype):
    load = workload(dataclasses.replace(SHAPE, dtype=dtype), layout)
    run._verified(ours.Peer(), operation, load, True, Reference(operation, load))
    assert run._verified(ours.Single(), operation, load, True, Reference(operation, load)).call() is not None
    with pytest.raises(Unsupported, match=dtype):
        textbook.Peer().bind(operation, load, False)


@layouts_of
@pytest.mark.parametrize("operation", shapes.FAMILIES["masked"])
def test_weights_give_what_the_elements_that_count_give_alone(operation, layout):
    load = masked(shapes.Shape("masked", "a name", (3, 5, 11)), layout)
    assert 0 < load.x.size < load.padded.x.size
    reference = Reference(operation, load)
    for peer in (ours.Peer(), ours.Counting()):
        run._verified(peer, operation, load, True, reference)


@layouts_of
def test_exact_sums_are_found_right(layout):
    load = workload(SHAPE, layout)
    for peer in (ours.Peer(), ours.Ordinary()):
        run._verified(peer, "sums exact", load, True, Reference("sums exact", load))


def test_every_peer_has_a_form_for_what_it_is_raced_in():
    # who is raced beside bncore is so in some family, and in no other
    load = workload(SHAPE, "channels-first")
    for peer, operation in (
        (ours.Ordinary(), "forward"), (ours.Counting(), "forward"), (ours.Single(), "forward"),
        (ours.OneThread(), "sums exact"), (textbook.Peer(), "layer"),
    ):  # fmt: skip
        with pytest.raises(Unsupported):
            peer.bind(operation, load, True)


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


@pytest.mark.sweeps
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
    options = type("Options", (), {"full": True, "peers": ["faulty"], "rounds": 1})
    entrants, failures = {"faulty": Faulty("y", wrong_by(5e-4)), "bncore": ours.Peer()}, []
    load = workload(SHAPE, "channels-first")
    race = run.Race(SHAPE, "channels-first", "forward")
    rows, _ = run._raced(race, load, entrants, options, 1 << 24, failures, 0)
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


def test_a_peer_without_a_form_is_raced_both_ways_by_the_one_that_it_has():
    table = raced({"bncore, out": [2.0], "bncore": [4.0], "torch, out": [8.0], "torch": [9.0], "jax": [6.0]})
    (given,), (new,) = results.best_peers(table, True).values(), results.best_peers(table, False).values()
    assert (given.peer, given.ratio) == ("jax", 3)
    assert (new.peer, new.ratio) == ("jax", 1.5)


def test_results_that_are_new_alone_are_not_raced_with_given_ones():
    rows = raced({"bncore": [4.0], "torch": [12.0]})
    assert [(row.peer, row.out, row.ratio) for row in rows] == [("bncore", False, 1), ("torch", False, 3)]


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
    about = {"machine": {"processor": "a name"}}
    rows = raced({"bncore, out": [0.5], "torch": [0.25], "probe, plain": [0.125]})
    table = [dataclasses.replace(row, bytes_per_second=1.5, ratio=2.0) for row in rows]
    results.write(tmp_path, table, about)
    assert results.read(tmp_path) == (table, about)


ABOUT = {
    "machine": {"processor": "A name", "processors used": "2", "caches": "L2 512 KiB"}, "usable cache": MIB,
    "seconds": 1, "full": False, "missing": [], "wrong": [], "races": [3, 4],
}  # fmt: skip
ROUNDS = 11


def test_the_page_names_every_race_that_is_lost_and_only_those(tmp_path):
    table = raced({"bncore, out": [2.0] * ROUNDS, "torch, out": [1.0] * ROUNDS})
    table += raced({"bncore, out": [1.0] * ROUNDS, "torch, out": [2.0] * ROUNDS}, layout="channels-last")
    # twice as fast in the median, and not beyond the interval
    wide = [3.0] * 5 + [0.5] * 6
    table += raced({"bncore, out": [1.0] * ROUNDS, "torch, out": wide}, operation="inference")
    text = page.generated({"a-machine": (table, ABOUT)})
    lost = text.partition("#### Where a peer is faster")[2].partition("####")[0]
    assert "| 3x5x7x2, channels-first, forward | given | torch | 0.50 | 0.50 to 0.50 |" in lost
    assert lost.count("| given |") == 1
    assert "| races | 3, of 4 that are planned |" in text
    path = tmp_path / "page.md"
    path.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n")
    page.write(path, text)
    page.write(path, text)
    written = path.read_text()
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert written.count(lost.strip()) == 1
    assert "old" not in written


def test_each_machine_is_a_column():
    one, other = (
        raced({"bncore, out": [1.0] * ROUNDS, "torch, out": [ratio] * ROUNDS}) for ratio in (2.0, 3.0)
    )
    machine = {**ABOUT["machine"], "processor": "Another"}
    glance = page.generated({"a": (one, ABOUT), "b": (other, {**ABOUT, "machine": machine})})
    assert "| A name, 2 threads | Another, 2 threads |" in glance
    assert "| forward, channels-first | 2.00 (1, 0 lost) | 3.00 (1, 0 lost) |" in glance


def test_the_results_of_a_machine_lie_in_its_folder():
    machines = results.machines(environment.FOLDER)
    assert machines
    for name, (table, about) in machines.items():
        assert environment.slug(about["machine"]) == name
        assert any(row.peer == "bncore" for row in table)
    text = environment.FOLDER.with_suffix(".md").read_text()
    assert all(f"### {environment.title(about['machine'])}\n" in text for _, about in machines.values())


@pytest.mark.parametrize(
    ("processor", "caches", "slug", "title"),
    [
        ("Intel(R) Xeon(R) Platinum 8480+ CPU @ 2.00GHz", "L1 data 48 KiB, L2 2048 KiB, L3 107520 KiB",
         "intel-xeon-platinum-8480-4-l2-2m-l3-105m", "Intel Xeon Platinum 8480+ CPU @ 2.00GHz, 4 threads"),
        ("AMD EPYC", "L1 data 32 KiB, L2 512 KiB, L3 32768 KiB", "amd-epyc-4-l2-512k-l3-32m",
         "AMD EPYC, 4 threads"),
        ("AMD EPYC", "L1 data 32 KiB, L2 1024 KiB, L3 32768 KiB", "amd-epyc-4-l2-1m-l3-32m",
         "AMD EPYC, 4 threads"),
    ],
)  # fmt: skip
def test_a_machine_has_a_name_of_its_own(processor, caches, slug, title):
    machine = {"processor": processor, "processors used": "4", "caches": caches}
    assert environment.slug(machine) == slug
    assert environment.title(machine) == title
    assert environment.title(machine | {"kind": "Zen 9"}) == title.replace(",", " (Zen 9),")


def test_this_machine_has_a_name():
    assert re.fullmatch(r"[a-z0-9-]+", environment.slug(environment.machine()))


@pytest.mark.parametrize(("rounds", "rank"), [(7, 0), (8, 1), (9, 1), (12, 2), (20, 4)])
def test_an_interval_is_of_order_statistics(rounds, rank):
    # the chance that fewer than k of n are below the median, on both sides, by hand for n = 8: 2 / 2^8 < 1 %
    assert intervals.rank(rounds) == rank
    ratios = [float(n) for n in range(rounds)][::-1]
    low, high = (ratios[-rank], ratios[rank - 1]) if rank else (0.0, np.inf)
    assert intervals.interval(ratios) == (np.median(ratios), low, high)
    assert intervals.least_rounds() == 8


def test_an_interval_holds_the_median_as_often_as_it_says():
    numbers = np.random.default_rng(16)
    for rounds in (8, 12, 27):
        # skewed, as times are: the median of exp(normal) is 1
        drawn = np.exp(numbers.standard_normal((4000, rounds)))
        held = [intervals.verdict(*intervals.interval(ratios)[1:]) == "even" for ratios in drawn]
        assert np.mean(held) > intervals.CONFIDENCE - 4 * np.sqrt(0.01 * 0.99 / 4000)


def test_a_race_is_decided_outside_its_interval_alone():
    assert [intervals.verdict(*ends) for ends in ((0.8, 0.99), (0.99, 1.01), (1.01, 3), (0, np.inf))] == [
        "lost", "even", "won", "even",
    ]  # fmt: skip
    (_, row) = raced({"bncore, out": [1.0] * 3, "torch, out": [0.5] * 3})
    assert (row.ratio, row.low, row.high, row.verdict) == (0.5, None, None, "even")


@pytest.mark.parametrize(
    ("spread", "seconds", "rounds"), [(0.0, 1e9, 8), (0.5, 1e9, 60), (0.5, 0.0, 8), (0.5, 25.0, 12)]
)
def test_a_race_goes_on_until_its_interval_is_narrow_or_its_time_is_over(
    spread, seconds, rounds, monkeypatch
):
    clock, turns = [0.0], [0]

    def ours_call():
        clock[0] += 1.0

    def peer_call():
        turns[0] += 1
        clock[0] += 1.0 + (spread if turns[0] % 2 else -spread)

    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(timing.time, "process_time", lambda: clock[0])
    one, other = timing.Contender("torch", peer_call), timing.Contender("bncore", ours_call)
    over = timing.enough([(one, other)], seconds)
    timing.race([one, other], 60, settle=0, over=over)
    assert len(one.seconds) == len(other.seconds) == rounds


class Options:
    """What the command line says, of a run that is over at once."""

    full = False
    only = peers = layouts = families = threads = minutes = pause = None
    shapes = ("3x5",)
    rounds = 1
    draw = False

    def __init__(self, output, **others):
        self.output = output
        vars(self).update(others)


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A run of four races of bncore alone, with a journal of its own."""
    found = [shapes.Shape("more", name, (3, 5)) for name in "abcd"]
    monkeypatch.setattr(run.shapes, "chosen", lambda *given: found)
    monkeypatch.setattr(run.probes, "contenders", lambda operation, load: {})
    monkeypatch.setattr(run.probes, "read_speeds", lambda: {1 << 20: 1e9})
    monkeypatch.setattr(run.probes, "usable_cache", lambda speeds: 1 << 20)
    monkeypatch.setattr(run.neighbours.Neighbours, "share", lambda self: 0.0)
    monkeypatch.setattr(run, "_entrants", lambda options: ({"bncore": ours.Peer()}, {}))
    monkeypatch.setattr(journal, "FOLDER", tmp_path / "journals")
    return tmp_path


def test_a_run_that_ends_early_is_continued(small, capsys):
    options = Options(small, only=["forward"], pause=1e-9)
    place = small / environment.slug(environment.machine())
    assert run.measured(options, small) == []
    _, about = results.read(place)
    assert about["races"] == [0, 4]
    # stopped in the third race
    options, raced_before = Options(small, only=["forward"]), run._raced
    with pytest.MonkeyPatch.context() as patch:
        stop = iter([None, None, KeyboardInterrupt])

        def stopped(*given):
            if error := next(stop):
                raise error
            return raced_before(*given)

        patch.setattr(run, "_raced", stopped)
        run.measured(options, small)
    table, about = results.read(place)
    assert (about["races"], [row.name for row in table]) == ([2, 4], ["a", "b"])
    # a line that was not written whole does not count
    (path,) = journal.FOLDER.glob("*.jsonl")
    with path.open("a") as file:
        file.write('{"race": "more|c')
    capsys.readouterr()
    run.measured(options, small)
    said = capsys.readouterr().out
    assert "has 2 of 4 races: going on" in said
    assert re.findall(r"^ +(\d)/4 ", said, re.MULTILINE) == ["3", "4"]
    table, about = results.read(place)
    assert (about["races"], [row.name for row in table]) == ([4, 4], list("abcd"))
    assert not path.exists()


def test_a_race_that_others_disturb_is_run_again_at_the_end(small, monkeypatch, capsys):
    shares = iter([0.0, 0.5, 0.0, 0.0, 0.5])
    monkeypatch.setattr(run.neighbours.Neighbours, "share", lambda self: next(shares))
    run.measured(Options(small, only=["forward"]), small)
    table, about = results.read(small / environment.slug(environment.machine()))
    # it counts as it is if it was disturbed then too
    assert ([row.name for row in table], about["races"]) == (list("acdb"), [4, 4])
    assert capsys.readouterr().out.count("others had 50%: later") == 1


def test_others_are_who_has_the_processors_of_the_run_beside_it(monkeypatch):
    text = "cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 100 20 30 999 999 1 2 3 50 0\ncpu11 7 0 0 0 0 0 0 0 0 0\nintr 5\n"
    tick = 1 / neighbours.os.sysconf("SC_CLK_TCK")
    assert neighbours.busy(text, [0]) == pytest.approx(156 * tick)
    assert neighbours.busy(text, [0, 11]) == pytest.approx(163 * tick)
    clock, used = [0.0], [0.0]
    monkeypatch.setattr(neighbours.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(neighbours.time, "process_time", lambda: 0.0)
    monkeypatch.setattr(neighbours, "busy", lambda text, cpus: used[0])
    around = neighbours.Neighbours([0, 1])
    clock[0], used[0] = 2.0, 1.0 + 2 * tick
    assert around.share() == pytest.approx(0.25)
    used[0] = 0.0
    assert around.share() == 0


def test_another_run_begins_anew(tmp_path):
    path = tmp_path / "run.jsonl"
    rows = raced({"bncore, out": [1.0], "probe, plain": [1.0]})
    rows = [dataclasses.replace(row, ratio=1.0) for row in rows]
    journal.Journal(path, {"sources": "a"}).add("one", rows, ["wrong"], 2.5)
    again = journal.Journal(path, {"sources": "a"})
    assert (again.done, again.rows, again.wrong, again.seconds) == (["one"], rows, ["wrong"], 2.5)
    assert journal.Journal(path, {"sources": "b"}).done == []
    assert journal.Journal(path, {"sources": "a"}).done == []


def test_races_share_the_time_that_is_left(monkeypatch):
    monkeypatch.setattr(run.time, "perf_counter", lambda: 100.0)
    small, large = (
        run.Race(shapes.Shape("more", "a", (run.SMALL // 4 * size,)), "channels-first", "forward")
        for size in (1, 3)
    )
    clock = run.Clock(60.0, spent=24.0)
    assert clock.share(small, [small, large]) == pytest.approx(36 * 2 / 6)
    assert clock.share(large, [large]) == pytest.approx(36)
    assert run.Clock(1.0, spent=24.0).share(small, [small]) == 0


def test_a_short_run_is_a_part_of_a_full_one():
    short, full = (
        {race.name for race in run.plan(Options(None, full=full, shapes=None))} for full in (False, True)
    )
    assert short < full
    assert len(full) == len(run.plan(Options(None, full=True, shapes=None)))
    families = {name.partition("|")[0] for name in short}
    assert families == {name.partition("|")[0] for name in full} == set(shapes.FAMILIES)


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
