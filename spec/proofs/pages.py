"""The pages of docs/proofs: theorems as Markdown, printed from the trees that the checkers read.

A page must render on a plain forge. So display mathematics stands between lines of two dollar signs, and no
command is used that Markdown would take for an escape: no backslash before punctuation.
"""

import math
import re
from decimal import Decimal
from itertools import groupby

from .. import equations
from ..coq.emit import emits, module
from ..theorems import language
from ..theorems.theorem import ASSUMPTIONS
from .latex import Printer

# What a page explains of its notation: where a formula has this, it means that.
NOTATION = (
    (r"\\mu(?!_0)", "$\\mu$ is the mean (9.38)"),
    (r"(?<!\\bar\{)\\sigma\^2(?!_0)", "$\\sigma^2$ is the variance (9.39)"),
    (r"(?<![A-Za-z\\])r(?![A-Za-z])", "$r = 1/\\sqrt{\\sigma^2 + \\epsilon}$"),
    (r"\\hat\{x\}", "$\\hat{x}$ is the standardised input (9.40)"),
    (r"(?<![A-Za-z}])y(?![A-Za-z])", "$y$ is the output (9.41)"),
)
GRADIENTS = ("y", "x", "\\gamma", "\\beta")
OPERATORS = (
    (
        r"\\mathrm\{D\}_",
        "$\\mathrm{D}_u$ is the derivative in the direction $u$: by $t$, at $t = 0$, when $x$ becomes "
        "$x + t u$.",
    ),
    (r"\\tilde\{|\\mathrm\{c\}\(", "$\\tilde{a}_k = a_k - \\frac{1}{m}\\sum a_i$."),
    (
        r"\\mathrm\{c\}\(|\\mathrm\{c\}\\left",
        "$\\mathrm{c}(a, b) = \\frac{1}{m}\\sum \\tilde{a}_i \\tilde{b}_i$.",
    ),
)
FORMULA = re.compile(r"\$\$(.*?)\$\$|\$([^$]+)\$", re.DOTALL)


def legend(text):
    """What the formulas of a page are written in: of all notation what the page uses."""
    formulas = " ".join(block or inline for block, inline in FORMULA.findall(text))
    found = [means for pattern, means in NOTATION if re.search(pattern, formulas)]
    sentences = [f"Here {_listed(found)}."] if found else []
    names = [name for name in GRADIENTS if f"\\mathrm{{d}}{name}" in formulas]
    if names:
        of, by = [f"$\\mathrm{{d}}{name}$" for name in names], [f"${name}$" for name in names]
        are = (
            "is a gradient and no differential: the derivative"
            if len(of) == 1
            else "are gradients and no differentials: the derivatives"
        )
        sentences.append(f"{_listed(of)} {are} of a loss $L$ by {_listed(by)}.")
    sentences += [means for pattern, means in OPERATORS if re.search(pattern, formulas)]
    return " ".join(sentences)


def _listed(words):
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


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
        "## Statement",
        theorem.statement.strip(),
        *_stated(theorem),
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
    body = "\n\n".join(parts)
    head = [
        "<!-- Written by `python -m spec prove`. Edit the theorem, not this page. -->",
        f"# {number}. {theorem.title}",
        f"From {_source_numbers(theorem)} [of the source](index.md#the-equations). {legend(body)}".rstrip(),
    ]
    return "\n\n".join([*head, body]) + "\n"


def _stated(theorem):
    """The equations that a theorem states; before those of one kind of batch stands which it is."""
    claims = [claim for claim in theorem.claims if claim.main and not theorem.long]
    otherwise = (
        "in training mode" if any(claim.mode == "inference" for claim in claims) else "for every batch"
    )
    for where, some in groupby(claims, key=_where):
        if any(map(_where, claims)):
            yield f"{(where or otherwise).capitalize()}:"
        yield from map(equation, some)


def _where(claim):
    """Of which batches a claim speaks, in words; empty if of all."""
    mode = {"inference": "in inference mode", "training": ""}[claim.mode]
    extent = {"any": "", "weighted": "", "shards": "of two shards", "1": "for $m = 1$", "2": "for $m = 2$"}[
        claim.batch
    ]
    return ", ".join(filter(None, [mode, extent, f"for $m \\ge {claim.least}$" * (claim.least > 1)]))


def _figure(theorem):
    if theorem.figure:
        file, caption = theorem.figure
        yield f"![{caption}](../figures/{file})"
        yield f"*{caption}*"


def _step(n, claim, finding):
    where = _where(claim)
    text = f"**{n}.** {claim.why}{f' ({where})' if where else ''}\n\n{equation(claim)}"
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
                "## The equations",
                "",
                EQUATIONS,
                "",
                "\n\n".join(source()),
                "",
                "## The theorems",
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


EQUATIONS = """\
Of one channel (one neuron of the source) over a batch of $m$ elements: (9.36) and (9.37) are what is to be
done, (9.38) to (9.41) how, with an $\\epsilon$ that keeps the root away from 0."""

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
    parts = ["## The equations", EQUATIONS, *source()]
    for proof in chapters:
        parts += [f"## {proof.theorem.title}", proof.theorem.statement.strip()]
        parts += [f"{claim.why}\n\n{equation(claim)}" for claim in proof.theorem.claims]
        if proof.theorem.consequences:
            parts.append(proof.theorem.consequences.strip())
    body = "\n\n".join(parts)
    head = [
        "<!-- Written by `python -m spec prove`. Edit the theorems, not this page. -->",
        "# The derivation",
        "From the six equations to the gradients, for a batch of any size. Each line is an equation that two "
        f"programs have checked ([how](proofs/index.md)); the reasons stand beside them. {legend(body)}",
    ]
    return "\n\n".join([*head, body]) + "\n"


def source():
    """The six equations as `spec.equations` writes them, as display mathematics with their numbers."""
    over, show = language.WRITTEN, Printer()
    x, mean, var, eps, xhat = language.x, language.mean, language.var, language.eps, language.xhat
    gamma, beta = language.gamma, language.beta
    written = (
        (equations.standardised, xhat, (x, mean, var, over)),
        (equations.reconstructed, language.y, (xhat, gamma, beta)),
        (equations.mean, mean, (x, over)),
        (equations.var, var, (x, mean, over)),
        (equations.xhat, xhat, (x, mean, var, eps, over)),
        (equations.y, language.y, (xhat, gamma, beta)),
    )
    return [
        f"$$\n{show(left)} = {show(right(*of))} \\tag{{{right.__doc__[1:5]}}}\n$$"
        for right, left, of in written
    ]
