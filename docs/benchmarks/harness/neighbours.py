"""Whether others had the processors meanwhile: a race that they disturbed says nothing."""

import os
import time
from pathlib import Path

# The part of a run's processors that others may have had in a race.
TOLERATED = 0.03


def busy(text, cpus):
    """Seconds that these processors were busy, or taken from this virtual machine, by /proc/stat's text."""
    total = 0
    for line in text.splitlines():
        name, *ticks = line.split()
        if name.removeprefix("cpu").isdigit() and name.startswith("cpu") and int(name[3:]) in cpus:
            user, nice, system, _idle, _wait, interrupts, soft, stolen = map(int, ticks[:8])
            total += user + nice + system + interrupts + soft + stolen
    return total / os.sysconf("SC_CLK_TCK")


class Neighbours:
    """Counts what others than this process use, from now on."""

    def __init__(self, cpus):
        self._cpus = cpus
        self._others, self._since = self._used(), time.perf_counter()

    def _used(self):
        return busy(Path("/proc/stat").read_text(), self._cpus) - time.process_time()

    def share(self):
        """The part of the processors that others have had; a tick more or less for each is nobody's."""
        passed = time.perf_counter() - self._since
        ticks = len(self._cpus) / os.sysconf("SC_CLK_TCK")
        return max(0.0, self._used() - self._others - ticks) / (passed * len(self._cpus))
