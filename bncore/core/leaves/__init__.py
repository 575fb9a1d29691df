"""The loops over elements, compiled once for each instruction-set level."""
