"""The loops over elements, compiled for each instruction-set level, and `trace`, which computes nothing."""
