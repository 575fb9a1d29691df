"""The calls of an implementation on one data set, and the verdicts on what they do beside returning."""

from dataclasses import replace

import numpy as np

from ..data import portable
from ..interface import contract
from ..interface.adapter import Broke, Impure, Nonsense, offers
from ..interface.signatures import options
from ..supervise import ENDINGS, note
from . import company
from .verdict import ABSENT, FAIL, PURITY, RAISED, Verdict


class Caller:
    """An adapter and a data set, with the verdicts found so far."""

    def __init__(self, adapter, data, target):
        held = np.dtype(adapter.caps.attributes).type
        self.data = replace(data, eps=float(held(data.eps)), momentum=float(held(data.momentum)))
        self.adapter, self.caps = adapter, adapter.caps
        self.declared = self.caps.accumulation(data.dtype)
        self.line = portable.command(target, self.data)
        self.found = []
        self.spoiled = False
        # what forward has returned
        self.y = None
        # what calls with other numbers returned, each with a copy; whether a later call wrote to it
        self.earlier, self.overwritten = [], False

    def add(self, status, quantity, equation, **more):
        data = self.data
        more.setdefault("accumulate", self.declared)
        self.found.append(
            Verdict(status, data.name, data.dtype, quantity, equation, reproduce=self.line, **more)
        )

    def call(self, method, *arguments, label=None, needs=None):
        """What a method returns; None, with a verdict called `label`, where it is missing or raises.

        It may raise for want of what it `needs`.
        """
        label = label or method
        if self.spoiled:
            return None
        if not offers(self.adapter, method):
            self.add(ABSENT, method, "", detail="not offered")
            return None
        named = self.named(method)
        refused = [name for name in named if not self.adapter.takes(method, name)]
        if refused:
            self.add(ABSENT, method, "", detail=f"{', '.join(refused)}: not taken")
            return None
        data, kind = self.data, "" if method == "derivative" else self.data.company
        note(f"{method} on {data.name}, {data.dtype}")
        whole = *arguments, *named.values()
        before = contract.snapshot(whole)
        self.earlier = company.before(kind, self.adapter, method, data)

        def call():
            got = contract.results(method, getattr(self.adapter, method)(*arguments, **named))
            return company.at_once(self.adapter, method, data, arguments, got) if kind == "threads" else got

        got = self.caught(label, call, needs)
        if got is None:
            return None
        self.overwritten |= any(value.tobytes() != copy.tobytes() for value, copy in self.earlier)
        words = contract.of_call(method, whole, before, got, named)
        return self.spoil(label, words) if words else got

    def caught(self, label, call, needs=None):
        """What a call returns; None, with a verdict of this label, where it raises."""
        try:
            with np.errstate(all="ignore"):
                return call()
        except (Broke, Nonsense) as error:
            self.add(FAIL, label, RAISED, detail=str(error))
        except Impure as error:
            self.spoil(label, *error.args)
        except ENDINGS:
            raise
        except BaseException as error:
            if needs and isinstance(error, Exception):
                self.add(ABSENT, f"{label} without {needs}", "", detail="refused")
                return None
            self.add(
                FAIL, label, RAISED, detail=f"raised {contract.said(error)}", trace=contract.trace(error)
            )
        return None

    def named(self, method):
        """What the data set has for a method beyond its arguments, by name."""
        given = {name: getattr(self.data, name, self.y) for name in options(method)}
        if not self.data.relu or not self.adapter.takes(method, "y"):
            given.pop("y", None)
        return {name: value for name, value in given.items() if value is not None and value is not False}

    def spoil(self, label, words):
        """The verdict on a call that did to its arguments what it must not."""
        self.add(FAIL, label, PURITY, detail=f"{words}; not judged further")
        self.spoiled = True
