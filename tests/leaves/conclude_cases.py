"""Calls of `conclude`: every conclusion, of 1 to 300 channels, in 1 to 5 parts, with what a call may give."""

import ctypes
import itertools

import draws
import numpy
from abi import CONSTANTS, TYPES
from arguments import give
from arithmetic import Sum, finite_or_zero
from conclusions import Conclusions
from draws import FLAVOURS, in_turn
from guards import Place
from places import END, START
from regions import CONCLUSIONS, SUMS, SUMS_LEFT

GROUP, SOME_CHANNELS = CONSTANTS["GROUP"], CONSTANTS["SOME_CHANNELS"]


# How a channel is cut into parts: (a Partition without channels, the elements of each part).


def of_planes(parts, planes=2, size=50):
    """Some whole planes are a part; the last has fewer."""
    rows = planes * parts - 1
    cut = {"rows": rows, "size": size, "parts": parts, "pieces": 1, "planes": planes, "step": size}
    return cut, [planes * size] * (parts - 1) + [(planes - 1) * size]


def of_a_plane(parts, step=40, last=33):
    """A piece of a plane is a part; the last is shorter."""
    size = step * (parts - 1) + last
    cut = {"rows": 1, "size": size, "parts": parts, "pieces": parts, "planes": 1, "step": step}
    return cut, [step] * (parts - 1) + [last]


def of_rows(parts, fold=3, rest=2):
    """Groups of eight folded rows are a part; the last has what is no whole group or folded row."""
    folded = GROUP * parts + 13
    cut = {"rows": fold * folded + rest, "size": 1, "parts": parts, "columns": True, "fold": fold}
    starts = [folded // GROUP * t // parts * GROUP for t in range(parts)] + [folded]
    elements = [fold * (end - start) for start, end in itertools.pairwise(starts)]
    return cut | {"folded": folded, "rest": rest}, [*elements[:-1], elements[-1] + rest]


CUTS = [cut(parts) for cut in (of_planes, of_a_plane, of_rows) for parts in range(1, 6)]


def drawn(kind, what, channels, elements, flavour, salt):
    """Records of parts: sums, and for moments the sum of squared deviations."""
    found = []
    for t, count in enumerate(elements):
        # three numbers stand for all
        x = draws.tensor(kind, (channels, 3), flavour, salt + 17 * t).astype(float)
        sums, m2 = [x.mean(1) * count], x.var(1) * count
        m2[2::5] = -(2.0**-60)  # which rounding can leave
        if what == "weighted":
            # a mean, and weights of which some come to 0
            mean, weight = x.mean(1), draws.weights((1, channels), salt + t)[0]
            found.append([Sum(mean, finite_or_zero(mean * 2.0**-54)), m2, weight])
            continue
        if what != "moments":
            sums += [draws.numbers(channels, salt + t + i) * count for i in range(1, SUMS[what])]
        if what != "moments" and flavour == "special":
            sums[-1][3::7] = numpy.inf
        left = draws.numbers(channels, salt + t) * 2.0**-54
        found.append([Sum(each, finite_or_zero(each * left)) for each in sums])
        found[-1] += [m2] if what == "moments" else []
    return found


def put_records(memory, parts, kept, spare, place):
    """The struct `parts`; kept: with rounding errors, else they are 0; spare: rows after the last."""
    to = TYPES["Parts"]()
    for i, record in enumerate(parts[0]):
        each = [part[i] for part in parts]
        if isinstance(record, Sum) and not kept:
            for one in each:
                one.lo = 0 * one.lo
        rows = {"hi": [one.hi if isinstance(record, Sum) else one for one in each]}
        if isinstance(record, Sum) and kept:
            rows["lo"] = [one.lo for one in each]
        for which, values in rows.items():
            padded = numpy.concatenate([values, numpy.full((spare, len(values[0])), numpy.nan)])
            operand = memory.read(f"parts.records.{which}[{i}]", padded, place)
            operand.accessed = [operand.values[: len(values)]]
            getattr(to.records, which)[i] = operand.address
            to.stride = operand.values.strides[0] // operand.values.itemsize
    return to


def put_coefficients(memory, kind, found, over, alone, place):
    """The struct `k` for what is written; over: in float64 where records were; alone: so the slope only."""
    k = TYPES["Coefficients"]()
    for j, vector in enumerate(found.get("of", ())):
        k.of[j] = memory.write(f"k.of[{j}]", vector, place).address
    if "wide" not in found or kind != "float32":
        return k
    k.wide = memory.write("k.wide", found["wide"].astype(numpy.int8), place).address
    for j, vector in enumerate(found["exact"]):
        if alone and j != 2:
            continue
        name, expected = f"k.exact[{j}]", vector.copy()
        if over:
            records = memory.operands[f"parts.records.hi[{j % 2}]"]
            operand = memory.alias(name, records, expected, j // 2)
        else:
            operand = memory.write(name, expected, place)
        # of channels that are worked out together, if one is wide
        for c in range(0, len(expected), SOME_CHANNELS):
            if not found["wide"][c : c + SOME_CHANNELS].any():
                expected[c : c + SOME_CHANNELS] = operand.values[c : c + SOME_CHANNELS]
        k.exact[j] = operand.address
    return k


def put_results(memory, p, found, first, place, single, left):
    """What `p` says of results; single: gradients in float32; left: more sums, and what rounding took."""
    for name in ("new_mean", "new_rest", "new_var", "new_weight", "dgamma", "dbeta", *SUMS_LEFT):
        if name in found and (left or name not in ("new_rest", *SUMS_LEFT)):
            narrow = single and name.startswith("d")
            vector = found[name].astype("float32") if narrow else found[name]
            argument = f"{name}_single" if narrow else name
            operand = memory.write(f"p.{argument}", vector, place)
            setattr(p, argument, operand.address - first * vector.itemsize)


def call(memory, kind, what, channels, cut, flavour, salt):
    """A conclusion, in words and as arguments."""
    sums, names, _, part = CONCLUSIONS[what]
    place, first = in_turn((END, START, Place(8)), salt), in_turn((0, 3, 1000), salt // 2)
    (shape, elements), eps = cut, in_turn((1e-5, 0.0, 0.25), salt)
    # statistics that are given can be those of the batch, too
    own, m = (
        what.startswith("OWN") or (what != "GIVEN_SLOPE" and salt // 3 % 2 == 1),
        shape["rows"] * shape["size"],
    )
    p, partition = TYPES["Parameters"](eps=eps, m=m, own=own), TYPES["Partition"](**shape, channels=channels)
    parts, records = [], TYPES["Parts"]()
    over = bool(sums and part and part != "bend" and kind == "float32" and salt % 2)
    if sums:
        parts = drawn(kind, sums, channels, elements, flavour, salt)
        kept = what in ("OWN_BEND", "OWN_WEIGHTED") or (kind == "float64" and salt % 3 != 0)
        spare = 1 if over and len(parts) == 1 else 0
        records = put_records(memory, parts, kept, spare, Place(place.at, gap=salt % 4))
    records.partition = ctypes.addressof(partition)
    given = give(memory, p, names, channels, first, flavour, salt, place)
    found = getattr(Conclusions(kind, given, eps, m, own, parts, elements), what)()
    single = salt % 2 == 1 and what != "OWN_BEND"
    left = what == "OWN_WEIGHTED" or salt // 2 % 3 != 0
    put_results(memory, p, found, first, place, single, left)
    k = put_coefficients(memory, kind, found, over, what == "GIVEN_SLOPE" and salt % 2, place)
    args = {"what": CONSTANTS[what], "p": p, "channel": first, "channels": channels, "parts": records, "k": k}
    words = f"{what}, channels {channels} from {first}, {shape}, {flavour}, at {place}, eps {eps}"
    return words + ", over records" * over, args | {"keep": partition}


def conclude(kind, memory):
    salts = itertools.count()
    # weighted elements are float64
    every = [what for what in CONCLUSIONS if what != "OWN_WEIGHTED" or kind == "float64"]
    for channels, what in itertools.product(range(1, 301), every):
        salt = next(salts)
        yield call(memory, kind, what, channels, in_turn(CUTS, salt), in_turn(FLAVOURS, salt // 2), salt)
    for channels, what, cut in itertools.product((1, SOME_CHANNELS + 1, 300), every, CUTS):
        salt = next(salts)
        yield call(memory, kind, what, channels, cut, in_turn(FLAVOURS, salt // 3), salt)


CASES = {"conclude": conclude}
