"""The parts of the benchmark: what is run, against whom, how it is verified and timed, and how it is told."""
