"""Theorems as properties of an implementation: both sides of a claim, made of what it returns."""
