"""Has coqc compile the theorems, and asks on what axioms each rests."""

import concurrent.futures
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from ..theorems import THEOREMS
from . import rules
from .emit import emit_all, emits, label, module

HERE = Path(__file__).resolve().parent
# In this order, each by those before it; the program writes `Equations`, and of docs/bounds.md the `Rules`.
LIBRARY = ("Sums", "Rules", "Roundings", "Orders", "Means", "Equations", "Algebra", "Derivatives")
# Coq's real numbers rest on these three. Whatever else an assumption is called, it is not accepted.
AXIOMS = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
    }
)
# Its logarithm, which some rules of rounding have, is defined by excluded middle.
OF_LOGARITHMS = frozenset({"Classical_Prop.classic"})


class Rejected(Exception):
    """Coq did not accept a file; the message is its own."""


@dataclass(frozen=True)
class Verdict:
    """What the kernel said about a theorem: on what axioms it rests, or why it was rejected.

    A theorem about a rule of rounding is its file and name.
    """

    theorem: object
    axioms: frozenset
    seconds: float
    reason: str = ""

    @property
    def of_rules(self):
        """Whether the theorem is about a rule of rounding."""
        return isinstance(self.theorem, str)

    @property
    def foreign(self):
        """The assumptions that are no axioms of the real numbers."""
        return sorted(self.axioms - AXIOMS - (OF_LOGARITHMS if self.of_rules else frozenset()))

    @property
    def ok(self):
        return not self.reason and not self.foreign


def missing():
    """What of Coq is not installed, or None."""
    if shutil.which("coqc") is None:
        return "coqc is not installed (Debian: coq)"
    where = subprocess.run(["coqc", "-where"], capture_output=True, text=True, check=True).stdout.strip()
    if not Path(where, "user-contrib", "Coquelicot").is_dir():
        return "Coquelicot is not installed (Debian: libcoq-coquelicot)"
    return None


def coqc(folder, name):
    """Compile a file of a folder; what coqc printed. Raises `Rejected`."""
    command = ["coqc", "-q", "-w", "-ambiguous-paths", "-Q", ".", "Bncore", f"{name}.v"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode:
        raise Rejected((run.stdout + run.stderr).strip())
    return run.stdout


def library(folder):
    """Compile the library into a folder, with the equations as they are now."""
    folder.mkdir(parents=True, exist_ok=True)
    emitted = emit_all(())
    texts = {
        name: (HERE / f"{name}.v").read_text(encoding="utf-8") for name in LIBRARY if name not in emitted
    }
    write(folder, texts | emitted)
    for name in LIBRARY:
        coqc(folder, name)


def write(folder, texts):
    """Write files of Coq."""
    for name, text in texts.items():
        (folder / f"{name}.v").write_text(text, encoding="utf-8")


def axioms(folder, name, asked):
    """The names of all that a theorem of a compiled file assumes."""
    question = f"{name}_{asked}_assumptions"
    write(folder, {question: f"From Bncore Require {name}.\nPrint Assumptions {name}.{asked}.\n"})
    answer = coqc(folder, question)
    if answer.startswith("Closed under the global context"):
        return frozenset()
    head, _, listed = answer.partition("\n")
    if head != "Axioms:":
        raise Rejected(f"Print Assumptions {asked}: wanted a list of axioms, found {head!r}")
    # A name begins a line; its type follows, indented where it takes more lines.
    return frozenset(re.findall(r"^([^\s:]+)", listed, flags=re.M))


def check_one(folder, theorem):
    """Compile a theorem whose file and library are in the folder."""
    return _verdict(theorem, lambda: coqc(folder, module(theorem)), folder, module(theorem), label(theorem))


def check_rule(folder, named):
    """Look a theorem up that a rule of rounding names; its file is of the library, which is in the folder."""
    return _verdict(named, lambda: None, folder, *named.split("."))


def _verdict(theorem, compile_it, folder, file, name):
    start = time.perf_counter()
    found, reason = frozenset(), ""
    try:
        compile_it()
        found = axioms(folder, file, name)
    except Rejected as rejected:
        reason = str(rejected)
    return Verdict(theorem, found, time.perf_counter() - start, reason)


def check(folder, progress):
    """Emit all theorems into a folder, and compile them; a `Verdict` for each.

    The first are about the rules of rounding; those of the book follow in its order.
    """
    library(folder)
    write(folder, emit_all())
    asked = [(check_rule, named) for named in rules.theorems()]
    asked += [(check_one, theorem) for theorem in filter(emits, THEOREMS)]
    verdicts = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for verdict in pool.map(lambda each: each[0](folder, each[1]), asked):
            progress(verdict)
            verdicts.append(verdict)
    return verdicts
