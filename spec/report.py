"""The report: verdicts as a person reads them, one screen, and as a program does."""

import dataclasses
import json
import math
from collections import Counter

from spec.verdict import ABSENT, BROKEN, INCONCLUSIVE, PASS, STATUSES


def _ratio(verdicts):
    """The largest ratio of error to bound."""
    return max((v.ratio for v in verdicts if v.ratio is not None), default=None)


def _shown(ratio):
    return "-" if ratio is None else f"{ratio:.2g}"


def progress_line(name, verdicts):
    """One line for a data set: its name, the worst ratio, and what is not a pass."""
    counts = Counter(verdict.status for verdict in verdicts)
    others = ", ".join(f"{counts[status]} {status}" for status in STATUSES[1:] if counts[status])
    ratio = _shown(_ratio([v for v in verdicts if v.status == PASS]))
    line = f"  {name:<24} {counts[PASS]:>4} passed   error/bound {ratio:>7}"
    return f"{line}   {others}" if others else line


def summary(name, verdicts, seconds):
    """The report of one implementation: a table by quantity, then what failed, then one verdict line."""
    lines = [f"{name}: error over derived bound, the worst of each output (must not exceed 1)", ""]
    wide = max([len(verdict.quantity) for verdict in verdicts if verdict.status != ABSENT], default=0)
    lines.append(f"  {'output':<{wide}} {'equation':<16} {'checks':>6}  {'ratio':>8}  on")
    groups = {}
    for verdict in verdicts:
        groups.setdefault((verdict.quantity, _own(verdict, verdicts)), []).append(verdict)
    for (quantity, equation), group in groups.items():
        judged = [verdict for verdict in group if verdict.status != ABSENT]
        if not judged:
            continue
        worst = max(judged, key=lambda v: -1 if v.ratio is None else v.ratio)
        bad = sum(verdict.status in BROKEN for verdict in judged)
        ratio = _shown(worst.ratio) if worst.ratio is not None else ("exact" if not bad else "-")
        where = f"{worst.data}, {worst.dtype}" + (f"   {bad} NOT KEPT" if bad else "")
        lines.append(f"  {quantity:<{wide}} {equation:<16} {len(judged):>6}  {ratio:>8}  {where}")
    lines += _others(verdicts) + _broken(verdicts)
    counts = Counter(verdict.status for verdict in verdicts)
    ended = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    lines += ["", f"{name}: {ended}; {seconds:.1f} s"]
    return "\n".join(lines)


def _own(verdict, verdicts):
    """The equation of an output itself, which blame may have moved: that of its passes, if it has any."""
    for other in verdicts:
        if other.quantity == verdict.quantity and other.status == PASS:
            return other.equation
    return verdict.equation


def _others(verdicts):
    """What was not judged, and what was judged in vain: every reason once."""
    lines = []
    for status, title in ((INCONCLUSIVE, "inconclusive (every mutant would pass)"), (ABSENT, "not judged")):
        found = [verdict for verdict in verdicts if verdict.status == status]
        if found:
            reasons = Counter(
                (v.quantity, v.detail or f"bound too wide, class {v.accumulate}") for v in found
            )
            lines += ["", f"  {title}:"]
            lines += [f"    {quantity}: {reason} ({count})" for (quantity, reason), count in reasons.items()]
    return lines


# So many failures are shown in full; the rest is counted.
SHOWN = 12


def _broken(verdicts):
    """The failures, the worst of each output and equation first."""
    broken = [verdict for verdict in verdicts if verdict.status in BROKEN]
    if not broken:
        return []
    first = {}
    for verdict in broken:
        first.setdefault((verdict.status, verdict.quantity, verdict.equation), verdict)
    lines = ["", f"  not kept ({len(broken)}; one of each kind shown):"]
    lines += [f"    {verdict}" for verdict in list(first.values())[:SHOWN]]
    if len(first) > SHOWN:
        lines.append(f"    ... and {len(first) - SHOWN} kinds more (--json FILE has all)")
    return lines


def _plain(value):
    """A value that JSON has: what is not finite is written as text."""
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


def to_json(target, verdicts):
    """The verdicts as JSON text."""
    rows = [{key: _plain(value) for key, value in dataclasses.asdict(v).items()} for v in verdicts]
    return json.dumps({"target": target, "verdicts": rows}, indent=1) + "\n"


def theorems(proofs):
    """The theorems: how each was established, what the second checker says, and how long it took."""
    lines = ["Theorems:", ""]
    for proof in proofs:
        if not proof.source:
            # the pages about the theorems
            lines.append(f"  {'ok    ' if proof.ok else 'FAILED'}  {proof.title}: {proof.method}")
            continue
        source = proof.source if isinstance(proof.source, str) else ", ".join(proof.source)
        lines.append(f"  {'proven' if proof.ok else 'FAILED'}  {proof.title} [{source}]")
        lines.append(f"          {proof.method}; {proof.second}; {proof.seconds:.2f} s")
    return "\n".join(lines)
