"""What every test has: spec on the path, the number of threads put back, examples that repeat."""

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
