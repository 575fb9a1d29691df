"""The page of findings: sections as Markdown, a summary first."""

import math
import re

from .. import adapters
from ..bounds.errors import ACCUMULATIONS
from ..bounds.formats import HALVES
from . import notable
from .deviations import is_fault, raised
from .kept import LOOKED, Kept, sections
from .probe import NOT_OFFERED

INTRODUCTION = """# What the suite finds

Written by `python -m spec.findings`, which runs what is installed, and keeps what it says of the rest. The
section of an implementation says which release it is about.

{age}
## What one should know

{reports}{notable}
## In short

{summary}

{left_out}

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

AGE = """Each implementation was held to the data sets that the suite had for this when it was run.{behind}

<details><summary>Their names</summary>

{names}

</details>
"""

REPORTS = (
    "For those who maintain them, the ten that matter are written up in [reports](reports/README.md).\n\n"
)

# What could be installed and is not judged, and why.
LEFT_OUT = """Left out, and why:

- **A model in half precision** (`model.bfloat16()`): its parameters are rounded, and the equations are
  given those that are not. Data in half precision, with parameters in float32, are judged at `torch`.
- **LiteRT**: it has no such operator. Its converter folds the layer into a multiplication and an addition, so
  that what is judged would be the converter, a TensorFlow of its own.
- **Training in OpenVINO and ncnn**: there is none. Of MNN's the gradients are inside its optimizers.
"""

HEAD = ("", "what is off", "seen on", "got", "exact", "bound", "error/bound", "equation", "kind")


def page(those):
    """The whole page, of what is kept of each implementation, in their order."""
    text = INTRODUCTION.format(
        age=age(those),
        reports=REPORTS,
        notable="\n".join(_notable(those)),
        summary="\n".join([*_table(SUMMARY, ()), *(each.summary for each in those)]),
        left_out=_left_out(those),
    )
    return text + "".join(f"\n{each.text}\n{_looked(each.target)}" for each in those)


def _looked(target):
    """What came of looking into it by hand, if somebody has."""
    note = notable.LOOKED_INTO.get(target)
    return f"\n{LOOKED}{note}\n" if note else ""


def _left_out(those):
    """What is not judged, and what could be and has not been run."""
    ran = [each.target for each in those]
    waiting = [f"`{name}`" for name in judged() if name not in ran]
    line = f"\n- **Known, and not run yet**: {', '.join(waiting)}." if waiting else ""
    return LEFT_OUT.strip() + line


def judged():
    """The implementations that have a section, or are to have one.

    bncore is held to its bounds by its own tests; the module of torch has the kernels of its functional form,
    and the equations written in jax.numpy are nobody's release.
    """
    alike = "torch-module", "jax-numpy"
    return [name for name in adapters.KNOWN if not name.startswith("bncore") and name not in alike]


def kept(found):
    """What the page says of an implementation, from what was found in it."""
    return Kept(found.target, section(found), _row(_summary(found)), found.swept)


def age(those, today=None):
    """Which data sets each implementation met, and which of those of today (None: none) it did not."""
    met = {}
    for each in those:
        met.setdefault(each.swept, []).append(each.target)
    lines, most = [], 0
    for swept, targets in met.items():
        lines.append(f"Met by {', '.join(targets)}: {', '.join(swept)}.")
        new = [name for name in today or () if name not in swept]
        most = max(most, len(new))
        if new:
            lines.append(f"Since: {', '.join(new)}.")
    behind = f" It has up to {most} more by now, and nothing is said of those." if most else ""
    return AGE.format(behind=behind, names="\n\n".join(lines))


def aged(text, today):
    """A page as it has to be when a run of today would sweep these data sets."""
    form = re.escape(AGE.split("{")[0]) + ".*?</details>\n"
    written = age(list(sections(text).values()), today)
    return re.sub(form, lambda _: written, text, count=1, flags=re.DOTALL)


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


def _notable(those):
    """The findings in prose, each with the line that shows it and its command."""
    lines = [(each.target, row.number, row.what, row.data, row) for each in those for row in each.rows()]
    for number, (finding, line, others) in enumerate(notable.seen(lines), 1):
        row = line[4]
        numbers = {name: Shown(getattr(row, name) or "nan") for name in ("got", "exact", "ratio")}
        seen = ", ".join(f"[{target}, line {at}](#{target})" for target, at, *_ in (line, *others))
        text = finding.text.format(**numbers)
        yield f"**{number}. {finding.title}.** {text} Seen: {seen}.\n\n```sh\n{row.command}\n```\n"


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
        f"{', '.join(found.packages)}: {found.kept} comparisons within the bound of the class that is "
        f"declared, on {len(found.swept)} data sets."
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


SUMMARY = ("implementation", "faults", "classes it admits to", "conventions")


def _summary(each):
    """The cells of an implementation's line of the summary."""
    faults, classes = split(each)
    seen = {}
    for found in faults:
        for name in found.outputs:
            seen.setdefault(name, set()).update(found.dtypes)
    weaker = {found.weaker for found in classes}
    named = [f"`{name}`" for name in ACCUMULATIONS if name in weaker]
    lost = dict.fromkeys(name for found in classes if not found.weaker for name in found.data)
    named += [f"none on {', '.join(lost)}"] if lost else []
    return (
        f"[{each.target}](#{each.target})",
        "; ".join(f"{name} ({_dtypes(seen[name])})" for name in seen) or "none seen",
        ", ".join(named) or "none weaker",
        _conventions(each.conventions),
    )


def _conventions(answers):
    """The answers about running statistics, in few words."""
    variance, weight, one = answers.values()
    one = f"y of one element: {one}"
    if weight == NOT_OFFERED:
        return f"no running statistics; {one}"
    variance = variance.removeprefix("the ").removesuffix(" variance")
    return f"running variance: {variance}; momentum weighs {weight}; {one}"
