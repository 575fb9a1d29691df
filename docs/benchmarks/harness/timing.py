"""Times calls against each other: interleaved in rounds, so that drift of the machine hits all alike."""

import math
import statistics
import time
from dataclasses import dataclass, field

from harness import intervals

# A short call is repeated until a timing lasts this long: a hundred thousand ticks of the clock.
BATCH_SECONDS = 0.002
# A call that takes longer than this is not made untimed first: to wake a thread is nothing beside it.
LONG_SECONDS = 0.01
# A contender that takes longer than this, and so many times as long as the fastest, runs in one round.
SLOW_SECONDS, SLOW_TIMES = 0.05, 6
# An interval is narrow whose ends are within this part of each other: where 1 lies in it, and where not.
WIDTH, DECIDED = 0.04, 0.1
MOST_ROUNDS = 200
# For how long the threads of another pool may go on looking for work when theirs is done.
SETTLE_SECONDS = 0.005


@dataclass
class Contender:
    """A call with a name, and the pool of threads that it runs on; `seconds` gets one number a round."""

    name: str
    call: object
    pool: str = "calling thread"
    seconds: dict = field(default_factory=dict)
    cores: dict = field(default_factory=dict)

    @property
    def median(self):
        """Seconds a call: the median of the rounds."""
        return statistics.median(self.seconds.values())

    @property
    def least(self):
        """Seconds a call: the fastest round, which others disturbed least."""
        return min(self.seconds.values())

    def against(self, other):
        """(Median, lower, upper end) of this contender's seconds over the other's, in rounds both ran in."""
        common = self.seconds.keys() & other.seconds.keys()
        return intervals.interval(self.seconds[n] / other.seconds[n] for n in common)

    def times_as_long_as(self, other):
        """The median, over the rounds both ran in, of this contender's seconds over the other's."""
        return self.against(other)[0]


def timed(call, repetitions):
    """(Seconds a call, processors busy meanwhile) of so many calls in a row."""
    repeated = range(repetitions)
    busy, start = time.process_time(), time.perf_counter()
    for _ in repeated:
        call()
    elapsed = time.perf_counter() - start
    return elapsed / repetitions, (time.process_time() - busy) / elapsed


def repetitions(seconds, batch=BATCH_SECONDS):
    """How many calls of so many seconds make a timing."""
    return max(1, math.ceil(batch / max(seconds, 1e-9)))


def _estimate(call):
    """About how long a call takes that was made before."""
    seconds, _ = timed(call, 1)
    if seconds > LONG_SECONDS:
        return seconds
    seconds, _ = timed(call, 1)
    return seconds if seconds > BATCH_SECONDS else timed(call, repetitions(seconds, BATCH_SECONDS / 4))[0]


def faster(*calls):
    """The fastest of calls that do the same; each is made once first."""
    estimates = []
    for call in calls:
        call()
        estimates.append(_estimate(call))
    return calls[estimates.index(min(estimates))]


def enough(pairs, seconds):
    """When a race of these pairs (a contender and the one that it is beside) is over: a test for `race`.

    It is over when every interval is narrow, or after so many seconds, but not before there are intervals.
    It is asked after 8, 12, 18, ... rounds: a race that is looked at too often ends at the wrong moment.
    """
    start, next_look = time.perf_counter(), intervals.least_rounds()

    def over(rounds):
        nonlocal next_look
        if rounds < next_look:
            return rounds >= intervals.least_rounds() and time.perf_counter() - start > seconds
        next_look = next_look * 3 // 2
        return time.perf_counter() - start > seconds or all(narrow(*pair) for pair in pairs)

    return over


def narrow(contender, other):
    """Whether an interval needs no more rounds; that of a slow contender has as many as it will have."""
    _, low, high = contender.against(other)
    return low == 0 or high / low < 1 + (DECIDED if intervals.verdict(low, high) != "even" else WIDTH)


def race(contenders, rounds=MOST_ROUNDS, settle=SETTLE_SECONDS, slow_times=SLOW_TIMES, over=None):
    """Time the contenders, round by round, each round beginning with another one.

    It ends after so many rounds, or when `over(rounds done)` says so. Every call was made before. Before a
    contender whose pool is not that of the last, everybody's threads get time to go to sleep; then one call
    goes untimed, which wakes its own.
    """
    estimates, last = {}, None
    for contender in contenders:
        if contender.pool != last:
            time.sleep(settle)
            last = contender.pool
        estimates[contender.name] = _estimate(contender.call)
    fastest = min(estimates.values())
    for number in range(rounds):
        turn = number % len(contenders)
        for contender in contenders[turn:] + contenders[:turn]:
            estimate = estimates[contender.name]
            slow = estimate > max(SLOW_SECONDS, slow_times * fastest)
            if slow and number:
                continue
            if contender.pool != last:
                time.sleep(settle)
                last = contender.pool
            if estimate < LONG_SECONDS:
                contender.call()
            contender.seconds[number], contender.cores[number] = timed(contender.call, repetitions(estimate))
        if over and over(number + 1):
            break
