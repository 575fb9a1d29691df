"""Calls of the leaves that map one chunk and sum another."""

import itertools

from abi import CONSTANTS
from arguments import Runs
from draws import FLAVOURS, in_turn
from map_cases import map_call
from places import APART_END, APART_START, END, aligned, at, near
from regions import OPERANDS
from sum_cases import run_call


class Next(Runs):
    """Runs whose names begin with `next_`."""

    def read(self, name, values, place):
        return super().read(f"next_{name}", values, place)


def beside(map_part, sum_part):
    """Chunks as long as each other, or shorter, or longer; with as many planes, or fewer, or more."""

    def call(kind, here, there, places, salt):
        over = (in_turn(OPERANDS[map_part], salt),) if salt % 3 == 2 else ()
        wide = salt // 4 % 2 if kind == "float32" and salt % 4 == 1 else None
        how = {"streamed": salt % 2 == 0, "over": over, "wide": wide}
        half = len(places) // 2
        words, args = map_call(map_part, here, [*places[:half], END], salt, **how)
        more, sums = run_call(sum_part, there, places[half:], in_turn(FLAVOURS, salt // 2), salt)
        args["here"], args["there"] = args.pop("s"), sums.pop("s")
        args |= {f"next_{name}": sums.pop(name) for name in OPERANDS[sum_part]} | sums
        return f"here {words}; there {more}", args

    def cases(kind, memory):
        salts, many, line = itertools.count(), 2 * (len(OPERANDS[map_part]) + 1), len(aligned(kind))
        turn = 8 * CONSTANTS["LANES"] if kind == "float32" else CONSTANTS["SQUARE"]
        ends = near(turn, 2 * turn, before=2, after=line + 1)
        for count, a in itertools.product(sorted({*range(71), *ends, 2 * turn + 40}), range(line + 2)):
            salt = next(salts)
            other = count, count - 1, count + 1, count - line, 1, turn, 2 * turn + 33, CONSTANTS["LANES"]
            here = Runs(memory, kind, 1, in_turn((1, 1, 2, 1, 3, 0), salt // 3), count)
            there = Next(memory, kind, 1, in_turn((1, 2, 1, 1), salt // 5), max(1, in_turn(other, salt // 2)))
            if a < line:
                places = [at(kind, a), *(at(kind, a * (i % 3) + 5 * i) for i in range(1, many))]
            else:
                places = [in_turn((APART_END, APART_START), a)] * many
            yield call(kind, here, there, places, salt)

    return cases


CASES = {"run_scale_moments": beside("scale", "moments"), "run_pull_pairs": beside("pull", "pairs")}
