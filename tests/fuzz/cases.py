"""The kinds of cases, and how often each is drawn."""

from . import layers, operations, others
from .drawing import generator

# how often in a thousand; how one is drawn; how it is carried out
KINDS = {
    "operation": (870, operations.draw, operations.run),
    "layer": (50, layers.draw, layers.run),
    "merge": (25, others.draw_merge, others.run_merge),
    "stats": (15, others.draw_stats, others.run_stats),
    "fold": (30, others.draw_fold, others.run_fold),
    "settings": (8, others.draw_settings, others.run_settings),
    "together": (2, others.draw_together, others.run_together),
}
_NAMES, _WEIGHTS = list(KINDS), [weight for weight, _, _ in KINDS.values()]


def draw(seed, number):
    """The case of this number, as plain data."""
    r = generator(seed, number)
    (kind,) = r.choices(_NAMES, _WEIGHTS)
    return {"kind": kind} | KINDS[kind][1](r)


def run(watch, case):
    """Carry out a case. Raises Found."""
    watch.memory.clear()
    KINDS[case["kind"]][2](watch, case)
