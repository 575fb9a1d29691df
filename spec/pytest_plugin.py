"""The suite as a pytest plugin: pytest --batchnorm TARGET, in a checkout with -p spec.pytest_plugin.

One item for each data set and dtype. A failure lists the verdicts that are broken; an item of which nothing
was judged, or nothing conclusively, is skipped with the reason. The worst ratios are the item's properties,
which --junitxml writes. Without paths on the command line nothing else is collected.
"""

import pytest

from . import COMMAND


def pytest_addoption(parser):
    group = parser.getgroup("batchnorm", "batch normalization, held against its equations")
    group.addoption("--batchnorm", metavar="TARGET", help=f"what `{COMMAND} check` takes as its target")
    group.addoption("--batchnorm-full", action="store_true", help="the slow data sets too")
    group.addoption("--batchnorm-isolate", action="store_true", help="run it in a process of its own")
    group.addoption("--batchnorm-timeout", metavar="SECONDS", type=float, help="what a call may take there")


def pytest_ignore_collect(config):
    """Leave the tests of the current directory alone, unless they were asked for."""
    if config.getoption("batchnorm") and config.args_source is not config.ArgsSource.ARGS:
        return True
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session, config, items):
    target = config.getoption("batchnorm")
    if target:
        from .conformance.items import (
            Suite,  # sympy is loaded where it is asked for, not in every run of pytest
        )

        suite = Suite.from_parent(session, name=target, nodeid=f"batchnorm: {target}")
        items.extend(suite.collect())
