"""The shapes that are timed: the list of shapes.tsv, more that it leaves out, and a row of growing ones."""

import csv
import math
from dataclasses import dataclass

from harness.environment import FOLDER

LAYOUTS = ("channels-first", "channels-last")


@dataclass(frozen=True)
class Shape:
    """A shape (N, C, *spatial) with the family it belongs to and its name there."""

    family: str
    name: str
    extents: tuple
    dtype: str = "float32"

    @property
    def elements(self):
        return math.prod(self.extents)

    @property
    def text(self):
        return "x".join(map(str, self.extents))

    @property
    def layouts(self):
        """Both layouts, or one where the two are the same memory."""
        return LAYOUTS if math.prod(self.extents[2:]) > 1 else LAYOUTS[:1]


def listed():
    """The shapes of shapes.tsv: those of common networks, and odd ones."""
    with (FOLDER / "shapes.tsv").open() as table:
        for row in csv.DictReader(table, delimiter="\t"):
            group, _, name = row["name"].partition("/")
            spatial = [row["W"]] if group == "shapes_1d" else [row["H"], row["W"]]
            yield Shape("list", name, tuple(int(extent) for extent in (row["N"], row["C"], *spatial)))


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
    Shape("growing", f"{side} x {side} planes", (16, 64, side, side)) for side in (1, 3, 10, 31, 100, 312)
)


def chosen(patterns, family=None):
    """The shapes whose name or extents contain one of the patterns; all for no pattern."""
    everything = [*listed(), *MORE, *GROWING]
    found = [
        shape
        for shape in everything
        if (not patterns or any(p in shape.name or p == shape.text for p in patterns))
        and (family is None or shape.family in family)
    ]
    if not found:
        raise SystemExit(f"--shapes: wanted part of a name or extents such as 50x64x56x56, found {patterns}")
    return found
