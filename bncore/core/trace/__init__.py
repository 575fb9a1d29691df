"""Leaves that compute nothing: what a plan reads and writes, in which order, by which thread (run.pyx)."""
