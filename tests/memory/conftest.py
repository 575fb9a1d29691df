"""Collections of garbage look at what these tests make, and not at what was there before them."""

import gc

import pytest


@pytest.fixture(scope="module", autouse=True)
def an_old_heap():
    """Set aside what other modules left: to look through it takes a second at every collection."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
