"""The suite as items of pytest: what `spec.pytest_plugin` collects."""

import pytest

from .. import adapters
from ..data import inputs
from ..interface.adapter import Missing
from . import check
from .verdict import ABSENT, BROKEN, PASS


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
            for dtype in inputs.dtypes(data, adapter.caps.dtypes, option("batchnorm_full")):
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
