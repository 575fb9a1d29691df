"""The changelog: its newest version is that of the sources, and each has a day."""

import re
import tomllib
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEADINGS = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_its_newest_version_is_that_of_the_sources():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert HEADINGS[0].split()[0] == version


def test_versions_fall_and_days_do_not_rise():
    found = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) \((.*)\)", heading).groups() for heading in HEADINGS]
    versions = [tuple(map(int, numbers)) for *numbers, _ in found]
    days = [date.fromisoformat(day) for *_, day in found]
    assert versions == sorted(set(versions), reverse=True)
    assert days == sorted(days, reverse=True)


def test_no_other_file_says_which_version_this_is():
    version, *_ = HEADINGS[0].split()
    said = re.compile(rf"(?<![\d.]){re.escape(version)}(?![\d.])")
    sources = [*ROOT.glob("bncore/**/*.py"), *ROOT.glob("bncore/**/*.pyx"), *ROOT.glob("spec/**/*.py")]
    assert len(sources) > 100
    assert not [path for path in (*sources, ROOT / "README.md") if said.search(path.read_text())]
