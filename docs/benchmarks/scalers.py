"""The statistics of an array in chunks: bncore.dask beside scikit-learn's and dask-ml's StandardScaler.

    python docs/benchmarks/scalers.py

float32, mean / deviation 1e4. scikit-learn's is fed chunk by chunk (partial_fit); dask-ml's is x.mean(0) and
x.var(0) of dask, on as many threads as bncore.dask. Times are medians; errors are relative, in units of
float64's rounding for the mean and the variance, against exact sums.
"""

import statistics
import time

import dask
import dask.array
import numpy
from sklearn.preprocessing import StandardScaler

import bncore
import bncore.dask

ROWS, COLUMNS, CHUNK, REPEATS = 1_000_000, 64, 50_000, 5


def main() -> None:
    """Measure, and print a table."""
    random = numpy.random.default_rng(0)
    whole = (random.standard_normal((ROWS, COLUMNS), numpy.float32) + numpy.float32(1e4)).astype("f")
    exact = bncore.sums(whole, exact=True).stats()
    x = dask.array.from_array(whole, chunks=(CHUNK, COLUMNS))

    def fed() -> tuple[numpy.ndarray, numpy.ndarray]:
        scaler = StandardScaler()
        for start in range(0, ROWS, CHUNK):
            scaler.partial_fit(whole[start : start + CHUNK])
        return scaler.mean_, scaler.var_

    def lazy(exactly: bool) -> tuple[numpy.ndarray, numpy.ndarray]:
        stats = bncore.dask.statistics(x, exact=exactly).compute()
        return stats.mean, stats.var

    ways = {
        "scikit-learn, `partial_fit`": fed,
        "dask, `x.mean(0)`, `x.var(0)`": lambda: dask.compute(x.mean(0), x.var(0)),
        "`bncore.dask.statistics(x)`": lambda: lazy(False),
        "`bncore.dask.statistics(x, exact=True)`": lambda: lazy(True),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(REPEATS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - start)
    print("| | ms | error of the mean | error of the variance |\n|---|---|---|---|")
    for name, way in ways.items():
        off = [
            float(numpy.max(abs(numpy.asarray(got, float) - true) / true)) / numpy.finfo(float).eps
            for got, true in zip(way(), (exact.mean, exact.var), strict=True)
        ]
        milliseconds = 1e3 * statistics.median(times[name])
        print(f"| {name} | {milliseconds:.0f} | {off[0]:.3g} | {off[1]:.3g} |")


if __name__ == "__main__":
    main()
