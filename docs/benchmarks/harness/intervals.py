"""How sure a ratio is: an interval for the median of the ratios of rounds, however they are distributed."""

import math
from statistics import median

# The share of races whose interval holds the median, if rounds are alike and know nothing of each other.
CONFIDENCE = 0.99


def rank(rounds, confidence=CONFIDENCE):
    """The largest k for which the k-th least and the k-th greatest of so many ratios are an interval; or 0.

    The median of what is drawn lies below the k-th least of n ratios if fewer than k of them fell below it,
    which has the chance sum_{i < k} C(n, i) / 2^n; and as much on the other side.
    """
    each, below = (1 - confidence) / 2 * 2**rounds, 0
    for k in range(rounds // 2 + 1):
        below += math.comb(rounds, k)
        if below > each:
            return k
    return 0


def least_rounds(confidence=CONFIDENCE):
    """How many rounds an interval needs."""
    return next(n for n in range(1, 100) if rank(n, confidence))


def interval(ratios, confidence=CONFIDENCE):
    """(The median, the lower, the upper end) of ratios; the ends are 0 and infinite for too few of them."""
    ordered = sorted(ratios)
    k = rank(len(ordered), confidence)
    return median(ordered), *((ordered[k - 1], ordered[-k]) if k else (0.0, math.inf))


def verdict(low, high):
    """What an interval says of "as fast as": "lost", "won", or "even" where 1 lies in it."""
    return "lost" if high < 1 else "won" if low > 1 else "even"
