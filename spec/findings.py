"""What the suite finds in the implementations that are installed: docs/findings.md, written by a run.

`python -m spec.findings` holds every known implementation to the class that it declares, on data that
reject every mutant, and then to float64 accumulators, on data that tell the classes apart. Nothing is listed
that the run did not see; each line has the command that shows it again.
"""

import sys
from collections import Counter
from importlib import metadata
from pathlib import Path

from spec import adapters, audit, inputs, portable, probe
from spec.adapter import Missing
from spec.conformance import check
from spec.shrink import shrink
from spec.verdict import BROKEN, CLASS, PASS

# The core of this project is held to its bounds by its own tests; the module of torch has its kernels.
OTHERS = [name for name in adapters.KNOWN if name not in ("bncore", "torch-module")]
PACKAGES = ("torch", "jax", "flax", "onnx", "onnxruntime", "onednn-devel", "tensorflow", "keras", "numpy")
# The smallest cover of the kill matrix; conditioning; the ends of the range; memory.
SWEEP = (
    *audit.FAST,
    *("ordinary", "ratio-1e2", "ratio-1e3", "ratio-1e4", "constant", "outlier-first", "m-17", "plane-67"),
    *("eps-1e-05-std-0.00316", "eps-1e+09-std-3.16e+04", "gamma-huge", "beta-large", "dy-offset", "dy-1e+30"),
    *("scale-1e-40", "scale-1e-20", "scale-1e+20", "scale-1e+38", "near-the-largest", "layout-sliced"),
)
# Where float64 accumulators show: saturated sums, mean/std, a constant channel far from 0.
TELLING = ("ratio-1e1", "ratio-1e3", "ratio-1e5", "constant", "very-many", "many-ones", "many-ones-planes")
CONVENTIONS = ("running variance takes", "momentum is the weight of", "y of one element")
# A counterexample longer than this is named, not printed.
SHORT = 420
PATIENCE = 5.0


def versions():
    """The packages that implementations come from, as they are installed here."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return found


def groups(verdicts):
    """One verdict for each kind of failure, the one farthest beyond its bound, and how many there are."""
    found, counts = {}, Counter()
    for verdict in verdicts:
        if verdict.status in BROKEN:
            key = verdict.status, verdict.quantity, verdict.equation, verdict.dtype, verdict.weaker
            counts[key] += 1
            if key not in found or _beyond(verdict) > _beyond(found[key]):
                found[key] = verdict
    return [(found[key], counts[key]) for key in found]


def _beyond(verdict):
    """How far a failure is beyond its bound; a number that is not finite counts least: it says least."""
    ratio = verdict.ratio
    return -1.0 if ratio is None or ratio == float("inf") else ratio


def shown(adapter, target, verdict):
    """The verdict on the smallest data set that shows it, and the command."""
    data = None if verdict.index is None else inputs.data(verdict.data, verdict.dtype)
    if data is not None and not data.full:
        small, found = shrink(adapter, data, verdict, PATIENCE)
        command = portable.command(target, small)
        if small.name == portable.GIVEN and len(command) <= SHORT:
            return found, command
    return verdict, verdict.reproduce


def _number(value):
    return "" if value is None else f"{value:.9g}"


def rows(adapter, target, verdicts, says):
    """Lines of a table, and the commands that belong to them."""
    lines, commands = [], []
    for verdict, count in groups(verdicts):
        small, command = shown(adapter, target, verdict)
        commands.append(command)
        cells = [
            *(
                str(len(commands)),
                verdict.quantity,
                verdict.equation,
                verdict.dtype,
                f"{verdict.data} ({count})",
            ),
            *(_number(value) for value in (small.got, small.exact, small.bound)),
            says(verdict),
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return lines, commands


HEAD = [
    "| | output | equation | data | worst on (and so many) | got | exact | bound | what it is |",
    "|---" * 9 + "|",
]


def _declared(verdict):
    if verdict.status == CLASS:
        return f"the class `{verdict.weaker}`, not the one declared"
    return "fault" + (f": {verdict.detail.split(';')[0]}" if verdict.detail else "")


def _admitted(verdict):
    if verdict.status == CLASS:
        return f"admits to `{verdict.weaker}`"
    return "admits to no class that decides here" + (f"; {verdict.detail}" if verdict.detail else "")


def _listed(title, found):
    lines, commands = found
    if not lines:
        return ["", f"{title}: nothing."]
    block = [f"# {n}\n{command}" for n, command in enumerate(commands, 1)]
    return ["", f"{title}:", "", *HEAD, *lines, "", "```sh", *block, "```"]


def section(target, progress=lambda line: None):
    """What is found in one implementation, in Markdown; None if it cannot be loaded."""
    try:
        adapter = adapters.load(target)
    except Missing:
        return None
    progress(f"{target}: as declared")
    verdicts = check(adapter, SWEEP, target=target)
    judged = Counter(verdict.status for verdict in verdicts)
    lines = [
        "",
        f"## {target}",
        "",
        f"{judged[PASS]} comparisons within the bound of the class it declares, on {len(SWEEP)} data sets.",
    ]
    lines += _listed("Held to what it declares", rows(adapter, target, verdicts, _declared))
    if "float32" in adapter.caps.dtypes:
        progress(f"{target}: held to float64")
        strict = f"{target} --accumulate float64"
        adapter.caps = adapter.caps.declaring("float64")
        verdicts = check(adapter, TELLING, dtypes=("float32",), target=strict)
        lines += _listed(
            "Held to float64 accumulators and no folding, float32 data",
            rows(adapter, strict, verdicts, _admitted),
        )
    progress(f"{target}: conventions")
    answers = probe.probe(adapter, CONVENTIONS)
    said = "; ".join(f"{title}: {found}" for title, found in answers.items())
    return "\n".join([*lines, "", f"Conventions, which are no faults. {said}."])


INTRODUCTION = """# What the suite finds

Written by `python -m spec.findings`, from a run on
{packages}.

Each implementation is held to the class of accumulation that its adapter declares (for others than bncore the
weakest, `any`), on so many data sets as its section says; then to `float64`, on data that tell the classes
apart. "got", "exact" and "bound" are those of the smallest input found, which the command of the
same number shows again; "worst on" names the data set that is farthest beyond its bound, and how many are
beyond it. [conventions.md](conventions.md) has all conventions side by side, [bounds.md](bounds.md) what a
class is. Derivatives of higher order are judged by `python -m spec check` too.

Three kinds are told apart. A *fault* is beyond the bound of every class. A *class* is what an implementation
admits to: it keeps a weaker one. A *convention* is a choice that is declared, and no fault.
"""


def main(targets=None):
    """Run, and write the page; or print the sections of some targets."""
    page = Path(__file__).parent.parent / "docs/findings.md"
    text = INTRODUCTION.format(packages=", ".join(versions()))
    for target in targets or OTHERS:
        found = section(target, lambda line: print(f"  {line}", flush=True))
        text += f"{found}\n" if found else ""
        if not targets:
            page.write_text(text)
    if targets:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
