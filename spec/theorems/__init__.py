"""The book of theorems, in the order of its table of contents."""

from . import (
    counts,
    gradients,
    higher,
    invariance,
    jacobian,
    layers,
    renormalization,
    standardisation,
    weighted,
)

THEOREMS = (
    *standardisation.THEOREMS,
    *invariance.THEOREMS,
    *gradients.THEOREMS,
    *jacobian.THEOREMS,
    gradients.INFERENCE,
    jacobian.FORWARD_MODE,
    *higher.THEOREMS,
    *counts.THEOREMS,
    *layers.THEOREMS,
    *weighted.THEOREMS,
    *renormalization.THEOREMS,
)
