"""The command line: python -m spec [prove | check | audit | probe | vectors]."""

import argparse
import contextlib
import errno
import os
import shlex
import signal
import sys
import time
from pathlib import Path

from . import COMMAND, PACKAGE, supervise

# What a shell reports of a program that Ctrl-C has ended, and of one that SIGTERM has.
INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM
# The same of one whose output nobody reads any more.
UNREAD = 128 + signal.SIGPIPE
# The targets of which a check of all data sets is shared out: those that can be sent to other processes.
SHARED = ("bncore",)
# Packages without which no command runs.
NEEDED = ("numpy", "sympy")


def main(argv=None):
    """Run a command; the exit status is 0 if everything holds, 1 if not, 2 for a call that makes no sense.

    After Ctrl-C it is INTERRUPTED, after SIGTERM TERMINATED, and nothing more is printed than that; nothing
    at all where it is UNREAD.
    """
    return _ended(_command(argv))


def supervised():
    """`main` in a process of its own where an implementation could end it; what is no call ends here."""
    command = _command(None)
    if not command.meets:
        return _ended(command)
    return supervise.supervised(lambda: _ended(command))


class _Command:
    """What is to be run, and whether it meets an implementation under test in this process."""

    def __init__(self, run, meets):
        self.run, self.meets = run, meets


def _command(argv):
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["prove"]:

        def prove():
            # it parses its own arguments, options first
            from .proofs import prove

            return prove.main(argv[1:])

        return _Command(prove, meets=False)
    arguments = _parser().parse_args(argv)
    meets = arguments.run in (_check, _probe, _everything)
    return _Command(lambda: arguments.run(arguments), meets)


def _ended(command):
    """Run a command to its status, however it ends."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that is no file
            stream.reconfigure(errors="backslashreplace")
    try:
        with supervise.ending_on_sigterm():
            status = command.run()
            sys.stdout.flush()
            return status
    except ModuleNotFoundError as missing:
        if missing.name not in NEEDED:
            raise
        return _usage(
            f"{missing.name} is needed, and {sys.executable} does not have it. In a checkout `make` puts all "
            f"that is needed into .venv; then: .venv/bin/python -m {PACKAGE}"
        )
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED
    except supervise.Terminated:
        print("\nterminated", file=sys.stderr)
        return TERMINATED
    except BrokenPipeError:
        _silence()
        return UNREAD
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EBADF, errno.EIO):
            raise
        _silence()
        return _usage(f"the output cannot be written: {error.strerror}")


def _silence():
    """What is still buffered must not be written at exit."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser():
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="Batch normalization from six equations: proofs, an oracle, derived bounds. Without a "
        "command: prove everything, then check bncore.",
    )
    parser.set_defaults(run=_everything)
    commands = parser.add_subparsers(metavar="COMMAND")
    commands.add_parser("prove", help="prove the theorems and write their pages")
    check = commands.add_parser("check", help="hold an implementation against the equations")
    check.add_argument("target", metavar="TARGET", help="a known name, pkg.module:attribute, or exec:PROGRAM")
    check.add_argument("--only", metavar="DATA", action="append", help="a data set (may be repeated)")
    check.add_argument("--dtype", help="one dtype, in place of all that are declared")
    check.add_argument("--data", metavar="JSON", help="this data set alone, as a failure prints it")
    check.add_argument(
        "--accumulate", metavar="CLASS", help="hold it to this class, not to the one it declares"
    )
    check.add_argument("--full", action="store_true", help="the slow data sets too")
    check.add_argument("--isolate", action="store_true", help="run it in a process of its own")
    check.add_argument(
        "--timeout", metavar="SECONDS", type=float, help="what a call may take, isolated or exec: (60)"
    )
    check.add_argument("--traceback", action="store_true", help="all of where an exception came from")
    check.add_argument("--json", metavar="FILE", help="write every verdict to FILE")
    check.add_argument("--html", metavar="FILE", help="write a page with a plot to FILE")
    check.add_argument(
        "--track", metavar="FILE", help="print what changed since FILE was written, and write it"
    )
    check.set_defaults(run=_check)
    audit = commands.add_parser("audit", help="test the tester: the kill matrix of the declared mutants")
    audit.add_argument("--fast", action="store_true", help="few data sets, all mutants")
    audit.add_argument("--json", metavar="FILE", help="write the matrix to FILE")
    audit.set_defaults(run=_audit)
    probe = commands.add_parser("probe", help="find the conventions of an implementation, from outside")
    probe.add_argument("target", metavar="TARGET", help="as for check")
    probe.add_argument("--isolate", action="store_true", help="run it in a process of its own")
    probe.add_argument("--json", metavar="FILE", help="write the answers to FILE")
    probe.set_defaults(run=_probe)
    vectors = commands.add_parser("vectors", help="write a portable set of inputs, exact values and bounds")
    vectors.add_argument(
        "folder", metavar="DIR", nargs="?", default="vectors", help="where to (default: vectors)"
    )
    vectors.set_defaults(run=_vectors)
    return parser


def _usage(message):
    """Say what is wrong with a call."""
    print(f"{COMMAND}: {message}", file=sys.stderr)
    return 2


def _unwritable(option, file):
    """What is wrong with a file that is to be written in the end; empty if nothing."""
    writable = Path(file).parent.is_dir() and not Path(file).is_dir()
    return "" if writable else f"--{option}: {file!r} cannot be written"


def _write(texts, arguments):
    """Write what these functions return to the files of these options; 2 where one cannot be written."""
    for option, text in texts.items():
        file = getattr(arguments, option)
        try:
            if file:
                Path(file).write_text(text(), encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            return _usage(f"--{option}: {file!r} cannot be written: {error.strerror}")
    return 0


def _say(line):
    """Print a line at once, into a pipe too."""
    print(line, flush=True)


def _audit(arguments):
    from .audit import matrix, random_faults
    from .workers import WORKERS

    if arguments.json and (unwritable := _unwritable("json", arguments.json)):
        return _usage(unwritable)
    drawn = 0 if arguments.fast else random_faults.COUNT
    how = {"fast": arguments.fast, "json": arguments.json, "drawn": drawn}
    return matrix.main(**how, progress=_say, workers=WORKERS)


def _probe(arguments):
    """Ask a target every question, and print its answers."""
    import json

    from . import adapters
    from .conformance import Missing
    from .findings import probe
    from .interface.contract import title

    if arguments.json and (unwritable := _unwritable("json", arguments.json)):
        return _usage(unwritable)
    try:
        adapter = adapters.load(arguments.target, isolate=arguments.isolate)
    except Missing as reason:
        return _usage(reason)
    answers = probe.probe(adapter)
    print(probe.table({title(adapter): answers}))
    found = {"target": arguments.target, "answers": answers}
    return _write({"json": lambda: json.dumps(found, indent=1)}, arguments)


def _vectors(arguments):
    """Write the portable set."""
    from .data import vectors

    for path, size in vectors.write(arguments.folder, progress=_say):
        print(f"  {path}  {size} bytes")
    return 0


def _check(arguments):
    """Check a target, report, and say whether it passed."""
    from . import adapters
    from .conformance import Missing, history
    from .data import inputs, portable
    from .interface.remote import MOST

    isolated = arguments.isolate or arguments.target.startswith("exec:")
    if arguments.timeout is not None and not (isolated and 0 < arguments.timeout <= MOST):
        seconds = f"a number of seconds above 0, at most {MOST:g}"
        return _usage(f"--timeout: needs {seconds if isolated else '--isolate, or a target exec:PROGRAM'}")
    try:
        adapter = adapters.load(arguments.target, isolate=arguments.isolate, timeout=arguments.timeout)
    except Missing as reason:
        return _usage(reason)
    try:
        given = None if arguments.data is None else portable.from_json(arguments.data)
        if arguments.accumulate:
            adapter.caps = adapter.caps.declaring(arguments.accumulate)
    except ValueError as reason:
        return _usage(reason)
    for name in arguments.only or ():
        if name not in inputs.DESIGNS:
            there = [each for each in inputs.names(full=True) if not inputs.combines(each)]
            there += sorted({each.rstrip("0123456789") + "N" for each in set(inputs.DESIGNS) - set(there)})
            return _usage(f"--only: no data set is called {name!r}; there are {', '.join(there)}")
    declared = adapter.caps.dtypes
    if arguments.dtype and arguments.dtype not in declared:
        return _usage(f"--dtype: {arguments.target} declares {', '.join(declared)}, not {arguments.dtype!r}")
    for name in ("json", "html", "track"):
        file = getattr(arguments, name)
        if file and (unwritable := _unwritable(name, file)):
            return _usage(unwritable)
    before = None
    if arguments.track:
        try:
            before = history.read(Path(arguments.track), arguments.target)
        except ValueError as reason:
            return _usage(f"--track: {arguments.track}: {reason}")
    return _checked(adapter, arguments, before, given)


def _again(arguments):
    """The target, and how it was run, as words of a command."""
    words = [shlex.quote(arguments.target)]
    if arguments.isolate:
        words.append("--isolate")
    if arguments.accumulate:
        words.append(f"--accumulate {arguments.accumulate}")
    if arguments.timeout is not None:
        words.append(f"--timeout {arguments.timeout:g}")
    return " ".join(words)


def _checked(adapter, arguments, before, given):
    """Check, and report: all of it, or what changed since the verdicts `before`."""
    from .conformance import check, history, html, judge, passed, report, shrink
    from .interface.contract import title
    from .workers import WORKERS

    start, output, name = time.perf_counter(), sys.stdout, title(adapter)
    quiet = before is not None
    shared = arguments.target in SHARED and not (arguments.isolate or arguments.only)
    if given is not None:
        verdicts = judge(adapter, given, _again(arguments))
    else:
        verdicts = check(
            adapter,
            arguments.only,
            full=arguments.full,
            dtypes=(arguments.dtype,) if arguments.dtype else None,
            target=_again(arguments),
            workers=WORKERS if shared else 1,
            progress=None if quiet else lambda name, found: _say(report.progress_line(name, found)),
        )
    seconds = time.perf_counter() - start
    sys.stdout = output  # whatever an implementation made of it
    if quiet:
        lines = history.changes(before, verdicts)
        print("\n".join(lines or [f"{name}: nothing changed; {report.counted(verdicts)}"]))
    else:
        print("\n" + report.summary(name, verdicts, seconds, arguments.traceback))
        smallest = shrink.report(adapter, verdicts, _again(arguments)) if given is None else ""
        if smallest:
            print(smallest)
    texts = {
        "json": lambda: report.to_json(arguments.target, verdicts),
        "html": lambda: html.page(arguments.target, name, verdicts, seconds),
        "track": lambda: report.to_json(arguments.target, history.merged(before or (), verdicts)),
    }
    return _write(texts, arguments) or (0 if passed(verdicts) else 1)


def _everything(arguments):
    """The main job: prove, check bncore, report."""
    from . import adapters
    from .conformance import Missing, report
    from .proofs.prove import prove
    from .workers import WORKERS

    try:
        adapters.load("bncore")
    except Missing as reason:
        return _usage(f"{reason} (`{COMMAND} prove` proves without it)")
    start = time.perf_counter()
    print("Proving, for a batch of every size:")
    proofs = prove(progress=lambda line: _say(f"  {line}"), workers=WORKERS)
    print("\nChecking bncore, on designed and real data:")
    status = main(["check", "bncore"])
    print("\n" + report.theorems(proofs))
    held = bool(proofs) and all(proof.ok for proof in proofs) and status == 0
    stated = [proof for proof in proofs if proof.source]
    proven = sum(proof.ok for proof in stated)
    print(
        f"\n{'PASS' if held else 'FAIL'}: {proven} of {len(stated)} theorems proven; "
        f"bncore {'keeps' if status == 0 else 'does not keep'} every derived bound; "
        f"{time.perf_counter() - start:.1f} s"
    )
    return 0 if held else status or 1


if __name__ == "__main__":
    sys.exit(supervised())
