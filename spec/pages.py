"""The pages of docs/proofs: theorems as Markdown, printed from the trees that the checkers read.

A page must render on a plain forge. So display mathematics stands between lines of two dollar signs, and no
command is used that Markdown would take for an escape: no backslash before punctuation.
"""

from spec.coq.emit import emits, module
from spec.equations import BOOK, NUMBER
from spec.latex import Printer
from spec.theorems import language
from spec.theorems.theorem import ASSUMPTIONS

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


def page(number, theorem, proof):
    """The page of a theorem, given what both checkers found."""
    parts = [
        "<!-- Written by `python -m spec prove`. Edit the theorem, not this page. -->",
        f"# {number}. {theorem.title}",
        f"From {_source_numbers(theorem)}. " + " ".join(LEGEND.split("\n")),
        "## Statement",
        theorem.statement.strip(),
        *(equation(claim) for claim in theorem.claims if claim.main),
        "Assumed: " + "; ".join(ASSUMPTIONS[each] for each in theorem.assumptions) + ".",
        "## Proof",
        *(
            _step(n, claim, finding)
            for n, (claim, finding) in enumerate(zip(theorem.claims, proof.decisions, strict=True), 1)
        ),
    ]
    if theorem.consequences:
        parts += ["## What follows", theorem.consequences.strip()]
    if theorem.floating:
        parts += ["## In floating point", theorem.floating.strip()]
    parts += ["## Checked", _checks(theorem, proof)]
    return "\n\n".join(parts) + "\n"


def _step(n, claim, finding):
    where = {"inference": "inference mode", "training": ""}[claim.mode]
    extent = {"any": "", "weighted": "weighted sums", "shards": "two shards", "1": "m = 1", "2": "m = 2"}[
        claim.batch
    ]
    notes = [each for each in (where, extent, f"m at least {claim.least}" * (claim.least > 1)) if each]
    note = f" ({', '.join(notes)})" if notes else ""
    text = f"**{n}.** {claim.why}{note}\n\n{equation(claim)}"
    if claim.slack is not None:
        show = Printer()(claim.slack)
        text += f"\n\nThe right side less the left is this, which is not negative:\n\n$$\n{show}\n$$"
    return f"{text}\n\n<sub>{finding.account}</sub>"


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
Each is a list of equations, and each of those is established twice; most of them three times.

* **Normal form.** Both sides are computed from the equations for a batch whose size is the symbol $m$.
  The root is made rational by $\\epsilon = 1/r^2 - \\sigma^2$. Then each side is a rational function of
  power sums, of the elements at $k$ and of the parameters, and the two are compared as polynomials.
  This decides: it finds a false equation false.
* **Random evaluation.** A program that uses Python's standard library alone, and no formula of the
  first, reads the certificate (a file of JSON in `certificates/`) and evaluates both sides on random
  numbers, exactly, with dual numbers for the derivatives. It may take a false equation for true, with
  the probability stated; never a true one for false.
* **Coq.** Most theorems are written as theorems of Coq too, about real functions and their derivatives, for
  every $m$, with their proofs. `make coq` has Coq's kernel check them, and prints on what axioms they rest:
  on those of the real numbers.

The first two trust the equations as they are written, and Python. The last trusts the equations, Coq's
kernel, and that the program states in Coq what a page states: `coq/Equations.v` and the statements can be
read. All are about real numbers; what remains of a theorem in floating point is said on its page."""


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
