"""Operands that fit nothing: a call that has one must be refused, and what is missing of it not be read.

The operands lie at pages that nothing may touch (`spec.data.guards`), so that a kernel that does read on is
ended, and one that makes up what is missing returns a result.
"""

import numpy as np

from ..data.guards import guarded
from ..interface import contract
from ..interface.adapter import Broke, offers
from ..interface.signatures import CALLS, NUMBERS, TENSORS
from ..supervise import ENDINGS, note
from . import company

# What may be absent, and so is no error.
OPTIONAL = "gamma", "beta", "ddx", "ddgamma", "ddbeta"


def _wrong(name, array, alone):
    """Operands that do not fit, by what is wrong with them; x can only be wrong in itself."""
    if alone:
        yield "of one axis", array.reshape(-1)
        yield "of whole numbers", array.astype(np.int64)
        return
    yield (
        "a channel short",
        np.take(array, range(array.shape[-1 if array.ndim == 1 else 1] - 1), min(1, array.ndim - 1)),
    )
    yield "a channel long", np.concatenate([array, array], axis=min(1, array.ndim - 1))
    if name in TENSORS:
        yield "a sample short", array[:-1]
        yield "of one axis less", array[..., 0]
    if name not in OPTIONAL:
        yield "missing", None


def refusals(adapter, data):
    """What becomes of every call with one operand that does not fit: method, words, and what is wrong."""
    for method in company.METHODS:
        if not offers(adapter, method):
            continue
        given = dict(zip(CALLS[method], company.arguments(method, data), strict=True))
        for name, array in given.items():
            if (method, name) == ("backward", "beta"):
                continue  # no gradient depends on it
            if name not in (*TENSORS, *NUMBERS, "v", "ddgamma", "ddbeta") or array is None:
                continue
            for words, wrong in _wrong(name, array, name == "x"):
                operand = None if wrong is None else guarded(wrong)
                what = f"{name} {words}"
                note(f"{method} with {what}")
                yield method, what, _accepted(adapter, method, given | {name: operand})


def _accepted(adapter, method, named):
    """What a call returned or did that is no refusal, in words; empty where it was refused."""
    before = contract.snapshot(named.values())
    try:
        with np.errstate(all="ignore"):
            found = getattr(adapter, method)(*named.values())
    except ENDINGS:
        raise
    except Broke as error:
        return str(error)
    except Exception:
        return contract.of_call(method, list(named.values()), before, {})
    except BaseException as error:
        return f"raised {contract.said(error)}"
    return "accepted, and read as something else" if found is not None else "returned None, not an exception"
