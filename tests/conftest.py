"""What tests have: spec on the path, the number of threads put back, examples that repeat, an empty store."""

import gc
import sys
from pathlib import Path

import hypothesis
import pytest

import bncore

# at the end: an installed bncore comes before the one that lies beside spec
sys.path.append(str(Path(__file__).parent.parent))

hypothesis.settings.register_profile(
    "bncore", derandomize=True, database=None, deadline=None, max_examples=60
)
hypothesis.settings.load_profile("bncore")


@pytest.fixture(autouse=True)
def same_threads_after():
    """Leave the number of threads as it was."""
    before = bncore.get_num_threads()
    yield
    bncore.set_num_threads(before)


@pytest.fixture
def an_empty_store():
    """An empty store of 64 MiB for each test, and what there was before after it."""
    before = bncore.get_kept_memory()
    gc.collect()
    bncore.set_kept_memory(0)
    bncore.set_kept_memory(64 << 20)
    yield
    bncore.set_kept_memory(before)
