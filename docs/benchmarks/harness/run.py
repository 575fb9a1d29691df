"""The run: every race of the plan, with a line on the terminal for each; then the files."""

import sys
import time

from harness import environment, peers, probes, results, shapes, timing
from harness.verification import SAMPLE, Reference, Wrong
from harness.workload import OPERATIONS, workload

ROUNDS, FULL_ROUNDS = 5, 15
# Races that move more bytes a call get fewer rounds, unless the run is a full one.
LARGE, LARGE_ROUNDS = 64 << 20, 3
# In a short run jax, which compiles for every shape anew, and the textbook's NumPy run on growing shapes
# alone, unless they are asked for by name; and NumPy on so many elements at most.
NUMPY_ELEMENTS = 1 << 20
# One thread is compared with all of them on so many elements at least, and NUMPY_ELEMENTS at most: in cache.
ONE_THREAD_ELEMENTS = 1 << 18


def main(options):
    """Run what the options ask for; 0, or 1 if a result was wrong."""
    folder = options.output or environment.FOLDER
    if not options.draw:
        table, about, failures = measured(options)
        folder.mkdir(parents=True, exist_ok=True)
        results.write(folder, table, about)
        if failures:
            print("\n".join(["", "Wrong, and so not timed:", *failures]), file=sys.stderr)
    from harness import page, pictures

    table, about = results.read(folder)
    pictures.draw(folder, table, about)
    text = page.generated(table, about)
    if not options.output:
        page.write(environment.ROOT / "docs" / "benchmarks.md", text)
    print("\n" + text)
    return 1 if not options.draw and failures else 0


def measured(options):
    """The table, the description of the run, and a line for each result that was wrong."""
    start = time.perf_counter()
    wanted = options.peers or peers.NAMES
    if unknown := set(wanted) - set(peers.NAMES):
        raise SystemExit(
            f"--peers: wanted some of {', '.join(peers.NAMES)}, found {', '.join(sorted(unknown))}"
        )
    entrants, missing = peers.load({*wanted, results.OURS, peers.ONE_THREAD})
    for name, reason in missing.items():
        print(f"{name} is not installed and takes no part: {reason}")
    speeds = probes.read_speeds()
    cache = probes.usable_cache(speeds)
    about = {
        "machine": environment.machine(),
        "read bytes a second": speeds,
        "usable cache": cache,
        "missing": sorted(missing),
        "full": options.full,
    }
    for name, text in about["machine"].items():
        print(f"{name:16} {text}")
    print(f"{'usable cache':16} {cache >> 10} KiB by the read probe")
    table, failures = [], []
    plan = [
        (shape, layout, operation)
        for shape in shapes.chosen(options.shapes, options.families)
        for layout in options.layouts or shapes.LAYOUTS
        if layout in shape.layouts
        for operation in options.only or (("forward",) if shape.family == "growing" else OPERATIONS)
    ]
    previous = None
    for number, (shape, layout, operation) in enumerate(plan, 1):
        if previous != (shape, layout):
            load = None  # the old arrays go before the new ones come
            load = workload(shape, layout)
            previous = shape, layout
        rows = list(_raced(shape, layout, operation, load, entrants, options, cache, failures))
        table += rows
        print(_line(number, len(plan), shape, layout, operation, rows), flush=True)
    about["wrong"] = failures
    about["seconds"] = round(time.perf_counter() - start)
    print(f"{about['seconds']} seconds")
    return table, about, failures


def _raced(shape, layout, operation, load, entrants, options, cache, failures):
    """Verify every entrant's result, then race those that are right."""
    reference = Reference(operation, load, load.x.size if options.full else SAMPLE)
    contenders, ran = {}, []
    for name, peer in entrants.items():
        if not _takes_part(name, shape, options):
            continue
        for out in (True, False):
            try:
                bound = _verified(peer, operation, load, out, reference)
            except peers.Unsupported:
                continue
            except Wrong as error:
                failures.append(str(error))
                continue
            ran.append((name, out))
            contenders[results.label(name, out)] = timing.Contender(
                results.label(name, out), bound.call, peer.pool
            )
    contenders |= {
        name: timing.Contender(name, call, "openmp")
        for name, call in probes.contenders(operation, load).items()
    }
    large = results.traffic(operation, load.x.nbytes) > LARGE
    rounds = options.rounds or (FULL_ROUNDS if options.full else LARGE_ROUNDS if large else ROUNDS)
    timing.race(sorted(contenders.values(), key=lambda contender: contender.pool), rounds)
    return results.rows(shape, layout, operation, contenders, ran, cache)


def _takes_part(name, shape, options):
    """Whether an entrant runs on a shape: all on all in a full run, or else as the constants above say."""
    if name == peers.ONE_THREAD:
        return shape.family == "more" and ONE_THREAD_ELEMENTS < shape.elements < NUMPY_ELEMENTS
    if options.full or name in (options.peers or ()):
        return True
    if name == "numpy":
        return shape.family == "growing" and shape.elements <= NUMPY_ELEMENTS
    return name != "jax" or shape.family == "growing"


def _verified(peer, operation, load, out, reference):
    """The peer's call, once its results were found right."""
    load.clear()
    with environment.unbound():
        bound = peer.bind(operation, load, out)
        found = bound.results(bound.call())
    reference.check(results.label(peer.name, out), found, peer.accumulate[load.x.dtype.name])
    return bound


def _line(number, of, shape, layout, operation, rows):
    """One line for a race: bncore's time, and every peer's as a multiple of it."""
    if not any(row.peer == results.OURS for row in rows):
        return f"{number:4}/{of} {shape.text:18} {layout:14} {operation:9} bncore is wrong here"
    text = f"{number:4}/{of} {shape.text:18} {layout:14} {operation:9}"
    for out in (True, False):
        ours = next((row for row in rows if row.peer == results.OURS and row.out == out), None)
        if ours:
            ratios = " ".join(
                f"{row.peer.removeprefix('probe, ')} {row.ratio:.2f}"
                for row in rows
                if row.out == out and row.peer != results.OURS
            )
            text += f" | {'out' if out else 'new'} {1e6 * ours.seconds:.4g} us; {ratios}"
    return text
