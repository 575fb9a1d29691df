"""Memory in which a byte too far is seen: pages that nothing may touch, and bytes that must not change.

a. An operand has a room of its own: slots of whole pages, with a page around each that no process may
   touch. Each run, or row, can have a slot of its own, so that all of them end at such a page, or begin
   after one.
b. What is read lies among bytes of 255, which are a NaN of either type, and a flag that is set.
c. What is written lies among bytes that differ from their neighbours. Every byte of every room is compared.
"""

import ctypes
import math
import mmap
from bisect import bisect_left
from dataclasses import dataclass

import numpy
from abi import CONSTANTS

PAGE, LINE = mmap.PAGESIZE, CONSTANTS["LINE"]
CANARY = (numpy.arange(PAGE) * 167 + 13).astype(numpy.uint8)
PROT_NONE = 0
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Place:
    """Where an operand lies: `at` the start or the end of its pages, or so many bytes into their second line.

    apart: each run or row has pages of its own; else they lie in one piece, with `gap` elements between them.
    """

    at: str | int = "end"
    apart: bool = False
    gap: int = 0

    def __str__(self):
        at = self.at if isinstance(self.at, str) else f"+{self.at}"
        return at + (" apart" if self.apart else f" gap {self.gap}" if self.gap else "")


class Room:
    """So many slots of so many pages each, every one between two pages that must not be touched."""

    def __init__(self, slots, pages):
        self.slots, self.bytes, self.stride = slots, pages * PAGE, (pages + 1) * PAGE
        self._memory = mmap.mmap(-1, slots * self.stride + PAGE)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self._memory)) + PAGE
        for slot in range(slots + 1):
            guard = ctypes.c_void_p(self.address - PAGE + slot * self.stride)
            if _LIBC.mprotect(guard, ctypes.c_size_t(PAGE), PROT_NONE):
                raise OSError(ctypes.get_errno(), "mprotect")
        self.data = self.view(0, numpy.uint8, (slots, pages, PAGE), (self.stride, PAGE, 1))
        self.before = numpy.empty_like(self.data)

    def changed(self, writes):
        """The addresses of bytes that are not what they were before, but for these spans."""
        differs = self.data != self.before
        end = self.address + self.slots * self.stride
        for start, stop in writes[bisect_left(writes, (self.address, 0)) : bisect_left(writes, (end, 0))]:
            slot, byte = divmod(start - self.address, self.stride)
            differs[slot].reshape(-1)[byte : byte + stop - start] = False
        if not differs.any():
            return []
        slot, page, byte = numpy.nonzero(differs)
        return self.address + slot * self.stride + page * PAGE + byte

    def view(self, offset, dtype, shape, strides):
        return numpy.ndarray(shape, dtype, self._memory, PAGE + offset, strides)


class Operand:
    """An array in a room, and what it must hold after the call, if that is not what it held.

    accessed: views of what a leaf is asked to read or write of it.
    """

    def __init__(self, name, room, values, expected=None):
        self.name, self.room, self.values, self.expected = name, room, values, expected
        self.address, self.accessed = values.__array_interface__["data"][0], [values]

    @property
    def spans(self):
        """Where the bytes of `accessed` are."""
        return joined([pair for view in self.accessed for pair in spans_of(view)])


def spans_of(array):
    first = array.__array_interface__["data"][0]
    if array.flags.c_contiguous:
        return piece(first, array.nbytes)
    return spans(first, array.itemsize, zip(array.shape, array.strides, strict=True))


def piece(first, length):
    """Where so many bytes are."""
    return [(first, first + length)] if length else []


def spans(first, item, extents):
    """Where the bytes of an array are: addresses (start, end) in order, none touching the next.

    first: of its first element; extents: of each axis, how many elements, and how many bytes to the next.
    """
    starts, length = [first], item
    for extent, stride in sorted(extents, key=lambda axis: abs(axis[1])):
        if extent == 0:
            return []
        if stride == length and len(starts) == 1:
            length *= extent
        elif extent > 1:
            starts = [start + i * stride for i in range(extent) for start in starts]
    return joined([(start, start + length) for start in starts])


def joined(pairs):
    """The same addresses, in order, with those that touch or overlap put together."""
    if len(pairs) < 2:
        return pairs
    found = []
    for start, end in sorted(pairs):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


class Memory:
    """The rooms of one call. They are kept for later calls that need such a room."""

    PAGES = 1 << 14

    def __init__(self):
        self._kept, self.operands = {}, {}

    def clear(self):
        self.operands = {}

    def _room(self, name, slots, size):
        key = name, slots, -(-max(size, 1) // PAGE)
        if key in self._kept:
            return self._kept[key]
        if sum(slots * pages for _, slots, pages in self._kept) > self.PAGES:
            self._kept.clear()
        self._kept[key] = Room(*key[1:])
        return self._kept[key]

    def read(self, name, values, place=Place()):
        """Put an operand that a leaf reads."""
        values = numpy.asarray(values)
        operand = self._put(name, values.shape, values.dtype, place)
        operand.room.data[...] = 255
        operand.values[...] = values
        return operand

    def write(self, name, expected, place=Place()):
        """Put an operand that a leaf writes, and that must then hold this."""
        expected = numpy.asarray(expected)
        operand = self._put(name, expected.shape, expected.dtype, place)
        operand.room.data[...] = CANARY
        operand.expected = expected
        return operand

    def alias(self, name, other, expected, index=...):
        """An operand that is written where another lies, or a part of it."""
        operand = self.operands[name] = Operand(
            name, other.room, other.values[index], numpy.asarray(expected)
        )
        return operand

    def _put(self, name, shape, dtype, place):
        *outer, inner = shape
        item, many = dtype.itemsize, math.prod(outer)
        margin, before = (2 * LINE, LINE + place.at) if isinstance(place.at, int) else (0, 0)
        if place.apart:
            size = inner * item
            room = self._room(name, max(1, many), size + margin)
            step = room.stride
        else:
            step = (inner + place.gap) * item
            size = max(0, (many - 1) * step + inner * item)
            room = self._room(name, 1, size + margin)
        strides = [item]
        for extent in reversed(outer):
            strides.append(step)
            step *= extent
        offset = room.bytes - size if place.at == "end" else before
        values = room.view(offset, dtype, shape, tuple(reversed(strides)))
        operand = self.operands[name] = Operand(name, room, values)
        return operand

    def freeze(self):
        """Remember every byte."""
        for room in {id(o.room): o.room for o in self.operands.values()}.values():
            room.before[...] = room.data

    def faults(self, writes):
        """What is wrong: bytes outside of `writes` that changed, and results that are not as expected."""
        found = []
        for operand in {id(o.room): o for o in self.operands.values()}.values():
            changed = operand.room.changed(writes)
            if len(changed):
                byte = f"byte {changed[0] - operand.address:+d} of {operand.name}"
                found.append(f"wrote {byte}, which it must not ({len(changed)} such bytes)")
        for operand in self.operands.values():
            if operand.expected is not None:
                found += differences(operand.name, operand.values, operand.expected)
        return found


def differences(name, got, wanted):
    """Where two arrays differ in a bit; a NaN is like any other."""
    bits = f"u{got.itemsize}"
    differs = numpy.ascontiguousarray(got).view(bits) != numpy.ascontiguousarray(wanted).view(bits)
    if differs.any() and got.dtype.kind in "fV":
        differs &= ~(numpy.isnan(got) & numpy.isnan(wanted))
    if not differs.any():
        return []
    first = tuple(map(int, numpy.argwhere(differs)[0]))
    many = f"{differs.sum()} of {differs.size} differ"
    return [f"{name}{list(first)} is {got[first]!r}, wanted {wanted[first]!r} ({many})"]
