"""The cases of each leaf: `CASES[leaf](kind, memory)` yields what a call is in words, and its arguments.

When it yields, memory holds the operands, and what is expected of them. Lengths go to beyond two of the
widest blocks of a leaf. Operands lie at every place in a line of the cache, and end and begin at pages that
nothing may touch. What cannot be multiplied out (flavours of numbers, ways of being called) takes turns, so
that lengths meet all of it.
"""

import as_stored_cases
import beside_cases
import conclude_cases
import map_cases
import staging_cases
import sum_cases

CASES = map_cases.CASES | as_stored_cases.CASES | sum_cases.CASES | beside_cases.CASES
CASES |= staging_cases.CASES | conclude_cases.CASES
