"""The page of conventions: answers of the probe as tables that can be read."""

from .probe import CLASS, NOT_OFFERED, PLACES, QUESTIONS, SUMS

CLASSES = (
    "The strongest class ([bounds.md](bounds.md)) that training keeps on data that tell them apart: y and dx",
    "on data far from 0 and on sums of a few hundred terms, dbeta on 2^20 terms. The data lie as",
    "(N, C, H, W), as the same with the channel last in memory, and as (N, C).",
    "",
)


def _row(cells):
    return "| " + " | ".join(cells) + " |"


def _conventions(answers):
    """Each question, what is answered, and by whom: the answer that most give first."""
    for title in QUESTIONS:
        if title.startswith("class"):
            continue
        given = {}
        for name, found in answers.items():
            given.setdefault(found[title], []).append(name)
        lead = title
        for found, names in sorted(given.items(), key=lambda pair: (pair[0] == NOT_OFFERED, -len(pair[1]))):
            yield _row((lead, found, "all" if len(given) == 1 else ", ".join(names)))
            lead = ""


def _classes(answers, dtype):
    """The class that each implementation keeps, for each of the places."""
    columns = [(title, place) for title in SUMS for place in PLACES]
    yield _row(("", *(f"{title}, {place}" for title, place in columns)))
    yield "|---" * (len(columns) + 1) + "|"
    for name, found in answers.items():
        yield _row((name, *(found[CLASS.format(title, dtype, place)] for title, place in columns)))


def page(answers, versions):
    """The answers of all, as a page in Markdown."""
    lines = [
        "# What implementations do, found from outside",
        "",
        "Written by `python -m spec.findings.probe`, which asks every implementation that is installed;",
        "`python -m spec probe TARGET` asks one. Nothing here is what an implementation says of itself.",
        "",
        f"Asked: {', '.join(answers)}; of {', '.join(versions)}.",
        "",
        "## Conventions",
        "",
        _row(("", "answer", "of")),
        "|---|---|---|",
        *_conventions(answers),
    ]
    for dtype in ("float32", "float64"):
        lines += ["", f"## Classes of accumulation, {dtype} data", ""]
        lines += [*(CLASSES if dtype == "float32" else ()), *_classes(answers, dtype)]
    return "\n".join(lines) + "\n"
