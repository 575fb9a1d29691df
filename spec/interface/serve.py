"""The other side of `--isolate`: a process that answers the suite's calls of one adapter, its argument."""

import dataclasses
import json
import os
import sys

import numpy as np

from .. import adapters
from . import contract, wire
from .adapter import Missing, Nonsense, offers
from .signatures import CALLS, options


def main(target):
    """Answer requests from standard input until it ends. What else is printed goes to standard error."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        adapter = adapters.load(target)
    except Missing as reason:
        answers.write(_line({"missing": contract.printable(reason)}))
        return
    last = {}
    for line in requests:
        request = wire.header(line)
        answers.write(_answer(adapter, request["method"], wire.arguments(request, requests.read), last))
        answers.flush()


def _answer(adapter, method, named, last):
    """The answer to a request; `last` has the last results of each method, each with a copy."""
    if method == "describe":
        caps = dataclasses.asdict(adapter.caps)
        methods = [each for each in CALLS if offers(adapter, each)]
        taken = {each: [name for name in options(each) if adapter.takes(each, name)] for each in methods}
        return _line({"name": contract.title(adapter), "methods": methods, "options": taken, "caps": caps})
    arguments = [named.pop(name) for name in CALLS[method]]
    before = contract.snapshot([*arguments, *named.values()])
    try:
        with np.errstate(all="ignore"):
            found = contract.results(method, getattr(adapter, method)(*arguments, **named))
        words = contract.of_call(method, [*arguments, *named.values()], before, found, named)
        if any(value.tobytes() != copy.tobytes() for each in last.values() for value, copy in each):
            words = "the call wrote to what an earlier one returned"
        last[method] = [(each, each.copy()) for value in found.values() for each in contract.arrays(value)]
        return _line({"impure": words}) if words else wire.answer(found)
    except Nonsense as error:
        return _line({"nonsense": str(error)})
    except Exception as error:
        said = {"raised": contract.printable(type(error).__name__, 100), "error": contract.printable(error)}
        return _line(said | {"told": contract.trace(error)})


def _line(header):
    return json.dumps(header).encode() + b"\n"


if __name__ == "__main__":
    main(*sys.argv[1:])
