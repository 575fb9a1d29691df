"""Proves the book of theorems, writes its pages and certificates, or compares them with what is written.

A theorem is decided claim by claim (`spec.symbolic`); what was decided is written down as a certificate,
which is data; the second checker (`modular.py`) reads the certificate alone.
"""

import argparse
import inspect
import json
import time
from dataclasses import dataclass
from functools import partial

from .. import COMMAND, DOCS, equations
from ..coq import emit
from ..properties.tolerances import allowances
from ..symbolic.decide import decide
from ..theorems import THEOREMS
from ..workers import WORKERS, started
from . import modular, pages, refute
from .certificate import certify

PROOFS = DOCS / "proofs"
# Seconds that a theorem may take when it is its turn: a true one takes a few.
BUDGET = 300.0


@dataclass(frozen=True)
class Proof:
    """A theorem, what the prover decided, the certificate of that, and what the second checker found."""

    theorem: object
    decisions: tuple
    certificate: dict
    second: modular.Verdict
    seconds: float

    @property
    def ok(self):
        return all(decision.holds for decision in self.decisions) and self.second.holds


@dataclass(frozen=True)
class Verdict:
    """How a theorem was established, for a report."""

    name: str
    title: str
    source: tuple
    method: str
    second: str
    seconds: float
    ok: bool


def prove_one(theorem):
    """Decide every claim of a theorem, and have its certificate, as data, checked a second time."""
    start = time.perf_counter()
    decisions = tuple(decide(claim) for claim in theorem.claims)
    certificate = json.loads(json.dumps(certify(theorem, decisions)))
    second = modular.check(certificate)
    return Proof(theorem, decisions, certificate, second, time.perf_counter() - start)


def verdict(proof, drift=()):
    """The verdict on a proof; pages that differ from it make it fail."""
    claims, second = len(proof.decisions), proof.second
    failed = [n for n, decision in enumerate(proof.decisions, 1) if not decision.holds]
    method = f"normal form, {claims} steps" if not failed else f"FALSE: step {', '.join(map(str, failed))}"
    if drift:
        method += f"; DRIFT: {', '.join(path.name for path in drift)}"
    sizes = ", ".join(map(str, second.sizes))
    found = "holds" if second.holds else "FALSE"
    return Verdict(
        proof.theorem.name,
        proof.theorem.title,
        proof.theorem.source,
        method,
        f"{found} at m = {sizes}, error at most {second.bound}",
        proof.seconds,
        proof.ok and not drift,
    )


def files(number, proof):
    """What is to be written about a proof: path and text."""
    name = proof.theorem.name
    certificate = json.dumps(proof.certificate, separators=(",", ":"), sort_keys=True)
    texts = {
        PROOFS / f"{name}.md": pages.page(number, proof.theorem, proof, allowances(proof.theorem)),
        PROOFS / "certificates" / f"{name}.json": certificate + "\n",
    }
    return texts | coq_files([proof.theorem])


def coq_files(theorems):
    """What is to be written in Coq: path and text."""
    return {PROOFS / "coq" / f"{name}.v": text for name, text in emit.emit_all(theorems).items()}


def _differ(texts):
    """The files that do not hold these texts."""
    return [
        path for path, text in texts.items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def _write(texts):
    for path in _differ(texts):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[path], encoding="utf-8")


def _strangers(expected):
    """Files below docs/proofs that no theorem accounts for."""
    return sorted(path for path in PROOFS.rglob("*") if path.is_file() and path not in expected)


def _proofs(theorems, workers):
    """The proof of each theorem, in order; with several workers the longest are begun first."""
    with started(min(workers, len(theorems))) as begin:
        longest = sorted(theorems, key=lambda theorem: -len(theorem.claims))
        begun = {theorem.name: begin(prove_one, theorem) for theorem in longest}
        for theorem in theorems:
            try:
                yield begun[theorem.name].result(BUDGET)
            except Exception as error:
                raise Undecided(theorem, _why(error)) from error


def _why(error):
    """Why a proof did not come to an end, in words."""
    if isinstance(error, TimeoutError):
        return f"not decided in {BUDGET:g} s"
    return f"it cannot be decided: {type(error).__name__}: {' '.join(str(error).split())[:200]}"


class Undecided(Exception):
    """A theorem whose proof did not come to an end: the theorem, and why, in words."""


def prove(names=None, check=False, progress=print, workers=1):
    """Prove the theorems of these names, or all; write their pages, or with `check` only compare them.

    `workers` is the number of processes. Returns a `Verdict` for each theorem. Raises ValueError for a name
    that is not in the book.
    """
    book = {theorem.name: (number, theorem) for number, theorem in enumerate(THEOREMS, 1)}
    for name in names or ():
        if name not in book:
            raise ValueError(f"theorem: wanted one of {', '.join(book)}, found {name!r}")
    chosen = [book[name] for name in names or book]
    if words := refute.composed():
        return _refused(chosen[0][1], book, f"FALSE: {words}", progress)
    if found := refute.refute([theorem for _, theorem in chosen]):
        return _refused(found.theorem, book, f"FALSE: step {found.step}: {found.words}", progress)
    try:
        return _proven(chosen, names, check, progress, workers)
    except Undecided as error:
        return _refused(*error.args[:1], book, error.args[1], progress)


def _refused(theorem, book, words, progress):
    """The verdict on equations of which a theorem does not hold; nothing else is decided, or written."""
    found = Verdict(theorem.name, theorem.title, theorem.source, words, "", 0.0, ok=False)
    progress(line(book[theorem.name][0], found))
    for each in refute.changed():
        progress(f"     equations.py, {each}")
    return [found]


def _proven(chosen, names, check, progress, workers):
    """The verdicts on theorems that nothing speaks against: decided, and written or compared."""
    verdicts, proofs, written = [], [], set()
    for (number, _), proof in zip(chosen, _proofs([theorem for _, theorem in chosen], workers), strict=True):
        texts = files(number, proof)
        written |= texts.keys()
        drift = _differ(texts) if check else []
        if not check and proof.ok:
            _write(texts)
        proofs.append(proof)
        verdicts.append(verdict(proof, drift))
        progress(line(number, verdicts[-1]))
    if not names:
        verdicts.append(_whole(proofs, written, check))
        if not verdicts[-1].ok:
            progress(line("", verdicts[-1]))
    return verdicts


def _whole(proofs, written, check):
    """The verdict on the book: its contents and the derivation, and that nothing else lies there."""
    start = time.perf_counter()
    texts = {
        PROOFS / "index.md": pages.index(proofs),
        DOCS / "derivation.md": pages.derivation(proofs),
        refute.RECORD: inspect.getsource(equations),
    }
    drift = _differ(texts) if check else []
    if not check and all(proof.ok for proof in proofs):
        _write(texts)
    drift += _strangers(written | texts.keys())
    return Verdict(
        "book",
        "The table of contents and the derivation",
        (),
        f"DRIFT: {', '.join(path.name for path in drift)}" if drift else "written by the program",
        "",
        time.perf_counter() - start,
        not drift,
    )


def write_coq(theorems, check=False):
    """Write the theorems in Coq, or with `check` only compare them; the files that differed."""
    texts = coq_files(theorems)
    differed = _differ(texts)
    if not check:
        _write(texts)
    return differed


def line(number, verdict):
    """A verdict as a line of the terminal."""
    state = "proven" if verdict.ok else "FAILED"
    second = f"; {verdict.second}" if verdict.second else ""
    return f"{number:>3}  {state}  {verdict.title:<52}  {verdict.seconds:5.2f} s  {verdict.method}{second}"


def main(argv=None):
    """The command `prove`: 0 if every theorem is proven (and written so), 1 if not, 2 for bad usage."""
    parser = argparse.ArgumentParser(prog=f"{COMMAND} prove", description="Prove the book of theorems.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a theorem (default: all)")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a page or certificate differs"
    )
    parser.add_argument(
        "--coq",
        action="store_true",
        help="write the theorems in Coq and nothing else; `make coq` checks them",
    )
    parser.add_argument("--list", action="store_true", help="list the theorems and stop")
    arguments = parser.parse_args(argv)
    if arguments.list:
        for number, theorem in enumerate(THEOREMS, 1):
            print(f"{number:>3}  {theorem.name:<24}  {theorem.title}")
        return 0
    unknown = set(arguments.names) - {theorem.name for theorem in THEOREMS}
    if unknown:
        parser.error(f"no theorem is called {', '.join(sorted(unknown))}; --list names them")
    if arguments.coq:
        chosen = [theorem for theorem in THEOREMS if not arguments.names or theorem.name in arguments.names]
        differed = write_coq(chosen, arguments.check)
        for path in differed:
            print(f"{'DRIFT: ' if arguments.check else 'written: '}{path}")
        return 1 if arguments.check and differed else 0
    at_once = partial(print, flush=True)
    verdicts = prove(arguments.names, arguments.check, progress=at_once, workers=WORKERS)
    return 0 if all(each.ok for each in verdicts) else 1
