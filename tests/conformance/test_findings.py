"""What the pages report of other implementations is seen again, where they are installed."""

import re
import shlex
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy
import pytest

from spec import adapters
from spec.conformance.judgement import judge
from spec.conformance.verdict import BROKEN, CLASS, FAIL, Verdict
from spec.data import inputs, portable
from spec.findings import kept, notable, page, probe, survey, versions
from spec.findings.deviations import gathered
from spec.findings.page import HEAD, number
from spec.interface.adapter import Missing

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "findings.md").read_text()
CONVENTIONS = (DOCS / "conventions.md").read_text()


@dataclass(frozen=True)
class Row:
    """A line of the page, and the command of its number."""

    target: str
    what: str
    data: str
    got: str
    exact: str
    bound: str
    ratio: str
    equation: str
    kind: str
    command: str


def _rows():
    for section in PAGE.split("\n## ")[1:]:
        target = section.split("\n")[0]
        lines = [line for line in section.splitlines() if re.match(r"\| \d+ \|", line)]
        commands = re.findall(r"^# (\d+)\n(python -m spec check .*)$", section, re.MULTILINE)
        assert [line.split(" | ")[0].strip("| ") for line in lines] == [number for number, _ in commands]
        for line, (_, command) in zip(lines, commands, strict=True):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[2:-1]]
            assert len(cells) == len(HEAD) - 1
            yield Row(target, *cells, command)


ROWS = list(_rows())
SHORT = [row for row in ROWS if "--data" in row.command and '"times"' not in row.command]


def installed(target):
    """The adapter, if the packages are those that the page was written with."""
    try:
        adapter = adapters.load(target)
    except Missing as reason:
        pytest.skip(str(reason))
    there = ", ".join(versions.of(target))
    if f"\n## {target}\n\n{there}: " not in PAGE:
        pytest.skip(f"the page was not written with {there}")
    return adapter


@pytest.mark.peers
@pytest.mark.parametrize("row", SHORT, ids=lambda row: f"{row.target}, {row.what}"[:60])
def test_a_finding_is_seen_again(row):
    words = shlex.split(row.command)
    adapter = installed(words[4])
    if "--accumulate" in words:
        adapter.caps = adapter.caps.declaring(words[words.index("--accumulate") + 1])
    if '"bfloat16"' in row.command:
        pytest.importorskip("ml_dtypes")
    verdicts = judge(adapter, portable.from_json(words[words.index("--data") + 1]))
    broken = [verdict for verdict in verdicts if verdict.status in BROKEN and verdict.exact is not None]
    assert (row.exact, row.bound) in [(number(v.exact), number(v.bound)) for v in broken]


def saturated(got, exact):
    """Sums that stopped at 2^24, one for each thread."""
    return got % 2**24 == 0 and got <= exact / 2


def off_by(least):
    return lambda got, exact: abs(got - exact) >= least


def wrong(got, exact):
    """Off by more than a tenth."""
    return abs(got - exact) > abs(exact) / 10


def bounded_by_four(got, exact):
    return abs(exact) <= 4 and abs(got) > 100


# What is known of these releases from elsewhere, or from reading their source, and must be found unaided: the
# implementation, what is off, a data set that shows it, the kind, and what the numbers must be like.
KNOWN = [
    ("torch", "dbeta", "many-ones", "class: none", saturated),
    ("torch-channels-last", "dbeta", "many-ones-planes", "class: none", saturated),
    # mean/std is 1e3: of a y of some units no digit is left
    ("torch-channels-last", "y", "very-many-far", "class: none", off_by(0.01)),
    ("torch", "y", "constant", "class: `float32-pairwise`", off_by(50)),
    ("torch", "derivative of order 2, by .*jvp of jvp", "m-3", "fault", wrong),
    ("torch", "derivative of order 3, by [2-8] of 8", "m-3", "fault", wrong),
    ("torch", "d_x", "scales", "fault", lambda got, exact: abs(got) > 2 * abs(exact)),
    ("torch", "y; half precision", "no-gamma-beta", "fault", off_by(1e-4)),
    ("tensorflow", "derivative of order 3, by [2-8] of 8", "m-3", "fault", wrong),
    ("keras", "derivative of order 2, by ", "m-3", "fault", wrong),
    ("keras", "derivative of order 3, by [2-8] of 8", "m-3", "fault", wrong),
    ("jax", "y", "ratio-1e4", "fault", bounded_by_four),
    ("flax", "y", "ratio-1e4", "fault", bounded_by_four),
    ("onnx", "y; float16: the variance is not finite", "", "fault", off_by(1)),
    ("onnxruntime", "y", "scale-1e-20", "fault", lambda got, exact: numpy.isnan(got)),
]


@pytest.mark.peers
@pytest.mark.parametrize(("target", "what", "data", "kind", "holds"), KNOWN)
def test_what_is_known_is_found(target, what, data, kind, holds):
    named = [row for row in ROWS if row.target == target and re.match(what, row.what) and data in row.data]
    assert any(kind in row.kind and holds(float(row.got), float(row.exact)) for row in named), named


@pytest.mark.peers
def test_a_folded_scale_is_off_by_hundreds():
    """The page shows it on rounder numbers; as designed, a channel of 12345678 is hundreds off beta."""
    adapter = installed("torch")
    adapter.caps = adapter.caps.declaring("float64")
    (found,) = (v for v in judge(adapter, inputs.data("constant", "float32")) if v.quantity == "y")
    assert found.status in BROKEN
    assert off_by(100)(found.got, found.exact)


@pytest.mark.peers
def test_what_is_judged_as_compiled_is_compiled():
    """Past 8 kinds of operands torch.compile would call the function as it is; of 12 each is compiled."""
    adapter = adapters.load("torch-compile") if find_spec("torch") else pytest.skip("pip install torch")
    graphs = []

    def backend(graph, _):
        graphs.append(graph)
        return graph.forward

    torch = sys.modules["torch"]
    adapter.batch_norm = torch.compile(torch.nn.functional.batch_norm, dynamic=True, backend=backend)
    for dtype in ("float32", "float64", "float16"):
        for rank in (2, 3, 4, 5):
            x = numpy.arange(3.0**rank, dtype=dtype).reshape((3,) * rank)
            adapter.forward(x, None, None, 1.0)
    assert len(graphs) == 12


def test_every_implementation_has_a_section_and_a_line_of_the_summary_or_is_said_to_have_none():
    titles = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)[3:]
    waiting = re.findall(
        r"`([\w-]+)`", "".join(re.findall(r"^- \*\*Known, and not run yet\*\*: .*$", PAGE, re.MULTILINE))
    )
    assert titles == [name for name in survey.OTHERS if name not in waiting]
    assert set(waiting) <= set(adapters.MORE)
    assert re.findall(r"^\| \[(.*)\]\(#(?:.*)\) \|", PAGE, re.MULTILINE) == titles


def test_what_the_page_says_is_read_from_it_as_it_was_written():
    sections = list(kept.sections(PAGE).values())
    assert page.aged(page.page(sections), survey.SWEEP) == PAGE
    rows = [(each.target, str(row.number), row.command) for each in sections for row in each.rows()]
    assert [(target, command) for target, _, command in rows] == [(row.target, row.command) for row in ROWS]


def test_it_says_which_data_sets_its_runs_did_not_have():
    """`python -m spec.findings --age` writes it."""
    assert page.aged(PAGE, survey.SWEEP) == PAGE
    swept = {target: names for targets, names in kept.runs(PAGE) for target in targets}
    for target, text in ((each.target, each.text) for each in kept.sections(PAGE).values()):
        assert re.findall(r" on (\d+) data sets\.$", text, re.MULTILINE) == [str(len(swept[target]))]
    most = max(len(set(survey.SWEEP) - set(names)) for names in swept.values())
    assert (f"It has up to {most} more by now" in PAGE) == bool(most)


def test_a_page_of_today_is_not_behind():
    text = page.aged(PAGE, ["one", "two"])
    assert "up to 2 more by now" in text
    assert "\nSince: one, two.\n" in text
    least = [name for name in survey.SWEEP if all(name in names for _, names in kept.runs(PAGE))]
    assert "by now" not in page.aged(text, least)
    assert "Since:" not in page.aged(text, least)


def test_faults_come_first_and_what_is_most_times_its_bound_away():
    for target in survey.OTHERS:
        rows = [row for row in ROWS if row.target == target]
        faults = [row.kind == "fault" for row in rows]
        assert faults == sorted(faults, reverse=True)
        for kind in (True, False):
            ratios = [float(row.ratio or "inf") for row in rows if (row.kind == "fault") == kind]
            assert ratios == sorted(ratios, reverse=True), target


def test_the_ratio_is_that_of_the_numbers_beside_it():
    for row in ROWS:
        assert bool(row.ratio) == bool(row.got), row
        if row.got and numpy.isfinite(float(row.got)):
            got, exact, bound, ratio = map(float, (row.got, row.exact, row.bound, row.ratio))
            assert ratio > 1, row
            # nine digits of each
            rounded = 1e-8 * max(abs(got), abs(exact))
            assert abs(abs(got - exact) - ratio * bound) <= rounded + 0.01 * ratio * bound, row


def test_what_one_should_know_is_in_the_tables():
    told = PAGE.partition("## What one should know")[2].partition("\n## ")[0]
    assert re.findall(r"^\*\*(\d+)\. (.*?)\.\*\*", told, re.MULTILINE) == [
        (str(number), each.title) for number, each in enumerate(notable.NOTABLE, 1)
    ]
    commands = re.findall(r"^python -m spec check .*$", told, re.MULTILINE)
    seen = re.findall(r"^\*\*\d+\..* Seen: (.*)\.$", told, re.MULTILINE)
    assert len(seen) == len(commands) == len(notable.NOTABLE) == 10
    for each, command, lines in zip(notable.NOTABLE, commands, seen, strict=True):
        found = [
            [row for row in ROWS if row.target == target][int(line) - 1]
            for target, line in re.findall(r"\[(\S+), line (\d+)\]", lines)
        ]
        assert (found[0].target, found[0].command) == (each.target, command)
        wanted = [(each.target, each.what), *((target, what) for target, what, _ in each.also)]
        for row, (target, what) in zip(found, wanted, strict=True):
            assert row.target == target
            assert re.match(what, row.what)


def test_failures_of_one_kind_are_one_line():
    def failing(quantity, data, status=FAIL, dtype="float32", weaker=None):
        return Verdict(status, data, dtype, quantity, "(9.41)", ratio=2.0, index=(0,), weaker=weaker)

    everywhere = [failing("y", name) for name in ("ordinary", "m-3", "ratio-1e2", "constant")]
    conditioned = [failing(name, "ratio-1e4") for name in ("y", "dx", "dgamma")]
    derivatives = [failing(f"derivative of order 2, {each}", "m-3") for each in ("jvp of jvp", "grad of jvp")]
    weaker = [failing("dx", "ratio-1e4", CLASS, weaker="float32-pairwise")]
    lines = gathered([*everywhere, *conditioned, *derivatives, *weaker])
    assert [len(line) for line in lines] == [5, 2, 2, 1]
    assert lines[0] == [*everywhere, conditioned[0]]
    assert lines[1:] == [conditioned[1:], derivatives, weaker]


def test_every_question_is_answered_in_the_page():
    asked = re.search(r"^Asked: (.*); of", CONVENTIONS, re.MULTILINE)[1].split(", ")
    assert asked == list(probe.ASKED)
    table, *classes = CONVENTIONS.split("\n## ")[1:]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if "|" in line]
    rows = [row for row in cells[2:] if row]
    assert [row[0] for row in rows if row[0]] == [each for each in probe.QUESTIONS if "class" not in each]
    said, title = {}, None
    for lead, _, names in rows:
        title = lead or title
        said.setdefault(title, []).extend(asked if names == "all" else names.split(", "))
    assert all(sorted(names) == sorted(asked) for names in said.values())
    for each in classes:
        kept = [line.split(" | ") for line in each.splitlines() if line.startswith("| ")]
        assert [row[0].strip("| ") for row in kept[1:]] == asked
        assert all(len(row) == 1 + len(probe.SUMS) * len(probe.PLACES) for row in kept)
