"""Data sets: designed, laid out in memory, and as JSON for other programs."""
