"""Memory in which every byte is watched: arrays lie between guards, or at a page that must not be touched."""

import ctypes
import mmap

import numpy

PAGE = mmap.PAGESIZE
LINE = 64
# Of such bytes every float is a NaN.
GUARD = b"\xff"
PROT_NONE = 0  # of <sys/mman.h>; mmap names the others

_libc = ctypes.CDLL(None, use_errno=True)


class Room:
    """Pages between two that must not be touched."""

    def __init__(self, nbytes):
        self.pages = mmap.mmap(-1, nbytes + 2 * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.begin, self.end = PAGE, PAGE + nbytes
        self.address = numpy.frombuffer(self.pages, numpy.uint8).ctypes.data
        for page in (0, self.end):
            if _libc.mprotect(ctypes.c_void_p(self.address + page), ctypes.c_size_t(PAGE), PROT_NONE):
                raise OSError(ctypes.get_errno(), "mprotect")
        self.used = self.begin

    def reach(self, stop):
        """Have guards from what was used up to `stop`, and a page beyond."""
        stop = min(stop + PAGE, self.end)
        if stop > self.used:
            self.pages[self.used : stop] = GUARD * (stop - self.used)
            self.used = stop

    def bytes(self):
        """All that is used."""
        return self.pages[self.begin : self.used]


class Memory:
    """Where the arrays of one case lie."""

    def __init__(self, nbytes=1 << 29):
        self.main = Room(nbytes)
        self.edges = [Room(16 * PAGE) for _ in range(4)]
        self.clear()

    def clear(self):
        """Forget all arrays."""
        for room in (self.main, *self.edges):
            room.used = room.begin
        self.next, self.free, self.places = self.main.begin, list(self.edges), []

    def place(self, name, nbytes, shift=0, edge=None):
        """Room for so many bytes, `shift` beyond a line of the cache, or at an edge of a room."""
        if edge and self.free and nbytes <= self.free[-1].end - self.free[-1].begin:
            room = self.free.pop()
            start = room.begin if edge == "left" else room.end - nbytes
            room.reach(room.end)
        else:
            room = self.main
            start = -(-(self.next + LINE) // LINE) * LINE + shift
            self.next = start + nbytes
            if self.next + LINE > room.end:
                raise MemoryError(f"no room for {nbytes} bytes")
            room.reach(self.next)
        self.places.append((name, room, start, start + nbytes))
        return room, start

    def snapshot(self):
        """What every byte is."""
        return [(room, room.bytes()) for room in (self.main, *self.edges) if room.used > room.begin]

    def changed(self, snapshot):
        """What has been written to since then, in words; nothing if no byte has changed."""
        for room, before in snapshot:
            now = room.bytes()
            if now != before:
                differ = numpy.flatnonzero(numpy.frombuffer(now, "u1") != numpy.frombuffer(before, "u1"))
                return self._where(room, room.begin + int(differ[0])) + f", {differ.size} bytes in all"
        return ""

    def _where(self, room, byte):
        distances = [
            (max(start - byte, byte - stop + 1, 0), name, start, stop)
            for name, home, start, stop in self.places
            if home is room
        ]
        away, name, start, stop = min(distances)
        if not away:
            return f"byte {byte - start} of {stop - start} of {name}"
        return f"{away} bytes {'before' if byte < start else 'behind'} {name}"

    def holds(self, array):
        """Whether an array lies in this memory."""
        at = array.__array_interface__["data"][0]
        return any(room.address <= at < room.address + len(room.pages) for room in (self.main, *self.edges))
