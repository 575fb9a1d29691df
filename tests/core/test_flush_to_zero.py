"""Another library has told the processor to take subnormal numbers for 0, in the calling thread or in all."""

import platform
import shutil
import subprocess
from functools import cache

import child
import pytest

pytestmark = [
    pytest.mark.skipif(
        platform.machine() != "x86_64", reason="the control word that is written is that of x86-64"
    ),
    pytest.mark.skipif(
        shutil.which("cc") is None, reason="no C compiler, which is needed to write the control word"
    ),
]

WORD = """
#include <xmmintrin.h>
unsigned get(void) { return _mm_getcsr(); }
void set(unsigned word) { _mm_setcsr(word); }
"""
CALLS = """
import ctypes, hashlib, sys
import numpy, bncore
from judge import CALLS, HIGHER, problem

def problems(kind):
    for dtype in ("float32", "float64"):
        for shape in ((5, 3, 4099), (67, 521), (67, 19, 7, 5), (3, 16, 64, 64)):
            p = problem(shape, 1, dtype)
            least = numpy.finfo(dtype).smallest_normal
            if kind == "ordinary":
                yield p
            else:
                yield p.but(x=p.x * least / 8)
                yield p.but(dy=p.dy * least / 8, ddx=p.ddx * least / 8)
                yield p.but(gamma=p.gamma * least / 8, beta=p.beta * least / 8)

word = ctypes.CDLL({library!r})
problems = list(problems({kind!r}))
bncore.set_num_threads({threads})
if {started}:
    # threads that are made later have the word of the one that makes them
    bncore.forward(numpy.ones((64, 64, 64)))
plain = word.get()
for p in problems:
    for call in (CALLS | HIGHER).values():
        word.set(plain | {flags})
        outputs = call(p)
        # all but what the exceptions have left there
        assert word.get() & ~0x3F == (plain | {flags}) & ~0x3F, "the caller's word was changed"
        word.set(plain)
        for name in sorted(outputs):
            print(hashlib.sha256(outputs[name].tobytes()).hexdigest())
"""
# results and operands that are subnormal are 0
FLUSH = 0x8040
# one thread; a second, made by the first and told the same; a second that was there before
THREADS = [(1, False), (2, False), (2, True)]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("word")
    source = folder / "word.c"
    source.write_text(WORD)
    subprocess.run(["cc", "-shared", "-fPIC", str(source), "-o", str(folder / "word.so")], check=True)
    return str(folder / "word.so")


@cache
def bits(library, kind, flags, threads, started):
    program = CALLS.format(library=library, kind=kind, flags=flags, threads=threads, started=started)
    return child.run(program)


@pytest.mark.parametrize(("threads", "started"), THREADS)
def test_ordinary_numbers_have_the_same_bits(library, threads, started):
    assert bits(library, "ordinary", FLUSH, threads, started) == bits(library, "ordinary", 0, 1, False)


@pytest.mark.parametrize(("threads", "started"), THREADS)
def test_subnormal_numbers_have_the_same_bits(library, threads, started):
    assert bits(library, "subnormal", FLUSH, threads, started) == bits(library, "subnormal", 0, 1, False)


EXACT = """
import ctypes, hashlib
import numpy, bncore
from bncore import words

word, words.PIECE = ctypes.CDLL({library!r}), 1 << 10
bncore.set_num_threads({threads})
plain = word.get()
rng = numpy.random.default_rng(0)
x, dy, y = (rng.standard_normal((3, 64, 5, 7), "float32") * numpy.float32(2.0**-130) for _ in range(3))
word.set(plain | {flags})
sums = bncore.sums(x, exact=True)
stats = sums.stats()
gsums = [bncore.gradient_sums(dy, x, stats, exact=True, y=gate) for gate in (None, y)]
assert word.get() & ~0x3F == (plain | {flags}) & ~0x3F, "the caller's word was changed"
word.set(plain)
arrays = [sums.array(), stats.mean, stats.var, *(each.array() for each in gsums), gsums[0].dbeta]
for array in arrays:
    assert array.any()
    print(hashlib.sha256(array.tobytes()).hexdigest())
"""
# toward 0, besides
TOWARD_0 = 0x6000


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("flags", [FLUSH, TOWARD_0])
def test_exact_sums_of_subnormal_numbers_have_the_same_bits(library, flags, threads):
    found, plain = (
        child.run(EXACT.format(library=library, threads=threads, flags=some)) for some in (flags, 0)
    )
    assert found == plain
