"""What changed between two runs of a check: the verdicts of the last one are kept in a file."""

from . import report
from .verdict import ABSENT, BROKEN


def _keyed(verdicts):
    return {(v.data, v.dtype, v.quantity): v for v in verdicts}


def changes(before, after):
    """A line for each verdict that is new, gone or of another status, failures first.

    A data set that the second run left out has not changed.
    """
    old, new = _keyed(before), _keyed(after)
    ran = {(v.data, v.dtype) for v in after}
    lines = []
    for key, verdict in new.items():
        was = old.get(key)
        if was is None and verdict.status != ABSENT:
            lines.append((verdict.status not in BROKEN, f"new: {verdict}"))
        elif was is not None and was.status != verdict.status:
            lines.append((verdict.status not in BROKEN, f"was {was.status}, now {verdict}"))
    lines += [
        (True, f"gone: {was.status} {was.quantity} on {was.data}, {was.dtype}")
        for key, was in old.items()
        if key not in new and key[:2] in ran and was.status != ABSENT
    ]
    return [line for _, line in sorted(lines, key=lambda each: each[0])]


def merged(before, after):
    """The verdicts of the second run, and those of the first on data sets that the second left out."""
    ran = {(v.data, v.dtype) for v in after}
    return [v for v in before if (v.data, v.dtype) not in ran] + list(after)


def read(file, target):
    """The verdicts in a file; None if there is no file. Raises ValueError if they are of another target."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    of, verdicts = report.from_json(text)
    if of != target:
        raise ValueError(f"it holds the verdicts of {of}, not of {target}")
    return verdicts
