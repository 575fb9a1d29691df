"""The portable vectors: valid, current, and enough by themselves to judge a kernel."""

import json
import re
from fractions import Fraction
from pathlib import Path

import numpy
import pytest

import bncore
from spec.data import vectors
from spec.mutants import MUTANTS, second

FOLDER = Path(__file__).parents[2] / "docs/vectors"
TEXT = (FOLDER / "vectors.json").read_text()
SET = json.loads(TEXT)
CASES = {f"{case['name']}, {case['dtype']}": case for case in SET["cases"]}


def invalid(value, schema, at="set"):
    """Where a value is not what the schema says; the few words of JSON Schema that ours uses, all of them."""
    known = {"type", "properties", "required", "additionalProperties", "items", "enum", "pattern", "anyOf"}
    assert schema.keys() <= known | {"$schema"}, schema.keys()
    if "anyOf" in schema:
        found = [invalid(value, each, at) for each in schema["anyOf"]]
        return [] if [] in found else found[0]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{at}: {value!r}"]
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "null": type(None),
    }
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if isinstance(value, bool) or not any(isinstance(value, kinds[name]) for name in names):
        return [f"{at}: {value!r} is no {schema['type']}"]
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        return [f"{at}: {value!r} is not {schema['pattern']}"]
    wrong = []
    if isinstance(value, dict):
        wrong += [f"{at}: {name} is missing" for name in schema["required"] if name not in value]
        wrong += [f"{at}: {name} is not known" for name in value.keys() - schema["properties"].keys()]
        for name in value.keys() & schema["properties"].keys():
            wrong += invalid(value[name], schema["properties"][name], f"{at}.{name}")
    if isinstance(value, list):
        for n, each in enumerate(value):
            wrong += invalid(each, schema["items"], f"{at}[{n}]")
    return wrong


def array(tensor, dtype):
    if tensor is None:
        return None
    return numpy.array([float.fromhex(v) for v in tensor["values"]]).astype(dtype).reshape(tensor["shape"])


def beyond(got, output, accumulate):
    """Whether an output is beyond its bound somewhere, in exact arithmetic."""
    assert list(got.shape) == output["shape"]
    bounds = output["bounds"][accumulate]
    for each, high, low, bound in zip(
        got.ravel().tolist(), output["high"], output["low"], bounds, strict=True
    ):
        if bound is None:
            continue
        exact = Fraction(float.fromhex(high)) + Fraction(float.fromhex(low))
        allowed = Fraction(bound)
        if got.ndim == 1 and got.dtype == numpy.float32:
            # what is returned in float32 may be rounded to it
            allowed += (abs(exact) + allowed) / 2**24 + Fraction(1, 2**150)
        if not numpy.isfinite(each) or abs(Fraction(each) - exact) > allowed:
            return True
    return False


def given(case):
    values = {name: array(tensor, case["dtype"]) for name, tensor in case["inputs"].items()}
    return values | {name: float.fromhex(case[name]) for name in ("eps", "momentum")}


def by_bncore(v):
    """What bncore makes of a case: the outputs of every part of `expected`."""
    y, stats = bncore.forward(v["x"], v["gamma"], v["beta"], eps=v["eps"])
    gradients = bncore.backward(v["dy"], v["x"], v["gamma"], stats)
    fixed = v["mean"], v["var"]
    names = "dx", "dgamma", "dbeta"
    found = {
        "training": {"y": y, "mean": stats.mean, "var": stats.var} | dict(zip(names, gradients, strict=True)),
        "inference": {"y": bncore.inference(v["x"], v["gamma"], v["beta"], *fixed, eps=v["eps"])}
        | dict(
            zip(
                names,
                bncore.inference_backward(v["dy"], v["x"], v["gamma"], *fixed, eps=v["eps"]),
                strict=True,
            )
        ),
    }
    if stats.count > 1:
        layer = bncore.BatchNorm(v["x"].shape[1], momentum=v["momentum"], dtype=v["x"].dtype)
        state = layer.state_dict()
        state |= {name: v[name].astype(float) for name in ("running_mean", "running_var")}
        layer.load_state_dict(state)
        layer(v["x"])
        found["update"] = {"running_mean": layer.running_mean, "running_var": layer.running_var}
    return found


@pytest.mark.parametrize("name", CASES)
def test_bncore_keeps_the_bounds_by_the_json_alone(name):
    case = CASES[name]
    accumulate = {"float32": "float64", "float64": "compensated"}[case["dtype"]]
    expected = dict(case["expected"])
    expected["update"] = expected["update"].get("unbiased, momentum weighs new", {})
    for mode, outputs in by_bncore(given(case)).items():
        assert outputs.keys() == expected[mode].keys()
        for output, got in outputs.items():
            assert not beyond(got, expected[mode][output], accumulate), (mode, output)


@pytest.mark.parametrize("name", CASES)
def test_the_mutants_that_a_case_names_die_by_the_json_alone(name):
    case = CASES[name]
    v = given(case)
    by_forward = [m for m in case["kills"] if m.startswith(("beta ", "gamma ", "var ", "mean "))][:6]
    rejected = 0
    for mutant in by_forward:
        if "m - 1" in mutant and v["x"][:, 0].size < 2:
            continue
        with numpy.errstate(all="ignore"):
            got = MUTANTS[mutant].adapter.forward(v["x"].copy(), v["gamma"], v["beta"], v["eps"])
        expected = case["expected"]["training"]
        rejected += any(beyond(got[output], expected[output], "float64") for output in ("mean", "var", "y"))
    assert rejected >= len(by_forward) - 1


def test_the_set_is_valid_and_its_schema_is_the_one_written():
    assert json.loads((FOLDER / "schema.json").read_text()) == vectors.schema()
    assert invalid(SET, vectors.schema()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s | {"more": 1}, "more is not known"),
        (lambda s: {k: v for k, v in s.items() if k != "cases"}, "cases is missing"),
        (lambda s: s | {"equations": "0"}, "is not"),
        (lambda s: s | {"cases": [SET["cases"][0] | {"eps": 1e-5}]}, "is no string"),
        (lambda s: s | {"format": 2}, "format"),
    ],
)
def test_what_is_not_of_the_schema_is_refused(change, words):
    assert words in invalid(change(SET), vectors.schema())[0]


def test_the_set_is_current():
    assert SET["equations"] == vectors.fingerprint()
    for case in SET["cases"]:
        again = json.loads(json.dumps(vectors.case(case["name"], case["dtype"], case["kills"])))
        assert again == case


def test_the_set_is_small_and_covers_what_comparisons_can():
    assert len(TEXT) < 500_000
    killed = {name for case in SET["cases"] for name in case["kills"]}
    assert killed <= MUTANTS.keys()
    # the set asks for no derivative beyond the gradients
    higher = {mutant.name for mutant in second.MUTANTS}
    of_json = {name for name, mutant in MUTANTS.items() if mutant.exact and mutant.dtype in vectors.DTYPES}
    assert of_json - higher <= killed
