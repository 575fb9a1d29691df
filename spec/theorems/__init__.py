"""The book of theorems, in the order of its table of contents."""

from spec.theorems import gradients

THEOREMS = gradients.THEOREMS
