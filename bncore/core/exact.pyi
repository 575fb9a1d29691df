import numpy
from numpy.typing import NDArray

WORDS: int

def use(table: object) -> None: ...
def add(
    dy: NDArray[numpy.float32] | None, x: NDArray[numpy.float32], words: NDArray[numpy.int64], columns: bool
) -> None: ...
def settle(words: NDArray[numpy.int64]) -> None: ...
def moments(
    words: NDArray[numpy.int64],
    m: int,
    mean: NDArray[numpy.float64],
    rest: NDArray[numpy.float64],
    var: NDArray[numpy.float64],
) -> None: ...
def pairs(
    words: NDArray[numpy.int64],
    mean: NDArray[numpy.float64],
    dbeta: NDArray[numpy.float64],
    dyd: NDArray[numpy.float64],
) -> None: ...
