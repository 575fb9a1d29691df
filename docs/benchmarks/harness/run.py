"""The run: every race of the plan, with a line on the terminal for each; then the files."""

import sys
import time
from dataclasses import dataclass

from harness import environment, journal, neighbours, peers, probes, results, shapes, timing
from harness.verification import SAMPLE, Loss, Reference, Wrong
from harness.workload import masked, workload

# Seconds that a run may take: races share them, and end early where their intervals are narrow.
SHORT, FULL = 285, 3500
# A race's share of the time grows with its tensors: that of an empty one counts as so many bytes.
SMALL = 4 << 20
# In a short run jax, which compiles for every shape anew, and the textbook's NumPy run on growing shapes
# alone, unless they are asked for by name; NumPy on so many elements at most; and torch.compile, which takes
# seconds for each race, on tensors of so many elements at most.
NUMPY_ELEMENTS = 1 << 20
COMPILED_ELEMENTS = 1 << 20
# In a short run so many bytes are the most of a tensor, but for the families that are about memory.
LARGE = 64 << 20
# One thread is compared with all of them on so many elements at least, and NUMPY_ELEMENTS at most: in cache.
ONE_THREAD_ELEMENTS = 1 << 18


@dataclass(frozen=True)
class Race:
    """An operation on a shape in a layout."""

    shape: shapes.Shape
    layout: str
    operation: str

    @property
    def name(self):
        shape = self.shape
        return "|".join((shape.family, shape.name, shape.text, shape.dtype, self.layout, self.operation))

    @property
    def weight(self):
        """Its share of the time, in any unit."""
        return SMALL + self.shape.bytes


def plan(options):
    """The races that the options ask for, those of a shape one after the other."""
    return [
        Race(shape, layout, operation)
        for shape in shapes.chosen(options.shapes, options.families, options.full)
        if options.full or options.shapes or shape.family in ("growing", "half") or shape.bytes <= LARGE
        for layout in options.layouts or shapes.LAYOUTS
        if layout in shape.layouts
        for operation in options.only or shape.operations
        if operation in shape.operations
    ]


def main(options):
    """Run what the options ask for; 0, or 1 if a result was wrong."""
    place = options.output or environment.FOLDER
    failures = [] if options.draw else measured(options, place)
    if failures:
        print("\n".join(["", "Wrong, and so not timed:", *failures]), file=sys.stderr)
    from harness import page, pictures

    machines = results.machines(place)
    pictures.draw(place, machines)
    text = page.generated(machines)
    if not options.output:
        page.write(environment.ROOT / "docs" / "benchmarks.md", text)
    print("\n" + text)
    return 1 if failures else 0


def measured(options, place):
    """Run the plan, or what is left of it, and write the machine's results; a line for each wrong one."""
    start = time.perf_counter()
    about = {"machine": environment.machine()}
    name = environment.slug(about["machine"])
    races, chosen = plan(options), {"plan": sorted(race.name for race in plan(options)), "full": options.full}
    so_far = journal.Journal(
        journal.FOLDER / f"{name}.jsonl", journal.identity(**chosen, peers=options.peers)
    )
    left = [race for race in races if race.name not in so_far.done]
    if so_far.done:
        print(f"{so_far.path} has {len(so_far.done)} of {len(races)} races: going on")
    entrants, missing = _entrants(options)
    speeds = probes.read_speeds()
    about |= {
        "read bytes a second": speeds, "usable cache": probes.usable_cache(speeds),
        "missing": sorted(missing), "full": options.full,
    }  # fmt: skip
    for what, text in about["machine"].items():
        print(f"{what:16} {text}")
    print(f"{'usable cache':16} {about['usable cache'] >> 10} KiB by the read probe")
    clock = Clock(
        options.minutes * 60 if options.minutes else FULL if options.full else SHORT, so_far.seconds
    )
    try:
        _run(left, len(races), clock, so_far, entrants, options, about["usable cache"], start)
    except KeyboardInterrupt:
        print(f"\nstopped; {so_far.path} keeps what was done, and the same command goes on from there")
    done = sum(race.name in so_far.done for race in races)
    about |= {"races": [done, len(races)], "wrong": so_far.wrong, "seconds": round(so_far.seconds)}
    (place / name).mkdir(parents=True, exist_ok=True)
    results.write(place / name, so_far.rows, about)
    if done == len(races):
        so_far.end()
    return so_far.wrong


class Clock:
    """Hands out the time of a run: to each race its share of what is left."""

    def __init__(self, seconds, spent=0.0):
        self._end = time.perf_counter() + seconds - spent

    def share(self, race, left):
        """Seconds for the first of the races that are left."""
        return max(0, self._end - time.perf_counter()) * race.weight / sum(each.weight for each in left)


def _run(left, count, clock, so_far, entrants, options, cache, start):
    """Run the races; those that others disturbed once more at the end."""
    previous, load, begun, again = None, None, start, set()
    for number, race in enumerate(left):
        if options.pause and time.perf_counter() - start > options.pause:
            print(f"{options.pause} s are over; {so_far.path} keeps what was done, and the next run goes on")
            return
        share = clock.share(race, left[number:])
        if previous != (race.shape, race.layout):
            load = None  # the old arrays go before the new ones come
            load = (masked if race.shape.family == "masked" else workload)(race.shape, race.layout)
            previous = race.shape, race.layout
        failures = []
        rows, others = _raced(race, load, entrants, options, cache, failures, begun + share)
        now = time.perf_counter()
        if others > neighbours.TOLERATED and race not in again:
            print(f"{race.shape.text} {race.layout} {race.operation}: others had {others:.0%}: later")
            again.add(race)
            left.append(race)
            so_far.seconds, begun = so_far.seconds + now - begun, now
            continue
        so_far.add(race.name, rows, failures, now - begun)
        begun = now
        print(_line(len(so_far.done), count, race, rows, so_far.seconds), flush=True)


def _entrants(options):
    wanted = options.peers or peers.NAMES
    if unknown := set(wanted) - set(peers.NAMES):
        raise SystemExit(
            f"--peers: wanted some of {', '.join(peers.NAMES)}, found {', '.join(sorted(unknown))}"
        )
    entrants, missing = peers.load(
        {*wanted, *(name for name in peers.NAMES if name.startswith(results.OURS))}
    )
    for name, reason in missing.items():
        print(f"{name} is not installed and takes no part: {reason}")
    return entrants, missing


def _raced(race, load, entrants, options, cache, failures, end):
    """Verify every entrant's result, then race those that are right until `end`.

    The rows of the race, and the part of the processors that others had meanwhile.
    """
    reference = _reference(race, load, options)
    contenders, ran, ends = {}, [], []
    # in a full run with results given and with new ones, else in the first of these forms that a peer has
    both = options.full and race.operation in results.MOVED
    for name, peer in entrants.items():
        for out in (True, False) if _takes_part(name, race, options) else ():
            if not both and any(peer == name for peer, _ in ran):
                break
            try:
                bound = _verified(peer, race.operation, load, out, reference)
            except peers.Unsupported:
                continue
            except Wrong as error:
                failures.append(str(error))
                continue
            ran.append((name, out))
            ends += [bound.end] if bound.end else []
            label = results.label(name, out)
            contenders[label] = timing.Contender(label, bound.call, peer.pool)
    pairs = _pairs(contenders, ran)
    if race.operation in results.MOVED:
        contenders |= {
            name: timing.Contender(name, call, "openmp")
            for name, call in probes.contenders(race.operation, load).items()
        }
    around = neighbours.Neighbours(environment.processors())
    try:
        order = sorted(contenders.values(), key=lambda contender: contender.pool)
        over = timing.enough(pairs, max(0, end - time.perf_counter()))
        timing.race(order, options.rounds or timing.MOST_ROUNDS, over=over)
        # the processes of a crowd are no others
        others = 0.0 if ends else around.share()
    finally:
        for each in ends:
            each()
    return list(results.rows(race.shape, race.layout, race.operation, contenders, ran, cache)), others


def _pairs(contenders, ran):
    """Each contender with the one of bncore that its ratio is of."""
    ours = {out: contenders.get(results.label(results.OURS, out)) for out in (True, False)}
    found = [(contenders[results.label(*each)], ours[each[1]] or ours[True]) for each in ran]
    return [pair for pair in found if pair[1] and pair[0] is not pair[1]]


def _takes_part(name, race, options):
    """Whether an entrant runs in a race: all in all of a full run, or else as the constants above say."""
    shape = race.shape
    if name in peers.THREADS:
        return shape.family == "more" and ONE_THREAD_ELEMENTS < shape.elements < NUMPY_ELEMENTS
    if options.full or name in (options.peers or ()):
        return True
    if name == "numpy":
        return shape.family == "growing" and shape.elements <= NUMPY_ELEMENTS
    if name == "torch.compile":
        return shape.family == "fused" and shape.elements <= COMPILED_ELEMENTS
    return name != "jax" or shape.family == "growing"


def _reference(race, load, options):
    if race.shape.family == "training":
        from harness.peers import steps

        return Loss(steps.loss(load.extents))
    kind = "forward" if race.shape.family == "crowd" else race.operation
    return Reference(kind, load, load.x.size if options.full else SAMPLE)


def _verified(peer, operation, load, out, reference):
    """The peer's call, once its results were found right."""
    load.clear()
    with environment.unbound():
        bound = peer.bind(operation, load, out)
        found = bound.results(bound.call())
    reference.check(results.label(peer.name, out), found, peer.accumulate[load.x.dtype.name])
    return bound


def _line(number, of, race, rows, seconds):
    """One line for a race: bncore's time, every peer's as a multiple of it, and the interval of that."""
    text = f"{number:4}/{of} {seconds:5.0f} s {race.shape.text:18} {race.layout:14} {race.operation:9}"
    if race.shape.dtype != "float32":
        text += f" {race.shape.dtype}"
    if not any(row.peer == results.OURS for row in rows):
        return f"{text} bncore is wrong here"
    for out in (True, False):
        ours = next((row for row in rows if row.peer == results.OURS and row.out == out), None)
        if ours:
            ratios = " ".join(
                f"{row.peer.removeprefix('probe, ')} {_ratio(row)}"
                for row in rows
                if row.out == out and row.peer != results.OURS
            )
            text += f" | {'out' if out else 'new'} {1e6 * ours.seconds:.4g} us; {ratios}"
    return text


def _ratio(row):
    if row.low is None or row.peer in results.PROBES:
        return f"{row.ratio:.2f}"
    return f"{row.ratio:.2f} [{row.low:.2f}, {row.high:.2f}]{'!' if row.verdict == 'lost' else ''}"
