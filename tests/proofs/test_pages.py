"""The pages of the theorems as a reader meets them: of what batch they speak, and what their letters mean."""

import re
from pathlib import Path

import pytest

from spec.proofs import pages
from spec.theorems import THEOREMS

PROOFS = Path(__file__).parents[2] / "docs/proofs"
TEXT = {theorem.name: (PROOFS / f"{theorem.name}.md").read_text() for theorem in THEOREMS}
# Of which batches an equation may speak, as a page says it before the equation.
LEADS = {
    ("training", "1", 1): "For $m = 1$",
    ("training", "2", 1): "For $m = 2$",
    ("training", "any", 2): r"For $m \ge 2$",
    ("training", "shards", 1): "Of two shards",
    ("inference", "any", 1): "In inference mode",
}
USUAL = {"For every batch", "In training mode"}


@pytest.mark.parametrize("theorem", [each for each in THEOREMS if not each.long], ids=lambda each: each.name)
def test_an_equation_that_is_not_of_every_batch_says_of_which(theorem):
    stated = TEXT[theorem.name].partition("## Statement")[2].partition("\nAssumed: ")[0]
    parts = re.split(r"^((?:For|Of|In) [^:\n]*):$", stated, flags=re.MULTILINE)
    lead, under = None, []
    for part in parts:
        if re.fullmatch(r"(For|Of|In) [^:\n]*", part):
            lead = part
        else:
            under += [
                (lead, block) for block in re.findall(r"^\$\$\n.*?\n\$\$$", part, re.DOTALL | re.MULTILINE)
            ]
    claims = [claim for claim in theorem.claims if claim.main]
    usual = [(claim.mode, claim.batch, claim.least) not in LEADS for claim in claims]
    assert [block for _, block in under][-len(claims) :] == [pages.equation(claim) for claim in claims]
    for (said, _), claim in zip(under[-len(claims) :], claims, strict=True):
        own = LEADS.get((claim.mode, claim.batch, claim.least))
        assert said == own if own else said in (USUAL if not all(usual) else {None})


# What is said of a letter, and the letter in a formula.
SAID = {
    "is the mean (9.38)": r"\mu",
    "is the variance (9.39)": r"\sigma",
    "is the standardised input (9.40)": r"\hat{x}",
    "is the derivative in the direction": r"\mathrm{D}",
    r"$\mathrm{c}(a, b) =": r"\mathrm{c}",
    r"$\tilde{a}_k =": r"\tilde",
}


@pytest.mark.parametrize("name", TEXT)
def test_notation_that_is_explained_is_used_and_what_is_used_is_explained(name):
    head, _, rest = TEXT[name].partition("## Statement")
    for words, letter in SAID.items():
        # running means and means of shards are explained where they stand
        used = re.sub(r"\\bar\{\\(mu|sigma)\}|\\(mu|sigma)(\^2)?_0", "", rest)
        if letter == r"\tilde":
            used += rest.replace(r"\mathrm{c}", letter)
        assert (words in head) == (letter in used), (words, letter)
    gradients = {each for each in ("x", "y", r"\gamma", r"\beta") if rf"\mathrm{{d}}{each}" in rest}
    said = set(re.findall(r"\$\\mathrm\{d\}(x|y|\\gamma|\\beta)\$", head))
    assert said == gradients
    assert ("no differential" in head) == bool(gradients)


def test_the_equations_stand_at_the_head_of_the_book():
    numbers = re.findall(r"\\tag\{(.*?)\}", (PROOFS / "index.md").read_text())
    assert numbers == [f"9.{number}" for number in range(36, 42)]


def test_the_textbook_is_not_called_as_the_book_of_theorems_is():
    for path in PROOFS.parent.rglob("*.md"):
        assert not re.search(r"[Tt]he book (says|calls|introduces|describes|also)", path.read_text()), path
