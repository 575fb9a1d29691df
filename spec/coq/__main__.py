"""The command `python -m spec.coq`: Coq's kernel checks the theorems, and says on what axioms they rest."""

import sys
import time

from .. import COMMAND, ROOT
from ..theorems import THEOREMS
from . import kernel

BUILD = ROOT / "build" / "coq"


def show(verdict):
    """Print the verdict on a theorem."""
    theorem = verdict.theorem
    state = "accepted" if verdict.ok else "REJECTED"
    number, title = ("", theorem) if verdict.of_rules else (THEOREMS.index(theorem) + 1, theorem.title)
    print(f"{number:>3}  {state}  {title:<52}  {verdict.seconds:5.1f} s")
    if verdict.axioms:
        print(f"     axioms: {', '.join(sorted(verdict.axioms))}")
    if verdict.foreign:
        print(f"     not of the real numbers: {', '.join(verdict.foreign)}")
    if verdict.reason:
        print("     " + verdict.reason.replace("\n", "\n     "))
    sys.stdout.flush()


def _accepted(verdicts):
    return sum(verdict.ok for verdict in verdicts)


def main():
    """0 if the kernel accepts everything, 1 if not, 2 where there is no Coq."""
    if absent := kernel.missing():
        print(f"{COMMAND}.coq: {absent}", file=sys.stderr)
        return 2
    start = time.perf_counter()
    try:
        verdicts = kernel.check(BUILD, show)
    except kernel.Rejected as reason:
        print(f"the library does not compile:\n{reason}")
        return 1
    book = [verdict for verdict in verdicts if not verdict.of_rules]
    rules = [verdict for verdict in verdicts if verdict.of_rules]
    held = bool(book and rules) and all(verdict.ok for verdict in verdicts)
    print(
        f"{'PASS' if held else 'FAIL'}: {len(book)} of {len(THEOREMS)} theorems are written for Coq; "
        f"its kernel accepts {_accepted(book)} of them, and {_accepted(rules)} of {len(rules)} about rules "
        f"of rounding; {time.perf_counter() - start:.1f} s"
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
