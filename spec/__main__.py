"""The command line: python -m spec [prove | check | audit]."""

import argparse
import sys
import time


def main(argv=None):
    """Run a command; the exit status is 0 if everything holds, 1 if not, 2 for a call that makes no sense."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["prove"]:
        # it parses its own arguments, options first
        from spec import prove

        return prove.main(argv[1:])
    arguments = _parser().parse_args(argv)
    return arguments.run(arguments)


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m spec",
        description="Batch normalization from six equations: proofs, an oracle, derived bounds. Without a "
        "command: prove everything, then check bncore.",
    )
    parser.set_defaults(run=_everything)
    commands = parser.add_subparsers(metavar="COMMAND")
    commands.add_parser("prove", help="prove the theorems and write their pages")
    check = commands.add_parser("check", help="hold an implementation against the equations")
    check.add_argument("target", metavar="TARGET", help="a known name, or pkg.module:attribute")
    check.add_argument("--only", metavar="DATA", action="append", help="a data set (may be repeated)")
    check.add_argument("--dtype", help="one dtype, in place of all that are declared")
    check.add_argument("--full", action="store_true", help="the slow data sets too")
    check.add_argument("--json", metavar="FILE", help="write every verdict to FILE")
    check.set_defaults(run=_check)
    audit = commands.add_parser("audit", help="test the tester: the kill matrix of the declared mutants")
    audit.add_argument("--fast", action="store_true", help="few data sets, all mutants")
    audit.add_argument("--json", metavar="FILE", help="write the matrix to FILE")
    audit.set_defaults(run=_audit)
    return parser


def _usage(message):
    """Say what is wrong with a call."""
    print(f"python -m spec: {message}", file=sys.stderr)
    return 2


def _audit(arguments):
    from spec import audit

    return audit.main(fast=arguments.fast, json=arguments.json)


def _check(arguments):
    """Check a target, report, and say whether it passed."""
    from spec import adapters, inputs
    from spec.conformance import Missing

    try:
        adapter = adapters.load(arguments.target)
    except Missing as reason:
        return _usage(reason)
    for name in arguments.only or ():
        if name not in inputs.DESIGNS:
            return _usage(f"--only: no data set is called {name!r}; there are {', '.join(inputs.DESIGNS)}")
    declared = adapter.caps.dtypes
    if arguments.dtype and arguments.dtype not in declared:
        return _usage(f"--dtype: {arguments.target} declares {', '.join(declared)}, not {arguments.dtype!r}")
    return _checked(adapter, arguments)


def _checked(adapter, arguments):
    from spec import report
    from spec.conformance import check, passed

    start = time.perf_counter()
    verdicts = check(
        adapter,
        arguments.only,
        full=arguments.full,
        dtypes=(arguments.dtype,) if arguments.dtype else None,
        target=arguments.target,
        progress=lambda name, found: print(report.progress_line(name, found), flush=True),
    )
    print("\n" + report.summary(adapter.name, verdicts, time.perf_counter() - start))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            file.write(report.to_json(arguments.target, verdicts))
    return 0 if passed(verdicts) else 1


def _everything(arguments):
    """The main job: prove, check bncore, report."""
    from spec import report
    from spec.prove import WORKERS, prove

    start = time.perf_counter()
    print("Proving, for a batch of every size:")
    proofs = prove(progress=lambda line: print(f"  {line}", flush=True), workers=WORKERS)
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
    sys.exit(main())
