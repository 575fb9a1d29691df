"""Numbers with a guarantee: formats of floating point, exact values, and bounds of rounding errors."""
