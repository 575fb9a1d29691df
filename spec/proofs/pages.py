"""The pages of docs/proofs: theorems as Markdown, printed from the trees that the checkers read.

A page must render on a plain forge. So display mathematics stands between lines of two dollar signs, and no
command is used that Markdown would take for an escape: no backslash before punctuation.
"""

import math
from decimal import Decimal

from ..coq.emit import emits, module
from ..equations import BOOK, NUMBER
from ..theorems import language
from ..theorems.theorem import ASSUMPTIONS
from .latex import Printer

LEGEND = """\
Here $\\mu$ is the mean (9.38), $\\sigma^2$ the variance (9.39), $r = 1/\\sqrt{\\sigma^2 + \\epsilon}$,
$\\hat{x}$ the standardised input (9.40) and $y$ the output (9.41). $L$ is a loss with $\\mathrm{d}y_i =
\\partial L/\\partial y_i$; $\\mathrm{d}x$, $\\mathrm{d}\\gamma$ and $\\mathrm{d}\\beta$ are its
derivatives by $x$, $\\gamma$ and $\\beta$. $\\mathrm{D}_u$ is the derivative in the direction $u$: by
$t$, at $t = 0$, when $x$ becomes $x + t u$. $\\tilde{a}_k = a_k - \\frac{1}{m}\\sum a_i$ and
$\\mathrm{c}(a, b) = \\frac{1}{m}\\sum \\tilde{a}_i \\tilde{b}_i$."""


def equation(claim):
    """The claim as display mathematics."""
    show = Printer(weighted=claim.batch == "weighted")
    relation = "=" if claim.slack is None else "\\le"
    lines = ["$$", f"{show(claim.left)} {relation} {show(claim.right)}", "$$"]
    return "\n".join(lines)


ROUNDED = """\
The equations hold of real numbers. Of outputs that are rounded the two sides of a step may differ. By how
much follows from the bounds of the outputs ([how they are derived](../bounds.md)): a sum is off by at most
the sum of the bounds of its terms, a product of $a$ and $b$ by $|a| e_b + |b| e_a + e_a e_b$. Below, for a
random batch of 32 elements (mean 3, deviation 1), if every output is within its bound: float32 data with sums
in float64, and float64 data with compensated sums."""


def page(number, theorem, proof, allowed):
    """The page of a theorem: what both checkers found, and what is `allowed` where numbers are rounded."""
    parts = [
        "<!-- Written by `python -m spec prove`. Edit the theorem, not this page. -->",
        f"# {number}. {theorem.title}",
        f"From {_source_numbers(theorem)}. " + " ".join(LEGEND.split("\n")),
        "## Statement",
        theorem.statement.strip(),
        *(equation(claim) for claim in theorem.claims if claim.main and not theorem.long),
        *_figure(theorem),
        "Assumed: " + "; ".join(ASSUMPTIONS[each] for each in theorem.assumptions) + ".",
        "## Proof",
        *(
            _step(n, claim, finding)
            for n, (claim, finding) in enumerate(zip(theorem.claims, proof.decisions, strict=True), 1)
        ),
    ]
    if theorem.consequences:
        parts += ["## What follows", theorem.consequences.strip()]
    if theorem.floating or allowed:
        parts += ["## In floating point", *filter(None, [theorem.floating.strip()]), *_allowed(allowed)]
    parts += ["## Checked", _checks(theorem, proof)]
    return "\n\n".join(parts) + "\n"


def _figure(theorem):
    if theorem.figure:
        file, caption = theorem.figure
        yield f"![{caption}](../figures/{file})"
        yield f"*{caption}*"


def _step(n, claim, finding):
    where = {"inference": "inference mode", "training": ""}[claim.mode]
    extent = {"any": "", "weighted": "", "shards": "two shards", "1": "m = 1", "2": "m = 2"}[claim.batch]
    notes = [each for each in (where, extent, f"m at least {claim.least}" * (claim.least > 1)) if each]
    note = f" ({', '.join(notes)})" if notes else ""
    text = f"**{n}.** {claim.why}{note}\n\n{equation(claim)}"
    if claim.slack is not None:
        show = Printer(weighted=claim.batch == "weighted")(claim.slack)
        text += f"\n\nThe right side less the left is this, which is not negative:\n\n$$\n{show}\n$$"
    return f"{text}\n\n<sub>{finding.account}</sub>"


def _allowed(allowed):
    """The table of what the sides of each step may differ by, rounded up to two digits."""
    if allowed:
        formats = list(next(iter(allowed.values())))
        rows = [f"| step | {' | '.join(formats)} |", "|---|" + "---|" * len(formats)]
        for step, bounds in allowed.items():
            rows.append(f"| {step} | {' | '.join(_upward(bounds[each]) for each in formats)} |")
        yield ROUNDED.replace("\n", " ")
        yield "\n".join(rows)


def _upward(bound):
    """A positive number with two digits, not below it."""
    exponent = math.floor(math.log10(bound)) - 1
    return f"{Decimal(math.ceil(bound / 10.0**exponent)).scaleb(exponent):.1e}"


def _checks(theorem, proof):
    method = (
        f"Normal form: the two sides of each of the {len(theorem.claims)} steps, from the equations "
        "for a symbolic $m$, are the same polynomial."
    )
    second = (
        f"Random evaluation, with dual numbers, in fractions and modulo $2^{{127}} - 1$, for "
        f"$m = {_sizes(proof)}$: holds; a false step would pass with a probability of at most "
        f"{proof.second.bound}."
    )
    return "\n".join([f"* {method}", f"* {second}", *_kernel(theorem)])


def _kernel(theorem):
    """Where the theorem is written for Coq, if it is."""
    if emits(theorem):
        yield (
            f"* Coq: {_file(theorem)} states every step, about derivatives of real functions, with a proof. "
            "`make coq` has Coq's kernel check it."
        )


def _source_numbers(theorem):
    return ", ".join(f"({number})" for number in theorem.source)


def _sizes(proof):
    return ", ".join(map(str, proof.second.sizes))


def index(proofs):
    """The table of contents, with source numbers and verdicts."""
    rows = [
        f"| {n} | [{proof.theorem.title}]({proof.theorem.name}.md) | {_source_numbers(proof.theorem)} "
        f"| {len(proof.decisions)} steps | m = {_sizes(proof)} | {proof.second.bound} "
        f"| {_file(proof.theorem)} |"
        for n, proof in enumerate(proofs, 1)
    ]
    return (
        "\n".join(
            [
                "<!-- Written by `python -m spec prove`. Edit the theorems, not this page. -->",
                "",
                "# The book of theorems",
                "",
                INTRODUCTION,
                "",
                "| | theorem | source | normal form | second checker | error at most | in Coq |",
                "|---|---|---|---|---|---|---|",
                *rows,
            ]
        )
        + "\n"
    )


def _file(theorem):
    return f"[{module(theorem)}](coq/{module(theorem)}.v)" if emits(theorem) else ""


INTRODUCTION = """\
Every theorem here is about the six equations, (9.36) to (9.41), as `spec/equations.py` states them.
Each is a list of equations, and each of those is established three times.

* **Normal form.** Both sides are computed from the equations for a batch whose size is the symbol $m$.
  The root is made rational by $\\epsilon = 1/r^2 - \\sigma^2$. Then each side is a rational function of
  power sums, of the elements at $k$ and of the parameters, and the two are compared as polynomials.
  This decides: it finds a false equation false.
* **Random evaluation.** A program that uses Python's standard library alone, and no formula of the
  first, reads the certificate (a file of JSON in `certificates/`) and evaluates both sides on random
  numbers, exactly, with dual numbers for the derivatives. It may take a false equation for true, with
  the probability stated; never a true one for false.
* **Coq.** Every theorem is written as a theorem of Coq too, about real functions and their derivatives, for
  every $m$, with their proofs. `make coq` has Coq's kernel check them, and prints on what axioms they rest:
  on those of the real numbers.

The first two trust the equations as they are written, and Python. The last trusts the equations, Coq's
kernel, and that the program states in Coq what a page states: `coq/Equations.v` and the statements can be
read. All are about real numbers; what remains of a theorem in floating point is said on its page.

Each theorem is then a test of implementations (`tests/proofs/test_theorems.py`): where it names an output,
the implementation is asked, also at the arguments that the theorem puts in, and both sides must agree within
what the bounds of its outputs allow."""


def derivation(proofs):
    """The whole derivation of the gradients on one page: the steps of the theorems about them."""
    chapters = [proof for proof in proofs if proof.theorem.name.startswith("gradients")]
    parts = [
        "<!-- Written by `python -m spec prove`. Edit the theorems, not this page. -->",
        "# The derivation",
        "From the six equations to the gradients, for a batch of any size. Each line is an equation that two "
        "programs have checked ([how](proofs/index.md)); the reasons stand beside them. "
        + " ".join(LEGEND.split("\n")),
        "## The equations",
        *(f"$$\n{line} \\tag{{{number}}}\n$$" for number, line in _source()),
    ]
    for proof in chapters:
        parts += [f"## {proof.theorem.title}", proof.theorem.statement.strip()]
        parts += [f"{claim.why}\n\n{equation(claim)}" for claim in proof.theorem.claims]
        if proof.theorem.consequences:
            parts.append(proof.theorem.consequences.strip())
    return "\n\n".join(parts) + "\n"


def _source():
    """The equations that make the layer, as `spec.equations` writes them: number and LaTeX."""
    over, book, show = language.WRITTEN, BOOK, Printer()
    x, mean, var, eps = language.x, language.mean, language.var, language.eps
    right = {
        "mean": book.mean(x, over),
        "var": book.var(x, mean, over),
        "xhat": book.xhat(x, mean, var, eps, over),
        "y": book.y(language.xhat, language.gamma, language.beta),
    }
    return [
        (NUMBER[name].strip("()"), f"{show(language.name(name))} = {show(tree)}")
        for name, tree in right.items()
    ]
