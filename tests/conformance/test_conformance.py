"""The suite as its users meet it: verdicts, blame, the command line, targets of every kind."""

import json

import numpy
import pytest
from targets import TARGETS

from spec import __main__ as command
from spec import adapters, conformance, oracle
from spec.adapters.plain import Plain
from spec.audit import matrix
from spec.audit.faithful import FAITHFUL
from spec.conformance import check, judge
from spec.conformance.verdict import ABSENT, BROKEN, FAIL, PASS, Verdict
from spec.data import guards, inputs, portable
from spec.data.layouts import LAYOUTS
from spec.interface.adapter import Adapter, Caps, Missing, offers
from spec.mutants import MUTANTS
from spec.mutants.equivalents import EQUIVALENTS, Equivalent
from spec.theorems.language import average, var, x
from spec.theorems.theorem import Claim


@pytest.mark.audits
def test_every_mutant_dies_at_its_equation_and_every_faithful_variant_lives():
    lines = []
    assert matrix.main(fast=True, progress=lines.append, workers=2) == 0, "\n".join(lines)


@pytest.mark.audits
def test_the_audit_sees_a_mutant_that_is_none():
    survivor = MUTANTS["beta missing"].__class__("right", "(9.41)", Plain())
    lines = []
    assert matrix.main(fast=True, mutants={"right": survivor}, faithful={}, progress=lines.append) == 1
    assert "  mutant 'right' survives" in lines


@pytest.mark.audits
def test_the_audit_sees_blame_that_is_wrong():
    lines = []
    wrong = MUTANTS["beta missing"].__class__("other", "(9.38)", MUTANTS["beta missing"].adapter)
    assert matrix.main(fast=True, mutants={"other": wrong}, faithful={}, progress=lines.append) == 1
    assert any("breaks (9.38), found at (9.41)" in line for line in lines)


def test_the_equivalents_are_proven_and_a_mutant_is_not():
    assert len(EQUIVALENTS) >= 8
    assert all(variant.proven for variant in EQUIVALENTS)
    wrong = Equivalent("var not centred", Claim(average(x**2), var, ""))
    assert not wrong.proven


def test_the_cover_is_the_smallest():
    def row(*names):
        found = Verdict(FAIL, "", "", "", "(9.38)")
        return {name: [found] for name in names}

    # the greedy choice, which takes b first, needs three
    kills = {n: row(*names) for n, names in enumerate(["ab", "ab", "bc", "bc", "a", "c"])}
    assert matrix.cover(kills, dict.fromkeys(kills, "(9.38)")) == ["a", "c"]
    assert matrix.cover(kills, dict.fromkeys(kills, "(9.39)")) == []


def test_there_are_as_many_as_promised():
    assert len(MUTANTS) >= 80
    assert sum(bool(mutant.seen) for mutant in MUTANTS.values()) >= 40
    assert len(conformance.__all__) == len(set(conformance.__all__))


REASONS = {
    "dx without its variance term": "the coefficient of xhat is 0, derived",
    "dx without gamma": "dx is ",
    "dx with its mean term reversed": "the coefficient of 1 is ",
    "eps outside the root": "eps stands outside the root",
    "var over m - 1": "it is divided by m - 1",
    "beta missing": "beta is missing",
    "gamma missing": "gamma is missing",
    "dgamma not centred": "x is not centred",
    "dbeta divided by m": "it is divided by m",
    "running_var of the biased variance": "it takes the biased variance, momentum weighs the new value",
    "momentum weighs the old value": "momentum weighs the old value",
}


@pytest.mark.parametrize("name", REASONS)
def test_blame_gives_the_reason(name):
    shown = inputs.data("eps-1-std-1", "float32")
    details = [verdict.detail for verdict in judge(MUTANTS[name].adapter, shown) if verdict.status == FAIL]
    assert any(REASONS[name] in detail for detail in details), details


class Uneven(Plain):
    """y of each channel is off by up to half a percent, as in half precision; there are many channels."""

    caps = Caps(dtypes=("float16",), accumulate="any", least=1)

    def forward(self, x, gamma, beta, eps):
        share = numpy.float32(1 + 0.005 * numpy.cos(numpy.arange(x.shape[1])))
        return super().forward(x, gamma * share, beta, eps)


def test_no_gamma_is_blamed_on_another_channel_by_chance():
    (found,) = (v for v in check(Uneven(), ["channels-1031"]) if v.quantity == "y")
    assert found.status == FAIL
    assert "another channel" not in found.detail
    shown = inputs.data("ordinary", "float32")
    details = [v.detail for v in judge(MUTANTS["gamma of another channel"].adapter, shown)]
    assert any("gamma is that of another channel" in detail for detail in details)


def test_a_few_elements_that_are_wrong_are_counted():
    class Tail(Plain):
        def forward(self, x, gamma, beta, eps):
            found = super().forward(x, gamma, beta, eps)
            found["y"][-1, :, -1, -1] = 0
            return found

        def backward(self, dy, x, gamma, beta, eps):
            found = super().backward(dy, x, gamma, beta, eps)
            found["dx"][-1, 1:, -1, -1] = 7
            return found

    details = {v.quantity: v.detail for v in check(Tail(), ["ordinary"], dtypes=["float32"])}
    assert details["y"] == "wrong are 1 of the 385 elements of channel 0, the first is element 384"
    assert details["dx"] == "wrong are 1 of the 385 elements of channel 1, the first is element 384"


def test_a_root_that_is_wrong_in_backward_alone_is_recognised():
    class Doubled(Plain):
        def backward(self, dy, x, gamma, beta, eps):
            return super().backward(dy, x, gamma, beta, 2 * eps)

    shown = inputs.data("eps-1e-08-std-1e-07", "float32")
    (dx,) = (v for v in judge(Doubled(), shown) if v.quantity == "dx")
    assert dx.detail == "1/sqrt(var + eps) acts as 0.707107 times what it is"


def test_a_failure_can_be_reproduced_from_its_message(capsys):
    target = "test_conformance:WITHOUT_BETA"
    failed = next(v for v in check(WITHOUT_BETA, ["ordinary"], target=target) if v.status == FAIL)
    words = failed.reproduce.split()
    assert words[:4] == ["python", "-m", "spec", "check"]
    assert command.main([word.strip('"') for word in words[3:]]) == 1
    printed = capsys.readouterr().out
    for part in (failed.equation, failed.data, str(list(failed.index)), repr(failed.got), repr(failed.exact)):
        assert part in printed


WITHOUT_BETA = MUTANTS["beta missing"].adapter


class Silent(Adapter):
    """An adapter that offers nothing."""


class Broken(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        raise RuntimeError("no kernel for this device")

    def forward(self, x, gamma, beta, eps):
        return {"y": numpy.zeros((*x.shape, 1), x.dtype)}


class Wordless(Plain):
    class Error(Exception):
        def __str__(self):
            return self.args[0]

    def backward(self, dy, x, gamma, beta, eps):
        raise self.Error


def test_what_is_not_offered_is_no_pass():
    verdicts = check(Silent(), ["ordinary"])
    assert {verdict.status for verdict in verdicts} == {ABSENT}
    assert not conformance.passed(verdicts)


def test_an_exception_and_a_wrong_shape_are_verdicts():
    found = {verdict.quantity: verdict for verdict in check(Broken(), ["ordinary"], dtypes=["float32"])}
    assert found["backward"].status == FAIL
    assert found["backward"].detail == "raised RuntimeError: no kernel for this device"
    assert found["y"].status == FAIL
    assert found["y"].detail == "wanted the shape (5, 3, 7, 11), found (5, 3, 7, 11, 1)"
    assert found["mean"].status == ABSENT
    assert found["inference y"].status == PASS


@pytest.mark.audits
@pytest.mark.parametrize("isolate", [False, True])
def test_an_exception_that_cannot_be_printed_is_a_verdict(isolate):
    verdicts = check(
        adapters.load("test_conformance:Wordless", isolate=isolate), ["ordinary"], dtypes=["float32"]
    )
    assert {v.quantity: v.detail for v in verdicts if v.status == FAIL} == {"backward": "raised Error"}


def test_what_is_declared_out_of_reach_is_not_judged():
    class Narrow(Plain):
        caps = Caps(accumulate="float64", layouts=("contiguous",), least=2, least_eps=1e-6, optional=False)

    for name in ("layout-sliced", "eps-0-std-1", "no-gamma"):
        assert {verdict.status for verdict in check(Narrow(), [name])} == {ABSENT}
    found = {verdict.quantity: verdict.status for verdict in check(Narrow(), ["m-1"])}
    assert found["training"] == ABSENT
    assert found["inference y"] == PASS


@pytest.mark.audits
def test_a_class_that_is_too_much_is_rejected():
    class Boastful(type(FAITHFUL["sums one after the other"])):
        caps = Caps(accumulate="compensated", least=1)

    verdicts = check(Boastful(), ["many"], dtypes=["float64"])
    assert any(verdict.status in BROKEN for verdict in verdicts)


def test_the_data_are_the_same_at_every_call():
    for name in ("ordinary", "layout-sliced", "not-finite"):
        first, second = (inputs.data(name, "float32") for _ in range(2))
        for key in ("x", "dy", "gamma", "beta", "running_var"):
            numpy.testing.assert_array_equal(getattr(first, key), getattr(second, key))


def owner(array):
    """The array whose memory this one is a part of."""
    while isinstance(array.base, numpy.ndarray):
        array = array.base
    return array


@pytest.mark.parametrize("name", [name for name in inputs.names() if name.startswith("layout-")])
def test_a_layout_is_what_it_says(name):
    given = inputs.data(name, "float32")
    arrays = [each for key in LAYOUTS[given.layout] if (each := getattr(given, key)) is not None]
    for each in arrays:
        usual = each.flags.c_contiguous and each.flags.aligned and each.flags.writeable
        # what lies beside it is what is unusual
        assert not usual or guards.side(each) or owner(each).size > each.size


@pytest.mark.sweeps
def test_the_digits_are_there():
    assert inputs.data("digits", "float32").x.shape == (1797, 64)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nonsense", "wanted one of bncore, .*, exec:PROGRAM or pkg.module:attribute, found 'nonsense'"),
        ("no_such_module:Kernel", r"cannot be imported \(No module named 'no_such_module'\)"),
        ("spec.adapters.plain:Nothing", "module 'spec.adapters.plain' has no attribute 'Nothing'"),
        ("spec.adapters.plain:Batch", "wanted a spec.conformance.Adapter, found type"),
    ],
)
def test_a_target_that_is_none_is_refused_in_one_line(target, words, capsys):
    with pytest.raises(Missing, match=words):
        adapters.load(target)
    assert command.main(["check", target]) == 2
    assert capsys.readouterr().err.count("\n") == 1


class Deviceless(Plain):
    def __init__(self):
        raise RuntimeError("no device\nof this kind")


class Undeclared(Plain):
    caps = {"dtypes": ("float32",)}  # noqa: RUF012 - that is what it gets wrong


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("Deviceless", "making an instance raised RuntimeError: no device of this kind"),
        ("Undeclared", "caps: wanted a spec.conformance.Caps, found dict"),
    ],
)
def test_an_adapter_that_cannot_be_made_is_refused_in_one_line(kind, words, capsys):
    assert command.main(["check", f"test_conformance:{kind}"]) == 2
    assert capsys.readouterr().err == f"python -m spec: test_conformance:{kind}: {words}\n"
    with pytest.raises(ValueError, match="accumulate: wanted a class for each dtype, found none for float32"):
        Caps(accumulate={"float64": "any"})


def test_a_target_that_breaks_on_import_is_refused_in_one_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "breaks.py").write_text("from spec.interface.adapter import Caps\nCaps(weighs='older')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert command.main(["check", "breaks:Kernel"]) == 2
    assert capsys.readouterr().err == (
        "python -m spec: breaks:Kernel: importing it raised ValueError: weighs: wanted some of new, old, "
        "found 'older'\n"
    )


def test_the_exit_status_says_how_it_ended(capsys, tmp_path):
    file = tmp_path / "verdicts.json"
    assert command.main(["check", "numpy", "--only", "ordinary", "--json", str(file)]) == 0
    written = json.loads(file.read_text())
    assert written["target"] == "numpy"
    assert {row["status"] for row in written["verdicts"]} == {PASS, ABSENT}
    assert command.main(["check", "numpy", "--only", "no such data"]) == 2
    assert command.main(["check", "numpy", "--dtype", "float16"]) == 2
    with pytest.raises(SystemExit) as ended:
        command.main(["chekc"])
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_an_output_of_another_kind_is_refused():
    expected = oracle.forward(numpy.eye(3), None, None, 1.0, accumulate="any")["y"]
    with pytest.raises(ValueError, match=r"y: wanted the shape \(3, 3\), found \(3,\)"):
        expected.compare(numpy.zeros(3))
    with pytest.raises(ValueError, match="y: wanted floating-point numbers, found int64"):
        expected.compare(numpy.zeros((3, 3), numpy.int64))


@pytest.mark.parametrize("target", [*TARGETS, "spec.adapters.bncore:Exact"])
def test_a_known_implementation_is_judged(target):
    try:
        # Keras has one backend in each process
        adapter = adapters.load(target, isolate=target.startswith("keras-"))
    except Missing as reason:
        pytest.skip(str(reason))
    # in its first dtype alone: the whole check says what half precision loses
    verdicts = check(adapter, ["ordinary", "m-17"], dtypes=adapter.caps.dtypes[:1], target=target)
    assert conformance.passed(verdicts), [str(verdict) for verdict in verdicts if verdict.status in BROKEN]
    # those that have inference alone return y
    least = 4 if offers(adapter, "backward") else 1
    assert len({verdict.quantity for verdict in verdicts if verdict.status == PASS}) >= least


def test_weights_that_are_no_mask_are_not_asked_of_an_implementation_that_takes_masks():
    class Masks(Plain):
        caps = Caps(accumulate="float64", masks=True)

    found = {name: {v.status for v in check(Masks(), [name])} for name in ("weights", "weights-mask")}
    assert found["weights"] == {ABSENT}
    assert PASS in found["weights-mask"]


def test_the_variance_of_one_pass_is_found_in_a_foreign_kernel():
    class OnePass(Plain):
        """What several frameworks do, and return no statistics."""

        book = Plain.book._replace(var=lambda x, mean, over: over.sum(x**2) / over.m - mean**2)
        working = numpy.float32
        caps = Caps(dtypes=("float32",), accumulate="any", least=1)

        def forward(self, x, gamma, beta, eps):
            return {"y": super().forward(x, gamma, beta, eps)["y"]}

    assert conformance.culprit(check(OnePass(), ["ratio-1e3"])) == oracle.EQUATION["var"]


class Overflowing(Plain):
    """A variance that is kept in half precision."""

    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        with numpy.errstate(over="ignore"):
            var = found["var"].astype(numpy.float16)
        y = numpy.where(numpy.isinf(var)[:, None], beta[:, None], found["y"].reshape(*x.shape[:2], -1))
        return found | {"var": var, "y": y.reshape(x.shape)}


def test_a_variance_that_overflows_is_the_reason_of_y_whatever_its_own_dtype():
    data = portable.from_json(
        '{"dtype": "float32", "eps": 0, "x": [[0], [34528]], "gamma": [2], "beta": [1]}'
    )
    found = {v.quantity: v for v in judge(Overflowing(), data)}
    assert found["var"].status == FAIL
    assert (found["y"].equation, found["y"].detail) == ("(9.39)", "the variance is not finite")
