"""The command `python -m spec.coq`: Coq's kernel checks the theorems, and says on what axioms they rest."""

import sys
import time
from pathlib import Path

from spec.coq import kernel
from spec.coq.emit import statements
from spec.theorems import THEOREMS

BUILD = Path(__file__).resolve().parent.parent.parent / "build" / "coq"


def show(theorem, verdict):
    """Print the verdict on a theorem, and the assumptions of each statement that it makes."""
    number = THEOREMS.index(theorem) + 1
    state = "accepted" if verdict.ok else "REJECTED"
    print(f"{number:>3}  {state}  {theorem.title}  ({verdict.seconds:.1f} s)", flush=True)
    for name, main in statements(theorem):
        if main and name in verdict.axioms:
            print(f"       {name}: {', '.join(sorted(verdict.axioms[name])) or 'no axioms'}")
    if verdict.foreign:
        print(f"       not an axiom of the real numbers: {', '.join(verdict.foreign)}")
    if verdict.reason:
        print("       " + verdict.reason.replace("\n", "\n       "))


def main():
    """0 if the kernel accepts everything, 1 if not, 2 where there is no Coq."""
    if absent := kernel.missing():
        print(f"python -m spec.coq: {absent}", file=sys.stderr)
        return 2
    start = time.perf_counter()
    try:
        verdicts = kernel.check(BUILD, show)
    except kernel.Rejected as reason:
        print(f"the library does not compile:\n{reason}")
        return 1
    accepted = sum(verdict.ok for verdict in verdicts)
    found = sorted(set().union(*(axioms for verdict in verdicts for axioms in verdict.axioms.values())))
    print(
        f"{'PASS' if accepted == len(verdicts) else 'FAIL'}: Coq accepts {accepted} of {len(verdicts)} theorems; "
        f"axioms: {', '.join(found)}; {time.perf_counter() - start:.1f} s"
    )
    return 0 if accepted == len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
