"""What a leaf of sums must record, bit for bit: its definition in plain NumPy, in the order of its additions.

Runs are arrays (channels, planes, count); rows are arrays (rows, channels, size). Each function gives what
is recorded of each channel: `Sum`s, and of moments the sum of squared deviations as plain numbers.
"""

import numpy
from abi import CONSTANTS
from arithmetic import (
    BREADTH,
    NEAR_ZERO,
    Sum,
    apart,
    finite_or_zero,
    fma,
    fold,
    fold_eight,
    fold_lanes,
    fold_run,
    in_a_row,
    join_sums,
    mean_of,
    number_or_zero,
    octet,
    product,
    zeros,
)  # fmt: skip

FEW_ROWS, GROUP, LANES, SQUARE = (CONSTANTS[name] for name in ("FEW_ROWS", "GROUP", "LANES", "SQUARE"))
# elements of a mask that have room where accumulators are else
ROOM = CONSTANTS["FIVE_BYTES"] // 8


def select(mask, yes, no):
    """Of two (sum, squared deviations), for each channel one."""
    hi, lo, m2 = (
        numpy.where(mask, a, b) for a, b in ((yes[0].hi, no[0].hi), (yes[0].lo, no[0].lo), (yes[1], no[1]))
    )
    return Sum(hi, lo), m2


def centre(kind, own, mean, var):
    """What sums of pairs are about: the mean, or 0 if float32 data are near it and statistics their own."""
    near = mean * mean <= (NEAR_ZERO - 1) * var
    return numpy.where(near, 0.0, mean) if own and kind == "float32" else mean


# Runs.


def _lanes(terms):
    # element i of a run adds to lane i mod 32; the lanes are then added by halves
    channels, planes, count = terms.shape
    blocks = -(-count // LANES)
    padded = numpy.zeros((channels, planes, blocks * LANES))
    padded[:, :, :count] = terms
    return fold(in_a_row(padded.reshape(channels, planes * blocks, LANES).transpose(1, 2, 0)))


def _steps(terms):
    # what is added to the first of eight lanes at a time: trees of 64 elements, then what is left of each run
    channels, planes, count = terms.shape
    for n in range(planes):
        whole = count - count % SQUARE
        for i in range(0, whole, SQUARE):
            yield octet(terms[:, n, i : i + SQUARE].reshape(channels, BREADTH, BREADTH).transpose(1, 2, 0))
        for i in range(whole, count, BREADTH):
            yield terms[:, n, i : i + BREADTH].T


def _compensated(terms):
    lanes = zeros(BREADTH, len(terms))
    for step in _steps(terms):
        lanes.add_first(step)
    return fold_lanes(lanes)


def _summed(terms, kind):
    return Sum(_lanes(terms)) if kind == "float32" else _compensated(terms)


def _moments_about(centre, x, kind):
    d, count = x - centre[:, None, None], x[0].size
    total, squares = _summed(d, kind), _summed(d * d, kind)
    rest = total.rounded / count
    whole = product(float(count), centre)
    whole.add(total.hi)
    whole.add(total.left_over)
    return whole, squares.rounded - count * rest * rest


def run_moments(x):
    """The sum of x, and that of squared deviations from its mean."""
    kind, x, count = x.dtype.name, x.astype(float), x[0].size
    if kind == "float64":
        lanes, start = numpy.zeros((BREADTH, len(x))), x[:, 0, 0]
        for step in _steps(x - start[:, None, None]):
            lanes[: len(step)] += step
        return _moments_about(finite_or_zero(start + fold_eight(lanes) / count), x, kind)
    total, power = _lanes(x), _lanes(x * x)
    rest = total / count
    m2 = power - count * rest * rest
    return select(power <= NEAR_ZERO * m2, (Sum(total), m2), _moments_about(finite_or_zero(rest), x, kind))


def run_pairs(dy, x, centre):
    """The sums of dy and of dy (x - centre)."""
    kind, dy, x = x.dtype.name, dy.astype(float), x.astype(float)
    return _summed(dy, kind), _summed(dy * (x - centre[:, None, None]), kind)


def five_terms(dy, x, v, mean):
    dy, v, d = dy.astype(float), v.astype(float), x.astype(float) - mean
    return numpy.stack([dy, v, dy * d, v * d, dy * v])


def _gain(sums, term, kind):
    # what is added to the first of several accumulators; of float32 data without its rounding error
    if kind == "float32":
        sums.hi[: len(term)] += term
    else:
        sums.add_first(term)


def run_five(dy, x, v, mean):
    """The five sums: runs are read as rows of 32 columns, eight of which are added as a tree."""
    kind, terms = x.dtype.name, five_terms(dy, x, v, mean[:, None, None])
    _, channels, planes, count = terms.shape
    columns = zeros(LANES, 5, channels)
    for n in range(planes):
        i = 0
        while i < count:
            rows = GROUP if i + GROUP * LANES <= count else 1
            some = terms[:, :, n, i : i + rows * LANES].transpose(2, 0, 1)
            _gain(columns, octet(some.reshape(GROUP, LANES, 5, channels)) if rows == GROUP else some, kind)
            i += rows * LANES
    total = join_sums(columns)
    return [total[j] for j in range(5)]


def _weighted(x, w):
    # columns of channels: x of each row (channels, columns), w of each the same, or one channel's. What has
    # weight 0 is not looked at.
    shape = x.shape[1:]
    first, offset, total = numpy.zeros(shape), numpy.zeros(shape), zeros(*shape)
    for e, of in zip(x, w, strict=True):
        first = numpy.where((total.hi == 0) & (of != 0), finite_or_zero(e), first)
        offset = offset + numpy.where(of != 0, of * (e - first), 0.0)
        total.add(of)
    weight = total.hi + total.lo
    centre = finite_or_zero(numpy.where(weight != 0, first + offset / weight, 0.0))
    moved, squares = zeros(*shape), zeros(*shape)
    for e, of in zip(x, w, strict=True):
        d = numpy.where(of != 0, e - centre, 0.0)
        moved.add(of * d)
        squares.add(of * d * d)
    away = (moved.hi + moved.lo) / weight
    return centre, weight, away, (squares.hi + squares.lo) - weight * away * away


def _join_weighted(centre, weight, away, squares):
    # the columns of a channel: the mean, as centre + away of each, the squares about it, and the weight
    base, offset, total, about = numpy.zeros(len(weight)), *(zeros(len(weight)) for _ in range(3))
    for c, of, e in zip(centre.T, weight.T, away.T, strict=True):
        base = numpy.where((of != 0) & (total.hi == 0), c, base)
        total.add(of)
        offset.add(numpy.where(of != 0, of * ((c - base) + e), 0.0))
    moved = numpy.where(total.rounded != 0, offset.rounded / total.rounded, 0.0)
    near = base + moved
    rest = finite_or_zero((base - near) + moved)
    for c, of, e, own in zip(centre.T, weight.T, away.T, squares.T, strict=True):
        d = (c - near) + (e - rest)
        about.add(numpy.where(of != 0, own, 0.0))
        about.add(numpy.where(of != 0, of * d * d, 0.0))
    return Sum(near, rest), about.rounded, total.rounded


def _is_mask(w):
    return bool(numpy.isin(w, (0.0, 1.0)).all())


def _counted(total, squares, count):
    # of elements that count once each: the mean, which is the sum if that is not finite
    near, rest = mean_of(total, float(count)) if count else (total.hi, total.lo)
    finite = numpy.isfinite(total.hi)
    return Sum(numpy.where(finite, near, total.hi), numpy.where(finite, rest, 0.0)), squares


def _run_counted(x, w):
    # a channel of a mask: what counts is one run
    together = x[w != 0][None, None]
    total, squares = run_moments(together) if together.size else (zeros(1), numpy.zeros(1))
    total = Sum(total.hi, total.left_over)
    return *_counted(total, squares, together.size), numpy.array([float(together.size)])


def run_weighted(x, w):
    """The mean, the squares about it, and the weight: runs are read as rows of 32 columns, but of a mask."""
    if x.shape[1] * x.shape[2] <= ROOM:
        each = [
            _run_counted(e, of) if _is_mask(of) else _run_weighted(e[None], of[None])
            for e, of in zip(x, w, strict=True)
        ]
        if each:
            means, squares, weights = zip(*each, strict=True)
            hi, lo = (numpy.concatenate([getattr(mean, name) for mean in means]) for name in ("hi", "lo"))
            return Sum(hi, lo), numpy.concatenate(squares), numpy.concatenate(weights)
    return _run_weighted(x, w)


def _run_weighted(x, w):
    channels, planes, count = x.shape
    blocks = -(-count // LANES)

    def rows(array):
        padded = numpy.zeros((channels, planes, blocks * LANES))
        padded[:, :, :count] = array
        return padded.reshape(channels, planes * blocks, LANES).transpose(1, 0, 2)

    return _join_weighted(*_weighted(rows(x), rows(w)))


# Columns.


def column_weighted(x, w, fold, folded):
    """The same of rows, folded or not."""
    if x.shape[2] == 1 and _is_mask(w):
        counted = x[w[:, 0, 0] != 0]
        total, squares = zeros(x.shape[1]), numpy.zeros(x.shape[1])
        if len(counted):
            total, squares = _far_moments(Rows(1, len(counted), counted.astype(float)))
        return *_counted(total, squares, len(counted)), numpy.full(x.shape[1], float(len(counted)))
    return _join_weighted(*_weighted(x, numpy.broadcast_to(w, x.shape)))


class Rows:
    """Rows of a block, `fold` side by side as a folded row. Columns are arrays (fold, channels, size)."""

    def __init__(self, fold, folded, *arrays):
        self.fold, self.folded, self.kind = fold, folded, arrays[-1].dtype.name
        _, self.channels, self.size = arrays[0].shape
        arrays = [a.astype(float) for a in arrays]
        self.whole = [a[: fold * folded].reshape(folded, fold, *a.shape[1:]) for a in arrays]
        self.rest = [a[fold * folded :] for a in arrays]
        # elements of each column: the first ones have one of the rows after the last folded row
        self.counts = folded + (numpy.arange(fold) < len(self.rest[0])).astype(float)[:, None, None]

    def columns(self):
        return zeros(self.fold, self.channels, self.size)

    def steps(self):
        """(eight folded rows, or one, or what is after them; how many rows came before), of each array."""
        row = 0
        while row < self.folded:
            rows = GROUP if row + GROUP <= self.folded else 1
            yield [a[row] if rows == 1 else a[row : row + rows] for a in self.whole], row, rows == GROUP
            row += rows
        if len(self.rest[0]):
            yield self.rest, row, False


def _products(a, b):
    # of eight rows: each product is added to the last, four of them at a time
    p = a * b
    return (((p[0] + p[1]) + p[2]) + p[3]) + (((p[4] + p[5]) + p[6]) + p[7])


def _powers(rows):
    # sums of x and x^2 of each column, of float32 data
    hi, hi2 = numpy.zeros((2, rows.fold, rows.channels, rows.size))
    for (x,), _, group in rows.steps():
        hi[: len(x) if not group else None] += octet(x) if group else x
        hi2[: len(x) if not group else None] += _products(x, x) if group else x * x
    return hi, hi2


def _fold(columns):
    # the columns of a folded row: those of the first row gain the others'
    total = columns[0]
    for z in range(1, len(columns.hi)):
        total.add(columns.hi[z])
        total.lo = total.lo + columns.lo[z]
    return total


def _fold_moments(total, m2, mean, rows):
    # of columns whose sums, squared deviations and means are these: those of their channels
    whole = _fold(total)[:, 0]
    whole.lo = number_or_zero(whole.lo)
    if rows.fold == 1:
        return whole, (m2[0] + 0 * total.hi[0])[:, 0]
    of_whole = mean_of(whole, float(rows.counts.sum()))
    squares = zeros(rows.channels)
    for z in range(rows.fold):
        e = apart((mean[0][z, :, 0], mean[1][z, :, 0]), of_whole)
        squares.add(m2[z, :, 0] + rows.counts[z, 0, 0] * e * e)
    return whole, squares.hi + squares.lo


def _join_moments(total, m2, mean, rows):
    # of columns that are the positions of a plane
    whole = join_sums(total[0].T)
    e = apart(
        (mean[0][0], mean[1][0]), [each[:, None] for each in mean_of(whole, float(rows.folded * rows.size))]
    )
    lanes = zeros(BREADTH, rows.channels)
    squares = m2[0] + rows.folded * e * e
    for p in range(0, rows.size, BREADTH):
        lanes.add_first(squares[:, p : p + BREADTH].T)
    return whole, fold_lanes(lanes).rounded


def _shifts(rows):
    # the mean of the column's first eight rows, or its first row
    if rows.kind == "float64":
        return 0.0
    x = rows.whole[0]
    return finite_or_zero(octet(x[:GROUP]) * 0.125 if rows.folded >= GROUP else x[0])


def _far_moments(rows):
    # deviations within a group from its own mean; then merged with what came before (Chan, Golub, LeVeque)
    shift, single = numpy.broadcast_to(_shifts(rows), rows.columns().hi.shape), rows.kind == "float32"
    total, squares = rows.columns(), rows.columns()
    for (x,), before, group in rows.steps():
        inverse = 1 / before if before else 0.0
        if group:
            weight, term = GROUP * before / (GROUP + before), octet(x)
            centre = term * 0.125
            own = octet((x - centre) * (x - centre))
        else:
            weight, term, centre, own = before / (1 + before), x, x, None
        n = len(term)
        if single:
            centre = centre - shift[:n]
            term = centre * GROUP if group else centre
            delta = centre - total.hi[:n] * inverse
        else:
            delta = (fma(centre, float(before), -total.hi[:n]) - total.lo[:n]) * inverse
        between = delta * delta * weight
        _gain(total, term, rows.kind)
        _gain(squares, between if own is None else own + between, rows.kind)
    if single:
        whole = product(rows.counts, shift)
        whole.add(total.hi)
        total, m2 = whole, squares.hi
    else:
        m2 = squares.hi + squares.lo
    mean = mean_of(total, rows.counts)
    total = Sum(total.hi, total.left_over)
    return (_join_moments if rows.size > 1 else _fold_moments)(total, m2, mean, rows)


def _near_moments(rows):
    # from sums of powers of float32 data; whether that is good for a channel
    hi, power = _powers(rows)
    if rows.size > 1:
        count = float(rows.folded * rows.size)
        total, powers = fold_run(hi[0].T), fold_run(power[0].T)
        mean = total / count
        m2 = powers - count * mean * mean
        return (Sum(total, numpy.zeros(rows.channels)), m2), powers <= NEAR_ZERO * m2
    near = finite_or_zero(hi / rows.counts)
    m2 = power - hi * near
    mean = near, (hi - rows.counts * near) * (1 / rows.counts)
    good = power <= NEAR_ZERO * m2
    return _fold_moments(Sum(hi, numpy.zeros(hi.shape)), m2, mean, rows), good.all((0, 2))


def column_moments(x, fold, folded):
    """The sum of x, and that of squared deviations from its mean."""
    rows = Rows(fold, folded, x)
    if rows.kind == "float64" or (rows.size == 1 and folded < FEW_ROWS):
        return _far_moments(rows)
    near, good = _near_moments(rows)
    return near if good.all() else select(good, near, _far_moments(rows))


def _joined(columns, rows):
    # what the columns of each channel come to
    if rows.size == 1:
        return _fold(columns)[:, 0]
    return Sum(fold_run(columns.hi[0].T)) if rows.kind == "float32" else join_sums(columns[0].T)


def column_pairs(dy, x, centre, fold, folded):
    """The sums of dy and of dy (x - centre)."""
    rows = Rows(fold, folded, dy, x)
    first, second = rows.columns(), rows.columns()
    for (g, e), _, group in rows.steps():
        d = e - centre[:, None]
        _gain(first, octet(g) if group else g, rows.kind)
        _gain(second, _products(g, d) if group else g * d, rows.kind)
    return _joined(first, rows), _joined(second, rows)


def column_five(dy, x, v, mean, fold, folded):
    """The five sums."""
    rows = Rows(fold, folded, dy, v, x)
    sums = [rows.columns() for _ in range(5)]
    for (g, w, e), _, group in rows.steps():
        for total, term in zip(sums, five_terms(g, e, w, mean[:, None]), strict=True):
            _gain(total, octet(term) if group else term, rows.kind)
    return [_fold(each)[:, 0] if rows.size == 1 else join_sums(each[0].T) for each in sums]
