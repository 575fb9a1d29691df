"""The known implementations as parameters: those of other libraries have a mark."""

import pytest

from spec import adapters

OURS = ("bncore", "numpy")
TARGETS = [
    pytest.param(name, marks=() if name in OURS else pytest.mark.peers, id=name) for name in adapters.KNOWN
]
