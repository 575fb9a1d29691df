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
    print(f"{THEOREMS.index(theorem) + 1:>3}  {state}  {theorem.title:<52}  {verdict.seconds:5.1f} s")
    if verdict.axioms:
        print(f"     axioms: {', '.join(sorted(verdict.axioms))}")
    if verdict.foreign:
        print(f"     not of the real numbers: {', '.join(verdict.foreign)}")
    if verdict.reason:
        print("     " + verdict.reason.replace("\n", "\n     "))
    sys.stdout.flush()


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
    accepted = sum(verdict.ok for verdict in verdicts)
    held = accepted == len(verdicts) > 0
    print(
        f"{'PASS' if held else 'FAIL'}: {len(verdicts)} of {len(THEOREMS)} theorems are written for Coq; "
        f"its kernel accepts {accepted} of them; {time.perf_counter() - start:.1f} s"
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
