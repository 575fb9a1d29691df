"""The shapes that are timed, in families, and which operations are raced on a family."""

import csv
import math
from dataclasses import dataclass

from harness.environment import FOLDER

LAYOUTS = ("channels-first", "channels-last")
OPERATIONS = ("forward", "inference", "backward")
FUSED = ("forward relu", "forward add relu", "backward relu", "backward add relu")


@dataclass(frozen=True)
class Shape:
    """A shape (N, C, *spatial) with the family it belongs to and its name there.

    `short` says whether it is in a run of five minutes.
    """

    family: str
    name: str
    extents: tuple
    dtype: str = "float32"
    short: bool = True

    @property
    def operations(self):
        return FAMILIES[self.family]

    @property
    def elements(self):
        return math.prod(self.extents)

    @property
    def bytes(self):
        return self.elements * {"float64": 8, "float32": 4}.get(self.dtype, 2)

    @property
    def text(self):
        return "x".join(map(str, self.extents))

    @property
    def layouts(self):
        """Both layouts, or one where the two are the same memory, or the race is about something else."""
        return LAYOUTS if math.prod(self.extents[2:]) > 1 and self.family != "crowd" else LAYOUTS[:1]


def listed():
    """The shapes of shapes.tsv: those of common networks, and odd ones."""
    with (FOLDER / "shapes.tsv").open() as table:
        for number, row in enumerate(csv.DictReader(table, delimiter="\t")):
            group, _, name = row["name"].partition("/")
            spatial = [row["W"]] if group == "shapes_1d" else [row["H"], row["W"]]
            extents = tuple(int(extent) for extent in (row["N"], row["C"], *spatial))
            yield Shape("list", name, extents, short=number % 2 == 0)


# what the list leaves out: rows, volumes, few channels, odd extents, one image, and float64
MORE = (
    Shape("more", "a small layer", (32, 64)),
    Shape("more", "a layer", (128, 512)),
    Shape("more", "a large layer", (4096, 256)),
    Shape("more", "the largest layer", (4096, 4096)),
    Shape("more", "a sequence", (16, 128, 1000)),
    Shape("more", "a volume", (4, 32, 16, 32, 32)),
    Shape("more", "three channels", (32, 3, 224, 224)),
    Shape("more", "one channel", (32, 1, 224, 224)),
    Shape("more", "odd extents", (7, 37, 53, 61)),
    Shape("more", "one image", (1, 64, 224, 224)),
    Shape("more", "in cache", (8, 128, 28, 28)),
    Shape("more", "float64, in cache", (8, 128, 28, 28), "float64"),
    Shape("more", "float64, out of cache", (50, 64, 56, 56), "float64"),
)

# 64 channels of 16 images that grow: 10^3 to 10^8 elements
GROWING = tuple(
    Shape("growing", f"{side} x {side} planes", (16, 64, side, side), short=side < 312)
    for side in (1, 3, 10, 31, 100, 312)
)

# in the first caches, in the last one, beyond it; and more of that
_THREE = ((8, 128, 28, 28), True), ((50, 256, 14, 14), True), ((50, 64, 56, 56), True)
_FUSED = *_THREE, ((96, 192, 14, 14), False), ((50, 1024, 14, 14), False), ((1, 64, 224, 224), False)
_HALF = *_THREE[:2], ((50, 64, 112, 112), True), ((96, 192, 14, 14), False), ((1, 64, 224, 224), False)


def _several(family, cases, dtype="float32"):
    return tuple(Shape(family, "x".join(map(str, case)), case, dtype, short) for case, short in cases)


def networks():
    """The layers of networks.tsv: batch normalizations of whole networks, each shape once."""
    with (FOLDER / "networks.tsv").open() as table:
        for row in csv.DictReader(table, delimiter="\t"):
            spatial = [row[extent] for extent in "DHW" if row[extent]]
            extents = tuple(int(extent) for extent in (row["N"], row["C"], *spatial))
            yield Shape("drop-in", row["network"], extents, short=row["network"] == "ResNet-18")


def everything():
    """Every shape, family by family."""
    return [
        *_several("fused", _FUSED),
        *_several("half", _HALF, "bfloat16"), *_several("half", _HALF[:1] + _HALF[3:], "float16"),
        *_several("masked", (((32, 128, 500), True), ((64, 512, 128), True), ((128, 768, 256), False))),
        *_several("exact", _THREE), *networks(),
        Shape("training", "a small ResNet", (256, 1, 8, 8)), Shape("crowd", "processes", (8, 64, 28, 28)),
        *listed(), *MORE, *GROWING,
    ]  # fmt: skip


FAMILIES = {
    "list": OPERATIONS, "more": OPERATIONS, "growing": ("forward",), "fused": FUSED, "half": OPERATIONS,
    "masked": ("statistics masked", "forward masked", "backward masked"), "exact": ("sums exact",),
    "drop-in": ("layer",), "training": ("training step", "training step fused"), "crowd": ("crowd",),
}  # fmt: skip


def chosen(patterns, family=None, full=True):
    """The shapes whose name or extents contain one of the patterns; without, all, or all of a short run."""
    found = [
        shape
        for shape in everything()
        if (not patterns or any(p in shape.name or p == shape.text for p in patterns))
        and (full or patterns or shape.short)
        and (family is None or shape.family in family)
    ]
    if not found:
        raise SystemExit(f"--shapes: wanted part of a name or extents such as 50x64x56x56, found {patterns}")
    return found
