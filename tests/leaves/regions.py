"""What each leaf may read and write, as a function of its arguments. This is the one place that says so.

`declared_reads(leaf, kind, args)` and `declared_writes(leaf, kind, args)` say where the bytes of each array
are: a dictionary from its name to addresses (start, end), in order. args are the leaf's arguments by name:
structs of abi.py, and numbers. The name of an array is a path to its pointer among them, such as `x`,
`to.hi[0]` or `p.mean.wide`; of operands by their slots it is that slot: `of[X]`.

a. Not declared are the structs of the arguments themselves, and what is only fetched, which may lie
   anywhere.
b. What is declared as written may be read after that. If it is not declared as read too, it means nothing
   before.
c. Coefficients in float64 are declared wherever there are flags, though none may be set.
d. Of float32 data there is no `lo` of moments and pairs; a mean is of one element at least.
"""

from abi import CONSTANTS, TYPES
from guards import joined, piece, spans
from storage import BYTES

GROUP = CONSTANTS["GROUP"]
ITEM = {"float32": 4, "float64": 8}
SIZE = {"float": 4, "double": 8, "char": 1}
SUMS = {"moments": 2, "pairs": 2, "five": CONSTANTS["SUMS"], "weighted": 3}
COEFFICIENTS = {"scale": 3, "pull": 5, "bend": CONSTANTS["COEFFICIENTS"], "weighted_pull": 5}
OPERANDS = {
    "moments": ("x",), "pairs": ("dy", "x"), "five": ("dy", "x", "v"), "weighted": ("x", "w"),
    "scale": ("x",), "pull": ("dy", "x"), "bend": ("dy", "x", "v"), "weighted_pull": ("dy", "x", "w"),
}  # fmt: skip
STATISTICS = "new_mean", "new_rest", "new_var"
SUMS_LEFT = "new_dy_rest", "new_dyd", "new_dyd_rest"
GRADIENTS = "dgamma", "dbeta", "dgamma_single", "dbeta_single", *SUMS_LEFT
RESULTS = {"scale": ("y",), "pull": ("dx",), "bend": ("d_dy", "d_x"), "weighted_pull": ("dx",)}


def declared_reads(leaf, kind, args):
    """What the leaf may read of what lay in memory before: a dictionary from names to addresses."""
    return _Regions(kind, args).reads(leaf)


def declared_writes(leaf, kind, args):
    """What the leaf may write, likewise."""
    return _Regions(kind, args).writes(leaf)


def all_of(regions):
    """The addresses of all arrays together."""
    return joined([pair for pairs in regions.values() for pair in pairs])


def group_rows(b):
    """How many rows of a block are summed at once."""
    return GROUP if b.folded >= GROUP else 1


def group_columns(b):
    """How long they are: a folded row at once, if it is one run of memory."""
    return b.channels * b.size * (b.fold if b.contiguous else 1)


def staged_elements(part, b):
    """How many elements of an operand a leaf stages at once: weighted ones row by row."""
    return b.channels * b.size if part == "weighted" else group_rows(b) * group_columns(b)


class _Regions:
    def __init__(self, kind, args):
        self.kind, self.item, self.args = kind, ITEM[kind], args

    def reads(self, leaf):
        if leaf == "gather":
            return self._planes("x") | self._planes("gate")
        if leaf == "scatter":
            return {"staging": self._staging()} | self._planes("added")
        if leaf == "take_rows":
            return self._lines("x") | self._gate("x")
        if leaf == "put_rows":
            return {"staging": self._staging()} | self._lines("added")
        if leaf == "mask":
            return self._operand("x", "s") | self._operand("dy", "s") | self._operand("w", "s")
        if leaf == "conclude":
            return self._conclusion_reads()
        if leaf.endswith("as_stored"):
            return self._slots(self._taken()) | self._coefficients(self._mapped(), self._extent())
        found = {}
        for part, extent, ahead in self._parts(leaf):
            for name in OPERANDS[part]:
                found |= self._operand(ahead + name, extent)
            if part in SUMS:
                found |= self._centres(part, extent)
                found |= self._gates(part, extent)
                found |= self._hiding(part, extent)
            else:
                found |= self._coefficients(part, extent)
        return found

    def writes(self, leaf):
        if leaf == "gather":
            return {"staging": self._staging()}
        if leaf == "scatter":
            return self._planes("y")
        if leaf == "take_rows":
            rows, width = self.args["rows"], self.args["width"]
            return {"x.staging": piece(self.args["x"].staging, rows * width * self.item)}
        if leaf == "put_rows":
            return self._lines("y")
        if leaf == "mask":
            return self._operand("x", "s")
        if leaf == "conclude":
            return self._conclusion_writes()
        if leaf.endswith("as_stored"):
            return self._slots(("OUT", "OUT2"))
        found = {}
        for part, extent, _ in self._parts(leaf):
            if part in RESULTS:
                for name in RESULTS[part]:
                    found |= self._operand(name, extent)
                continue
            channels = self.args[extent].channels
            for i in range(SUMS[part]):
                found |= self._vector(f"to.hi[{i}]", self.args["to"].hi[i], 0, channels, "double")
                if (self.kind == "float64" and (i == 0 or part != "weighted")) or part == "five":
                    found |= self._vector(f"to.lo[{i}]", self.args["to"].lo[i], 0, channels, "double")
            found |= self._stagings(part, extent)
            if part in ("five", "weighted"):
                found |= self._vector("work", self.args["work"], 0, CONSTANTS["FIVE_BYTES"], "char")
        return found

    def _parts(self, leaf):
        # its map, its sums, or both: each with the argument of its extent, and what its names begin with
        walk, part = leaf.split("_", 1)
        if part in OPERANDS:
            return ((part, "b" if walk == "column" else "s", ""),)
        mapped, summed = part.split("_")
        return (mapped, "here", ""), (summed, "there", "next_")

    def _vector(self, name, address, first, count, of):
        if not address:
            return {}
        return {name: piece(address + first * SIZE[of], count * SIZE[of])}

    def _operand(self, name, extent):
        array, of = self.args[name], self.args[extent]
        if not array.base:
            return {}
        # staged rows lie there as they are stored
        item = BYTES[array.storage] if extent == "b" and array.staging else self.item
        return {name: self._elements(array, of, extent, item, 1 if name == "w" else of.channels)}

    def _mapped(self):
        # by a map of elements as they are stored
        return "pull" if self.args["what"].map == CONSTANTS["PULL"] else "scale"

    def _taken(self):
        # a scale is a map of x, and added to; a slope one of dy; both of dy may be gated
        of_x, of_dy = (self.args["what"].map != CONSTANTS[name] for name in ("SLOPE", "SCALE"))
        return ["X"] * of_x + ["DY", "Y"] * of_dy + ["ADDED"] * (not of_dy)

    def _extent(self):
        return "b" if "b" in self.args else "s"

    def _slots(self, names):
        extent, item = self._extent(), BYTES[self.args["what"].storage]
        found = ((name, self.args["of"][CONSTANTS[name]]) for name in names)
        return {
            f"of[{name}]": self._elements(array, self.args[extent], extent, item)
            for name, array in found
            if array.base
        }

    def _elements(self, array, of, extent, item, channels=None):
        if extent == "b":
            return self._rows(array.base, array.stride, of, item, channels or of.channels)
        outer = [(of.channels, array.channel), (of.planes, array.plane), (of.count, item)]
        return spans(array.base, item, outer)

    def _rows(self, base, stride, b, item, channels):
        return spans(base, item, [(b.folded * b.fold + b.rest, stride), (channels * b.size, item)])

    def _staged(self, part, extent):
        # operands that a leaf of sums stages for itself
        for name in OPERANDS[part] if extent == "b" else ():
            if self.args[name].staging:
                yield name, self.args[name]

    def _gates(self, part, extent):
        found, b = {}, self.args[extent]
        for name, array in self._staged(part, extent):
            gate = array.gate
            if gate.base:
                item = BYTES[gate.storage]
                found[f"{name}.gate.base"] = self._rows(gate.base, gate.stride, b, item, b.channels)
        return found

    def _hiding(self, part, extent):
        # weights, for what is 0 with dy
        if part != "pairs" or extent != "b" or not self.args["x"].weights:
            return {}
        x = self.args["x"]
        return {"x.weights": self._rows(x.weights, x.weights_stride, self.args["b"], SIZE["double"], 1)}

    def _stagings(self, part, extent):
        b = self.args[extent]
        return {
            f"{name}.staging": piece(array.staging, staged_elements(part, b) * self.item)
            for name, array in self._staged(part, extent)
        }

    def _centres(self, part, extent):
        # the mean, which sums are about; of float32 data the variance too, which says whether it is near 0
        if part in ("moments", "weighted"):
            return {}
        first, channels, p = self.args["channel"], self.args[extent].channels, self.args["p"]
        found = self._given("mean", first, channels)
        if part == "pairs" and self.kind == "float32" and p.own:
            found |= self._given("var", first, channels)
        return found

    def _given(self, name, first, channels):
        vector, found = getattr(self.args["p"], name), {}
        for which, of in (("wide", "double"), ("single", "float")):
            found |= self._vector(f"p.{name}.{which}", getattr(vector, which), first, channels, of)
        return found

    def _coefficients(self, part, extent):
        k, channels = self.args["k"], self.args[extent].channels if extent else self.args["channels"]
        of = "double" if self.kind == "float64" or part == "bend" else "float"
        found = {}
        for j in range(COEFFICIENTS[part]):
            found |= self._vector(f"k.of[{j}]", k.of[j], 0, channels, of)
        if k.wide:
            found |= self._vector("k.wide", k.wide, 0, channels, "char")
            for j in range(4):
                found |= self._vector(f"k.exact[{j}]", k.exact[j], 0, channels, "double")
        return found

    def _planes(self, name):
        # whole rows of planes, and a part of a row before and after them
        x, n, c = self.args[name], self.args["n"], self.args["c"]
        planes, first, count = (self.args[name] for name in ("planes", "start", "count"))
        if not x.base:
            return {}
        found, end, item = [], first + count, BYTES[x.storage]
        while first < end:
            row, column = divmod(first, x.width)
            rows = 1 if column else max(1, (end - first) // x.width)
            some = min(rows * x.width - column, end - first)
            at = x.base + n * x.n + c * x.c + row * x.h + column * x.w
            found += spans(at, item, [(planes, x.n), (rows, x.h), (some // rows, x.w)])
            first += some
        return {name: joined(found)}

    def _lines(self, name):
        x, item = self.args[name], BYTES[self.args[name].storage]
        extents = [(self.args["rows"], x.stride), (self.args["width"], item)]
        return {name: spans(x.base, item, extents)} if x.base else {}

    def _gate(self, name):
        gate = self.args[name].gate
        extents = [(self.args["rows"], gate.stride), (self.args["width"], BYTES[gate.storage])]
        return {f"{name}.gate.base": spans(gate.base, BYTES[gate.storage], extents)} if gate.base else {}

    def _staging(self):
        planes, count = ("planes", "count") if "planes" in self.args else ("rows", "width")
        return piece(self.args["staging"], self.args[planes] * self.args[count] * self.item)

    def _concluded(self):
        return next(row for name, row in CONCLUSIONS.items() if CONSTANTS[name] == self.args["what"])

    def _conclusion_reads(self):
        sums, given, _, _ = self._concluded()
        parts, channels, found = self.args["parts"], self.args["channels"], {}
        for which in ("hi", "lo") if sums else ():
            for i, vector in enumerate(getattr(parts.records, which)[: SUMS[sums]]):
                if vector:
                    many = TYPES["Partition"].from_address(parts.partition).parts
                    extents = [(many, parts.stride * SIZE["double"]), (channels, SIZE["double"])]
                    found[f"parts.records.{which}[{i}]"] = spans(vector, SIZE["double"], extents)
        for vector in given:
            found |= self._given(vector, self.args["channel"], channels)
        return found

    def _conclusion_writes(self):
        _, _, results, part = self._concluded()
        first, channels, found = self.args["channel"], self.args["channels"], {}
        for result in results:
            of = "float" if result.endswith("single") else "double"
            found |= self._vector(f"p.{result}", getattr(self.args["p"], result), first, channels, of)
        return found | (self._coefficients(part, None) if part else {})


CONCLUSIONS = {
    # the sums that it reads, what is given, what it writes of channels, the map whose coefficients it writes
    "OWN_MOMENTS": ("moments", (), STATISTICS, None),
    "OWN_WEIGHTED": ("weighted", (), (*STATISTICS, "new_weight"), None),
    "OWN_SCALE": ("moments", ("gamma", "beta"), STATISTICS, "scale"),
    "GIVEN_SCALE": (None, ("gamma", "beta", "mean", "rest", "var"), (), "scale"),
    "GIVEN_SLOPE": (None, ("gamma", "mean", "var"), (), "scale"),
    "OWN_PULL": ("pairs", ("gamma", "mean", "var"), GRADIENTS, "pull"),
    "GIVEN_PULL": (None, ("gamma", "mean", "var", "sum_dy", "sum_dyd"), (), "pull"),
    "GIVEN_SUMS": ("pairs", ("gamma", "mean", "var"), GRADIENTS, None),
    "OWN_BEND": ("five", ("gamma", "mean", "var", "ddgamma", "ddbeta"), ("dgamma",), "bend"),
}
