"""The certificate of a theorem: what the second checker reads, as data."""

import hashlib
import inspect

from .. import equations
from ..theorems import language


def fingerprint():
    """The hash of the equations that a certificate is about."""
    return hashlib.sha256(inspect.getsource(equations).encode()).hexdigest()


def meaning(theorem):
    """What the names in the claims of a theorem mean."""
    return {
        "theorem": theorem.name,
        "equations": fingerprint(),
        "assumptions": list(theorem.assumptions),
        "elements": sorted(language.ELEMENTS),
        "nonnegative": sorted(language.NONNEGATIVE),
        "definitions": {
            name: tree.data() for name, tree in language.definitions(theorem.claims[0].batch).items()
        },
    }


def certify(theorem, decisions):
    """The certificate of a theorem: its claims and their normal forms, and what the names in them mean."""
    return meaning(theorem) | {
        "claims": [
            claim.data()
            | ({"normal": decision.data(claim.batch)} if claim.batch in ("any", "weighted") else {})
            for claim, decision in zip(theorem.claims, decisions, strict=bool(decisions))
        ],
    }
