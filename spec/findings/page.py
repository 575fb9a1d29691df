"""The page of findings: sections as Markdown, a summary first."""

import math
import os
import re

from ..bounds.errors import ACCUMULATIONS
from ..bounds.formats import HALVES
from . import notable
from .deviations import is_fault, raised
from .probe import NOT_OFFERED

INTRODUCTION = """# What the suite finds

Written by `python -m spec.findings`, from a run of {minutes:.0f} minutes on {processors} processors, with
{packages}.

{age}
## What one should know

{notable}
## In short

{summary}

## How to read this

Each implementation is held to the class of accumulation that its adapter declares, here always the weakest,
`any`; and float32 data then to `float64`, on data that tell the classes apart. [bounds.md](bounds.md) says
what a class is, and derives its bound. So there are three kinds:

- A **fault** is beyond the bound of every class.
- A **class** is what an implementation admits to: beyond the bound of `float64` (of float64 data, beyond
  that of `any`) and keeps the weaker one that is named. *None* means that no weaker class has a bound that
  decides on these data: as far as promises go, every digit may be lost.
- A **convention** is a choice, and no fault. [conventions.md](conventions.md) has them all side by side.

A line is one deviation: the outputs that are off, the formats of the data, and the data sets that show it, by
their names in [designs.py](../spec/data/designs.py). "got", "exact" and "bound" belong to one output on the
smallest input found, which the command of the same number shows again; of no number where an exception is
the deviation. Faults come first, and in each kind what is most times its bound away. Exact values come from
the equations, in exact arithmetic.
"""

AGE = """Each implementation was held to the {count} data sets that the suite had for this.{behind}

<details><summary>Their names</summary>

Of the run: {names}.
{since}
</details>
"""

HEAD = ("", "what is off", "seen on", "got", "exact", "bound", "error/bound", "equation", "kind")


def page(sections, packages, minutes, swept):
    """The whole page, of a run that swept these data sets."""
    text = INTRODUCTION.format(
        packages=", ".join(packages),
        age=age(swept, swept),
        notable="\n".join(_notable(sections)),
        summary="\n".join(_summary(sections)),
        minutes=minutes,
        processors=os.cpu_count(),
    )
    return text + "".join("\n" + section(each) + "\n" for each in sections)


def age(swept, today):
    """Which data sets a run swept, and which of those that a run of today would sweep it did not have."""
    new = [name for name in today if name not in swept]
    behind = f" It has {len(new)} more by now, and nothing on this page was held to them." if new else ""
    since = f"\nSince: {', '.join(new)}.\n" if new else ""
    return AGE.format(count=len(swept), names=", ".join(swept), behind=behind, since=since)


def aged(text, today):
    """A page as it has to be when a run of today would sweep these data sets."""
    swept = re.search(r"^Of the run: (.*)\.$", text, re.MULTILINE)[1].split(", ")
    form = re.escape(AGE.split("{")[0]) + ".*?</details>\n"
    return re.sub(form, lambda _: age(swept, today), text, count=1, flags=re.DOTALL)


def _row(cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _table(head, rows):
    return [_row(head), "|---" * len(head) + "|", *map(_row, rows)]


def _listed(words, most=6):
    """Words with commas, at most so many, and how many more there are."""
    words = list(words)
    if len(words) <= most + 1:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"


def split(section):
    """The faults of a section, and its classes; in both what is most times its bound away comes first."""
    found = sorted((*section.declared, *section.strict), key=_far, reverse=True)
    return [each for each in found if is_fault(each)], [each for each in found if not is_fault(each)]


def _far(found):
    """How many times its bound an output is off; infinite where there is no number."""
    ratio = found.shown.ratio
    return math.inf if ratio is None or math.isnan(ratio) else ratio


def _notable(sections):
    """The findings in prose, each with the line that shows it and its command."""
    lines = [
        (each.target, number, what(found), found.data, found)
        for each in sections
        for number, found in enumerate((deviation for kind in split(each) for deviation in kind), 1)
    ]
    for number, (finding, line, others) in enumerate(notable.seen(lines), 1):
        shown = line[4].shown
        text = finding.text.format(got=Shown(shown.got), exact=Shown(shown.exact), ratio=shown.ratio)
        seen = ", ".join(f"[{target}, line {at}](#{target})" for target, at, *_ in (line, *others))
        yield f"**{number}. {finding.title}.** {text} Seen: {seen}.\n\n```sh\n{line[4].command}\n```\n"


class Shown(float):
    """A number that is written in four digits where nothing else is said."""

    def __format__(self, form):
        return format(float(self), form or ".4g")


def _kind(found, fault):
    return "fault" if fault else f"class: {_class(found)}"


def _class(found):
    return f"`{found.weaker}`" if found.weaker else "none"


def _dtypes(dtypes):
    named = [each for each in ("float32", "float64", *HALVES) if each in dtypes]
    return ", ".join(named).replace(", ".join(HALVES), "half precision")


def what(found):
    """What is off, in words: the output that is shown first, then the others."""
    shown = found.shown.output
    words = ", ".join([shown, *(name for name in found.outputs if name != shown)]).replace(", ", ", also ", 1)
    if len(found.nestings) > 2:
        words += f", by {len(found.nestings)} of {2 ** int(shown.split()[-1])} nestings"
    elif found.nestings:
        words += f", by {' and '.join(found.nestings)}"
    return f"{words}; {_dtypes(found.dtypes)}" + (f": {_detail(found)}" if _detail(found) else "")


def _detail(found):
    """Why, for a fault, as far as it can be told; of an exception, its first sentence."""
    if not is_fault(found):
        return ""
    detail = found.shown.detail.split(";")[0]
    return detail.split(". ")[0] if raised(found) else detail


def number(value):
    return "" if value is None else f"{value:.9g}"


def times(shown):
    """How many times its bound the output is off."""
    return "" if shown.ratio is None or shown.index is None else f"{shown.ratio:.3g}"


def section(found):
    """One implementation."""
    faults, classes = split(found)
    lines = [f"## {found.target}", ""]
    lines += [
        f"{found.kept} comparisons within the bound of the class that is declared, on {found.sets} data sets."
    ]
    rows, commands = [], []
    for each in (*faults, *classes):
        shown = each.shown
        commands.append(each.command)
        numbers = (*map(number, (shown.got, shown.exact, shown.bound)), times(shown))
        kind = _kind(each, each in faults)
        rows.append((len(commands), what(each), _listed(each.data), *numbers, each.equation, kind))
    if rows:
        blocks = [f"# {n}\n{command}" for n, command in enumerate(commands, 1)]
        fold = "<details><summary>The commands that show them again</summary>"
        lines += ["", *_table(HEAD, rows), "", fold, "", "```sh", *blocks, "```", "", "</details>"]
    said = "; ".join(f"{title}: {answer}" for title, answer in found.conventions.items())
    return "\n".join([*lines, "", f"Conventions: {said}."])


def _summary(sections):
    rows = []
    for each in sections:
        faults, classes = split(each)
        seen = {}
        for found in faults:
            for name in found.outputs:
                seen.setdefault(name, set()).update(found.dtypes)
        kept = {found.weaker for found in classes}
        named = [f"`{name}`" for name in ACCUMULATIONS if name in kept]
        lost = dict.fromkeys(name for found in classes if not found.weaker for name in found.data)
        named += [f"none on {', '.join(lost)}"] if lost else []
        rows.append(
            (
                f"[{each.target}](#{each.target})",
                "; ".join(f"{name} ({_dtypes(seen[name])})" for name in seen) or "none seen",
                ", ".join(named) or "none weaker",
                _conventions(each.conventions),
            )
        )
    return _table(("implementation", "faults", "classes it admits to", "conventions"), rows)


def _conventions(answers):
    """The answers about running statistics, in few words."""
    variance, weight, one = answers.values()
    one = f"y of one element: {one}"
    if weight == NOT_OFFERED:
        return f"no running statistics; {one}"
    variance = variance.removeprefix("the ").removesuffix(" variance")
    return f"running variance: {variance}; momentum weighs {weight}; {one}"
