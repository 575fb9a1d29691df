"""The calls of an implementation on one data set, and the verdicts on what they do beside returning."""

from dataclasses import replace
from functools import partial

import numpy as np

from ..data import portable
from ..interface import contract
from ..interface.adapter import Broke, Impure, Nonsense, offers
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
        # the call made last, without the company that it had; and when that was, in words
        self.alone, self.when = None, ""

    def add(self, status, quantity, equation, **more):
        data = self.data
        more.setdefault("accumulate", self.declared)
        self.found.append(
            Verdict(status, data.name, data.dtype, quantity, equation, reproduce=self.line, **more)
        )

    def call(self, method, *arguments, label=None, needs=None, **more):
        """What a method returns; None, with a verdict called `label`, where it is missing or raises.

        It may raise for want of what it `needs`; it is given `more` by name, beside what the data set has.
        """
        label = label or method
        if self.spoiled:
            return None
        if not offers(self.adapter, method):
            self.add(ABSENT, method, "", detail="not offered")
            return None
        named = self.named(method) | more
        refused = [name for name in named if not self.adapter.takes(method, name)]
        if refused:
            self.add(ABSENT, method, "", detail=f"{', '.join(refused)}: not taken")
            return None
        data, kind = self.data, "" if method == "derivative" else self.data.company
        note(f"{method} on {data.name}, {data.dtype}")
        whole = *arguments, *named.values()
        before = contract.snapshot(whole)
        fresh = company.fresh(self.adapter) if kind and kind != "threads" else None
        self.earlier = company.before(kind, self.adapter, method, data)

        def call(adapter=self.adapter):
            return contract.results(method, getattr(adapter, method)(*arguments, **named))

        def in_company():
            self.alone, self.when = None, ""
            if kind != "threads":
                got = call()
                self.alone, self.when = fresh and partial(call, fresh), company.WHEN.get(kind, "")
                return got
            found = company.at_once(self.adapter, method, data, call)
            self.alone, self.when = lambda: found.alone, found.words
            self.overwritten |= found.overwritten
            return found.got

        got = self.caught(label, in_company, needs)
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
        return company.beside(self.adapter, method, self.data, self.y)

    def spoil(self, label, words):
        """The verdict on a call that did to its arguments what it must not."""
        self.add(FAIL, label, PURITY, detail=f"{words}; not judged further")
        self.spoiled = True
