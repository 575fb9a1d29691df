"""The other side of `--isolate`: python -m spec.serve TARGET answers the suite's calls of one adapter."""

import dataclasses
import json
import os
import sys

import numpy as np

from spec import adapters, wire
from spec.adapter import CALLS, Missing


def main(target):
    """Answer requests from standard input until it ends. What else is printed goes to standard error."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        adapter = adapters.load(target)
    except Missing as reason:
        answers.write(_line({"missing": str(reason)}))
        return
    for line in requests:
        request = wire.header(line)
        answers.write(_answer(adapter, request["method"], wire.arguments(request, requests.read)))
        answers.flush()


def _answer(adapter, method, named):
    if method == "describe":
        caps = dataclasses.asdict(adapter.caps)
        methods = [each for each in CALLS if getattr(adapter, each, None)]
        return _line({"name": adapter.name, "methods": methods, "caps": caps})
    before = _bytes(named)
    try:
        with np.errstate(all="ignore"):
            found = getattr(adapter, method)(*(named[name] for name in CALLS[method]))
        after = _bytes(named)
        written = [name for name in CALLS[method] if before.get(name) != after.get(name)]
        return _line({"written": written}) if written else wire.answer(found)
    except Exception as error:
        return _line({"raised": type(error).__name__, "error": str(error)})


def _bytes(named):
    return {name: value.tobytes() for name, value in named.items() if isinstance(value, np.ndarray)}


def _line(header):
    return json.dumps(header).encode() + b"\n"


if __name__ == "__main__":
    main(*sys.argv[1:])
