"""Writes a theorem as a file of Coq: a lemma for each derivative in it, and a theorem for each claim."""

from dataclasses import replace

from ..theorems import THEOREMS, language
from . import rules
from .calculus import rate
from .forms import term_of
from .normal import Normal
from .read import Reader, definitions, setting
from .setting import EPS, VAR
from .statement import (
    Statement,
    bound,
    derivative_of,
    derivatives,
    existences,
    for_all,
    introduce,
    layout,
    still_positive,
    typed,
    variables,
)
from .terms import Add, Derivative, Div, Name, Sub, number

HEADER = "(* Written by `python -m spec prove --coq`. Edit the theorem, not this file. *)"
BEGINNING = """\
From Coq Require Import Reals Lra Lia.
{}Open Scope R_scope."""
REQUIRED = """\
From Coquelicot Require Import Coquelicot.
From Bncore Require Import Sums Equations Algebra Derivatives.
"""

# How many elements a claim's batch has, and how its proof ends: few elements are written out before `field`.
SIZES = {
    "any": ("({least} <= m)%nat", ["normal."]),
    "1": (
        "m = 1%nat",
        [
            "subst m; try destruct k as [| k]; try lia; cbn [sum INR].",
            "rewrite ?(of_one _ _ first_moment).",
            "normal.",
        ],
    ),
    "2": (
        "m = 2%nat",
        [
            "subst m; destruct (of_two _ _ _ first_moment second_moment) as [other square].",
            "try rewrite eps_is; try destruct j as [| [| j]]; try lia.",
            "all: cbn [sum INR]; rewrite ?other, ?square.",
            "all: normal.",
        ],
    ),
}


SHARDED = ("m = (m1 + m2)%nat", ["subst m; rewrite ?plus_INR, ?sum_after; unfold after.", "normal."])


def sharded(tree):
    """Whether a tree speaks of shards."""
    return isinstance(tree, language.Tree) and (tree.head == "shard" or any(map(sharded, tree.parts)))


def emits(theorem):
    """Whether all that a theorem says can be written."""
    return all(claim.batch in {*SIZES, "shards", "weighted"} for claim in theorem.claims)


def module(theorem):
    """The name of a theorem's file, as Coq wants it."""
    return "".join(word.capitalize() for word in theorem.name.split("-"))


def label(theorem):
    """The name in Coq of the conjunction of a theorem's claims."""
    return theorem.name.replace("-", "_")


def emit(theorem):
    """The text of a theorem's file."""
    return File().text(theorem)


def emit_all(theorems=THEOREMS):
    """The files of equations and rules, and that of each theorem that can be written: names and texts."""
    beginning = BEGINNING.format("From Bncore Require Import Sums.\n")
    texts = {
        "Equations": "\n\n".join([HEADER, beginning, definitions()]),
        "Rules": "\n\n".join([HEADER, BEGINNING.format(""), rules.definitions()]) + "\n",
    }
    return texts | {module(theorem): emit(theorem) for theorem in theorems if emits(theorem)}


def reader(claim):
    """The reader of a claim's trees."""
    given = {each: Name(each) for each in ("mean", "var")} if claim.mode == "inference" else {}
    weighted = claim.batch == "weighted"
    return Reader(given, "weighted" if weighted else claim.book, weighted=weighted)


def terms(claim):
    """Both sides of a claim, and its slack if it has one."""
    return [reader(claim).read(side) for side in (claim.left, claim.right, claim.slack) if side is not None]


class File:
    """A file as it grows: lemmas about derivatives come first, as the claims need them."""

    def __init__(self):
        self.lemmas = {}
        self.parts = []

    def text(self, theorem):
        """The whole file."""
        names = [f"{label(theorem)}_{n}" for n in range(1, len(theorem.claims) + 1)]
        for name, claim in zip(names, theorem.claims, strict=True):
            self._claim(name, claim)
        *most, last = names
        together = "".join(f"(conj {name} " for name in most) + last + ")" * len(most)
        whole = layout([f"Definition {label(theorem)} := {together}."], 0)
        self.parts.append("\n".join(["(** All of it *)", *whole]))
        title = f"(** * {theorem.title} *)"
        return "\n\n".join([HEADER, title, BEGINNING.format(REQUIRED), *self.parts]) + "\n"

    def _write(self, kind, name, statement, said, proof, note=()):
        stated = [f"{kind} {name} :", *layout(statement.text(said))]
        self.parts.append("\n".join([*note, *stated, "Proof.", *layout(proof), "Qed."]))

    # Lemmas

    def need(self, term):
        """Write the lemmas about the derivatives in a term, unless they are there."""
        for each in derivatives(term):
            if each.problem not in self.lemmas:
                self.need(each.problem.body)
                self.lemmas[each.problem] = f"derivative_{len(self.lemmas) + 1}"
                self._lemma(each.problem)

    def _lemma(self, problem):
        """The lemma that a derivative exists and is its closed form."""
        where, index = problem.setting, ["k"] if problem.indexed else []
        parameters = [typed(name, name in problem.batches) for name in problem.parameters]
        statement = Statement(parameters, index, list(where.assumed))
        found = where.short(problem.rate)
        normal = Normal(where, self.lemmas)
        value = term_of(normal(found))
        proof = [statement.intros(), *preamble(statement, where)]
        if problem.explicit != problem.body:
            proof.append(f"apply (is_derive_ext_loc (fun t : R => {problem.explicit})).")
            proof += self._explicit(problem)
        proof += [f"apply (d_eq _ _ ({rate(problem.explicit).put({'t': number(0)})})).", "{ derive. }"]
        proof += ["rewrite ?move_0.", *abbreviations(where), f"change ({found} = {value}).", *normal.lines]
        proof += [*normal.rewrites(found), "normal."]
        said = [f"is_derive {derivative_of('t', problem.body)}", f"({problem.value})."]
        self._write("Lemma", self.lemmas[problem], statement, said, proof)

    def _explicit(self, problem):
        """The proof that while t is small the body is equal to its form without derivatives."""
        itself = Derivative(problem, problem.free, "k" if problem.indexed else None)
        normal = Normal(setting((), (), problem.book), self.lemmas)
        known = dict.fromkeys(problem.roots, "Hroot")
        lines = ["{", *still_positive(itself, normal, known)]
        inner = derivatives(problem.body)
        for n, each in enumerate(inner, 1):
            lines += [f"assert (inner{n} : {for_all(bound(each))}{each} = {each.value()}).", "{"]
            lines += [
                *introduce(bound(each)),
                f"apply is_derive_unique. exact {normal.lemma(each, known)}.",
                "}",
            ]
        facts = " | ".join(f"apply inner{n}; assumption" for n in range(1, len(inner) + 1))
        return [*lines, f"same ltac:(first [{facts}]).", "}"]

    # Claims

    def _claim(self, name, claim):
        """The theorem that a claim holds."""
        sides = terms(claim)
        for side in sides:
            self.need(side)
        apart = sharded(claim.left) or sharded(claim.right)
        read = reader(claim)
        where = replace(setting(read.values, variables(sides), read.book), sharded=apart)
        normal = Normal(where, self.lemmas)
        short = [where.short(side) for side in sides]
        size, finish = SHARDED if apart else SIZES.get(claim.batch, SIZES["any"])
        said, exist, end = self._said(sides, short, normal, finish)
        statement = Statement(
            [("m1", "nat"), ("m2", "nat")] * apart + [typed(*each) for each in variables(sides).items()],
            sorted(frozenset().union(*(side.indices() for side in sides))),
            list(assumptions(sides, short, normal)),
            size.format(least=claim.least),
            claim.least,
        )
        parts = [line for each in exist for line in ("split.", "{", *each.proof(normal), "}")]
        proof = [statement.intros(), *preamble(statement, where), *abbreviations(where), *normal.lines]
        said = [*(f"{each.text()} /\\" for each in exist), *said[:-1], f"{said[-1]}."]
        # a quotation mark would begin a string, even in a comment
        note = layout([f"(** {claim.why} *)".replace('"', "''")], 0)
        self._write("Theorem", name, statement, said, [*proof, *parts, *end], note)

    def _said(self, sides, short, normal, finish):
        """What a claim says, the derivatives that it says to exist, and its proof as far as `finish`."""
        left, right, *slack = sides
        differentiated = isinstance(left, Derivative) and not slack and not derivatives(right)
        for side in short[differentiated:]:
            normal(side)
        exist = list(dict.fromkeys(each for side in sides for each in existences(side)))
        if slack:
            difference = Sub(short[1], short[0])
            end = [f"apply (is_less _ _ ({short[2]})).", f"{{ change ({difference} = {short[2]})."]
            end += [*normal.rewrites(Add(difference, short[2])), "normal.", "}", "nonnegative."]
            return [f"{left} <=", str(right)], exist, end
        end = [f"change ({short[0]} = {short[1]}).", *normal.rewrites(Add(*short)), *finish]
        if not differentiated:
            return [f"{left} =", str(right)], exist, end
        value = normal.short(left.value())
        lemma = normal.lemma(short[0])
        normal(value)
        end = [f"apply (d_eq _ _ _ _ {lemma}).", f"change ({value} = {short[1]})."]
        end += [*normal.rewrites(Add(value, short[1])), *finish]
        return [f"is_derive {derivative_of(*left.function())}", f"({right})"], exist[1:], end


def assumptions(sides, short, normal):
    """What a claim assumes of its variables: what must be positive, not negative, or not 0."""
    where = normal.setting
    yield from where.assumed
    if where.sharded:
        yield from [("first", "(1 <= m1)%nat"), ("second", "(1 <= m2)%nat")]
    below = normal.divisors(short)
    if VAR.name in below:
        yield "var_nonzero", f"{where.full(VAR)} <> 0"
    needed = variables(
        [*sides[2:], *(each.right for side in sides for each in side.walk() if isinstance(each, Div))]
    )
    for name, batch in variables(sides).items():
        if batch:
            continue
        if name in language.NONNEGATIVE - {VAR.name, EPS.name}:
            if name in below | normal.under_roots:
                yield f"{name}_positive", f"0 < {name}"
            elif name in needed:
                yield f"{name}_nonnegative", f"0 <= {name}"
        elif name in below:
            yield f"{name}_nonzero", f"{name} <> 0"
    for n, divisor in enumerate(normal.opaque_divisors(short), 1):
        yield f"divisor{n}", f"{divisor} <> 0"
    if EPS.name in variables(sides[2:]):
        yield "eps_nonnegative", "0 <= eps"
    if where.weighed and sides[2:]:
        yield "weight_nonnegative", "(forall i, (i < m)%nat -> 0 <= weight i)"
        if any("j" in side.indices() for side in sides):
            yield "others_positive", "0 < sum m weight - weight j"


def preamble(statement, where):
    """The facts with which every proof begins."""
    lines = []
    if statement.size:
        lines.append("assert (size : 0 < INR m) by (apply size_positive; lia).")
    if statement.least > 1:
        lines.append("pose proof (le_INR _ _ Hm) as least; simpl in least.")
    if where.sharded:
        lines.append("pose proof (size_positive _ first) as size1.")
        lines.append("pose proof (size_positive _ second) as size2.")
    return [*lines, *where.facts]


def abbreviations(where):
    """The tactics that name mean, var and rstd."""
    return [f"set ({name} := {long}) in *." for name, long in where.long.items()]
