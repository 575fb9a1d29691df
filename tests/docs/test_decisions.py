"""The decisions: each says what, why, what was rejected and when, in a line each, and they are few."""

import re
from datetime import date
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs/decisions.md").read_text()
FIELDS = ["What", "Why", "Rejected", "When"]


def test_each_has_its_four_lines():
    entries = PAGE.split("\n## ")[1:]
    assert 12 <= len(entries) <= 18
    for entry in entries:
        title, blank, *lines = entry.rstrip("\n").split("\n")
        assert blank == "", title
        assert [re.match(r"- \*\*(\w+)\.\*\* \S", line)[1] for line in lines] == FIELDS, title
        assert all(len(line) <= 160 for line in lines), title


def test_the_newest_come_first():
    days = [date.fromisoformat(day) for day in re.findall(r"^- \*\*When\.\*\* (.*)$", PAGE, re.MULTILINE)]
    assert days == sorted(days, reverse=True)
