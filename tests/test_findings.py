"""What the pages report of other implementations is seen again, where they are installed."""

import re
import shlex
from pathlib import Path

import pytest

from spec import __main__ as command
from spec import adapters, findings, probe
from spec.adapter import Missing

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "findings.md").read_text()
COMMANDS = [line for line in PAGE.splitlines() if line.startswith("python -m spec check")]
SHORT = [line for line in COMMANDS if "--data" in line]


def installed(target):
    """The version of a package that a target needs is the one that the page was written with."""
    try:
        adapters.load(target)
    except Missing as reason:
        pytest.skip(str(reason))
    different = [version for version in findings.versions() if version not in PAGE]
    if different:
        pytest.skip(f"the page was not written with {', '.join(different)}")


@pytest.mark.parametrize("line", SHORT)
def test_a_finding_is_seen_again(line, capsys):
    words = shlex.split(line)
    installed(words[4])
    assert command.main(words[3:]) == 1
    assert re.search("(FAIL|CLASS) ", capsys.readouterr().out)


def test_every_finding_has_its_command():
    for section in PAGE.split("\n## ")[1:]:
        numbered = re.findall(r"^\| (\d+) \|", section, re.MULTILINE)
        assert numbered == re.findall(r"^# (\d+)$", section, re.MULTILINE)
    assert len(SHORT) > 10


def test_every_question_is_answered_in_the_page():
    lines = [
        line.strip("| ").split(" | ")
        for line in (DOCS / "conventions.md").read_text().splitlines()
        if "|" in line
    ]
    names, _, *rows = lines
    assert "bncore" in names
    assert [row[0] for row in rows] == list(probe.QUESTIONS)
    assert all(len(row) == len(names) + 1 for row in rows)
