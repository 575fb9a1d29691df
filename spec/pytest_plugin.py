"""The suite as a pytest plugin: pytest -p spec.pytest_plugin --batchnorm TARGET.

One item for each data set and dtype. A failure lists the verdicts that are broken; an item of which nothing
was judged, or nothing conclusively, is skipped with the reason. The worst ratios are the item's properties,
which --junitxml writes. Without paths on the command line nothing else is collected.
"""

import pytest

from . import COMMAND, adapters
from .conformance import check
from .conformance.verdict import ABSENT, BROKEN, PASS
from .data import inputs
from .interface.adapter import Missing


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
        suite = Suite.from_parent(session, name=target, nodeid=f"batchnorm: {target}")
        items.extend(suite.collect())


class Suite(pytest.Collector):
    """All data sets, for one target."""

    def collect(self):
        option = self.config.getoption
        isolate, timeout = option("batchnorm_isolate"), option("batchnorm_timeout")
        try:
            adapter = adapters.load(self.name, isolate=isolate, timeout=timeout)
        except Missing as reason:
            raise pytest.UsageError(f"--batchnorm: {reason}") from reason
        for data in inputs.names(option("batchnorm_full")):
            for dtype in adapter.caps.dtypes:
                item = Item.from_parent(self, name=f"{data}[{dtype}]")
                item.adapter, item.data, item.dtype = adapter, data, dtype
                yield item


class Item(pytest.Item):
    """One data set in one dtype."""

    def runtest(self):
        verdicts = check(self.adapter, [self.data], dtypes=[self.dtype], target=self.parent.name)
        self.user_properties += [
            (verdict.quantity, verdict.ratio) for verdict in verdicts if verdict.ratio is not None
        ]
        broken = [verdict for verdict in verdicts if verdict.status in BROKEN]
        if broken:
            raise NotKept("\n".join(map(str, broken)))
        if not any(verdict.status == PASS for verdict in verdicts):
            judged = any(verdict.status != ABSENT for verdict in verdicts)
            reasons = "; ".join(sorted({verdict.detail for verdict in verdicts if verdict.detail}))
            pytest.skip("inconclusive: every mutant would pass" if judged else reasons)

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, NotKept):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.parent.nodeid, None, f"{self.parent.name}: {self.name}"


class NotKept(Exception):
    """A data set on which the implementation does not keep what it declares."""
