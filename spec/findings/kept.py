"""What the page says already, read from it: a run of some implementations keeps what is said of others."""

import re
from dataclasses import dataclass

# How the line begins that says what came of looking into a section by hand.
LOOKED = "Looked into by hand: "


@dataclass(frozen=True)
class Row:
    """A line of a section: its number, what is off, the data, what was got and what is right, its command."""

    number: int
    what: str
    data: tuple
    got: str
    exact: str
    ratio: str
    command: str


@dataclass(frozen=True)
class Kept:
    """The section of one implementation as text, its line of the summary, and the data sets that it met."""

    target: str
    text: str
    summary: str
    swept: tuple

    def rows(self):
        """The lines of its table."""
        commands = dict(re.findall(r"^# (\d+)\n(.*)$", self.text, re.MULTILINE))
        for line in re.findall(r"^\| \d+ \|.*$", self.text, re.MULTILINE):
            cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            number, what, data, got, exact, _, ratio, *_ = cells
            names = re.sub(r" and \d+ more$", "", data).split(", ")
            yield Row(int(number), what, tuple(names), got, exact, ratio, commands[number])


def runs(page):
    """The implementations of each line of data sets, and those data sets."""
    for targets, names in re.findall(r"^Met by (.*?): (.*)\.$", page, re.MULTILINE):
        yield targets.split(", "), tuple(names.split(", "))


def sections(page):
    """What a page says of each implementation, by its name."""
    summaries = {
        name: line for line, name in re.findall(r"^(\| \[(\S+)\]\(#\S+\) \|.*)$", page, re.MULTILINE)
    }
    swept = {target: names for targets, names in runs(page) for target in targets}
    found = {}
    for part in page.split("\n## ")[1:]:
        target = part.partition("\n")[0]
        if target in summaries:
            text = "## " + part.partition(f"\n{LOOKED}")[0].strip("\n")
            found[target] = Kept(target, text, summaries[target], swept[target])
    return found
