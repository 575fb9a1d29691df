"""The portable problems: valid, current, and enough by themselves to judge a kernel, of Python or of C."""

import json
import re
import shutil
import subprocess
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import numpy
import pytest
from test_vectors import SET as FIRST
from test_vectors import invalid

from spec import equations, oracle
from spec.adapters import load
from spec.bounds.formats import HALVES, named, parameter
from spec.data import problems, vectors
from spec.interface.signatures import COTANGENTS, DIRECTIONS, TENSORS
from spec.mutants import MUTANTS
from spec.oracle import derivatives
from spec.proofs.arithmetic import Dual, Over, Vector

FOLDER = Path(__file__).parents[2] / "docs/vectors"
KERNEL = Path(__file__).with_name("kernel.c")
TEXT = (FOLDER / "problems.json").read_text()
SET = json.loads(TEXT)
CASES = {f"{case['name']}, {case['dtype']}": case for case in SET["cases"]}


def given(case):
    """The arrays of a case, from the JSON alone."""
    dtype, (n, c, *rest) = case["dtype"], case["shape"]
    found = {}
    for name, values in case["inputs"].items():
        if name in TENSORS and dtype in HALVES:
            array = numpy.array(values, numpy.uint16).view(named(dtype))
        elif name == "weights" and isinstance(values[0], bool):
            array = numpy.array(values)
        else:
            kind = named(dtype) if name in TENSORS else parameter(dtype)
            array = numpy.array([float.fromhex(each) for each in values]).astype(kind)
        shape = (n, c, *rest) if name in TENSORS else (n, 1, *rest) if name == "weights" else (c,)
        found[name] = array.reshape(shape)
    found |= {name: float.fromhex(case[name]) for name in ("eps", "momentum")}
    return found | {"relu": case["relu"], "cuts": case["cuts"]}


def answers(adapter, v):
    """What an adapter returns for a case, by the names of the outputs."""
    numbers = [v.get(name) for name in ("gamma", "beta")]
    how = {name: v[name] for name in ("weights", "residual") if name in v} | (
        {"relu": True} if v["relu"] else {}
    )
    forward = adapter.forward(v["x"], *numbers, v["eps"], **how)
    behind = {"y": forward["y"]} if v["relu"] else {}
    found = dict(forward) | adapter.backward(v["dy"], v["x"], *numbers, v["eps"], **how, **behind)
    fixed = {name: value for name, value in how.items() if name != "weights"}
    found["inference_y"] = adapter.inference(v["x"], *numbers, v["mean"], v["var"], v["eps"], **fixed)["y"]
    how = {name: value for name, value in how.items() if name == "weights"}
    old = v["running_mean"].astype(float), v["running_var"].astype(float), v["momentum"]
    if v["x"].size > v["x"].shape[1]:
        found |= adapter.update(v["x"], *old, **how)
    if "ddx" in v:
        found |= adapter.jvp(v["ddx"], v["x"], v.get("gamma"), v["eps"], **how)
        cotangents = (v[name] for name in ("ddx", *COTANGENTS))
        found |= adapter.double_backward(*cotangents, v["dy"], v["x"], v.get("gamma"), v["eps"], **how)
    if v["cuts"] and hasattr(adapter, "shards"):
        xs, dys = (numpy.split(v[name], v["cuts"]) for name in ("x", "dy"))
        for part in (
            adapter.shards(xs, *numbers, v["eps"]),
            adapter.shards_backward(dys, xs, *numbers, v["eps"]),
        ):
            found |= {
                name: numpy.concatenate(each) if isinstance(each, (list, tuple)) else each
                for name, each in part.items()
            }
    return found


def beyond(got, output, accumulate):
    """Whether an output is beyond its bound somewhere, in exact arithmetic."""
    got = numpy.asarray(got)
    assert list(got.shape) == output["shape"]
    rows = zip(got.ravel().tolist(), output["high"], output["low"], output["bounds"][accumulate], strict=True)
    for each, high, low, bound in rows:
        if bound is None:
            continue
        exact, allowed = Fraction(float.fromhex(high)) + Fraction(float.fromhex(low)), Fraction(bound)
        if got.ndim == 1 and got.dtype == numpy.float32:
            allowed += (abs(exact) + allowed) / 2**24 + Fraction(1, 2**150)
        if not numpy.isfinite(each) or abs(Fraction(float(each)) - exact) > allowed:
            return True
    return False


@pytest.mark.parametrize("name", CASES)
def test_bncore_keeps_the_bounds_by_the_json_alone(name):
    case = CASES[name]
    accumulate = "compensated" if case["dtype"] == "float64" else "float64"
    found = answers(load("bncore"), given(case))
    asked = {key: each for key, each in case["expected"].items() if not key.startswith("derivative")}
    assert asked.keys() <= found.keys()
    for output, expected in asked.items():
        assert not beyond(found[output], expected, accumulate), output


@pytest.mark.audits
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["kills"]])
def test_the_mutants_that_a_case_names_die_by_the_json_alone(name):
    case = CASES[name]
    for mutant in case["kills"]:
        adapter = MUTANTS[mutant].adapter
        with numpy.errstate(all="ignore"):
            found = answers(adapter, given(case))
        accumulate = adapter.caps.accumulation(case["dtype"])
        wrong = [
            output
            for output, expected in case["expected"].items()
            if output in found and beyond(found[output], expected, accumulate)
        ]
        assert wrong, mutant


def test_what_the_set_is_about_is_found_by_it():
    """But for what shows only where an element is no number, which JSON does not hold, or in a dtype."""
    killed = {name for case in SET["cases"] for name in case["kills"]}
    assert problems.about().keys() - killed == {
        "0 times what has weight 0",
        "0 times what has weight 0, in backward alone",
        "a rectifier that makes 0 of a NaN",
        "half data: dbeta returned in float16",
    }
    features = [set(case["inputs"]) | set(case["expected"]) for case in SET["cases"]]
    for wanted in ("weights", "residual", "jvp", "d_x", *(derivatives.label(n) for n in (1, 2, 3))):
        assert any(wanted in each for each in features)
    assert {case["dtype"] for case in SET["cases"]} == set(problems.DTYPES)
    assert any(case["relu"] for case in SET["cases"])
    assert any(case["cuts"] for case in SET["cases"])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["relu"]])
def test_no_gate_is_open(name):
    """Each class lets the exact gate alone pass: no y before the rectifier is within its bound of 0."""
    v = given(CASES[name])
    how = {"weights": v.get("weights"), "residual": v.get("residual")}
    for accumulate in SET["classes"]:
        y = oracle.forward(v["x"], v["gamma"], v["beta"], v["eps"], accumulate=accumulate, **how)["y"]
        assert (abs(y.nearest) > y.allowed(v["x"].dtype)).all()


class Decimals:
    """Decimal numbers, for the equations to be evaluated on."""

    @staticmethod
    def root(value):
        return value.sqrt()


def moved(x, directions):
    """x + t0 u + t1 v + t2 w, whose t have squares that are 0."""
    for order, direction in enumerate(directions):
        x = Dual(x, direction, order)
    return x


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if derivatives.label(3) in case["expected"]])
def test_derivatives_are_those_of_the_equations_on_dual_numbers(name):
    """Sixty digits, by no closed form: the six equations on numbers that carry three directions along."""
    case = CASES[name]
    v = given(case)
    gamma = v.get("gamma", numpy.ones(v["x"].shape[1]))
    with localcontext() as context:
        context.prec = 60
        for c in range(v["x"].shape[1]):
            x, dy, *directions = (
                [Decimal(float(each)) for each in v[key][:, c].ravel()] for key in ("x", "dy", *DIRECTIONS)
            )
            x = Vector(tuple(map(moved, x, zip(*directions, strict=True))))
            over = Over(Decimals(), Vector((Decimal(1),) * len(dy)), None)
            numbers = (Decimal(float(each)) for each in (gamma[c], 0, v["eps"]))
            loss = over.sum(equations.forward(x, *numbers, over).y * Vector(tuple(dy)))
            third = loss.rate.rate.rate
            for n, found in ((1, loss.value.value.rate), (2, loss.value.rate.rate), (3, third)):
                expected = case["expected"][derivatives.label(n)]
                high, low = (Decimal(float.fromhex(expected[part][c])) for part in ("high", "low"))
                assert abs(found - (high + low)) <= abs(found) * Decimal(2) ** -104, n


def test_the_set_is_valid_and_its_schema_is_the_one_written():
    assert json.loads((FOLDER / "problems.schema.json").read_text()) == problems.schema()
    assert invalid(SET, problems.schema()) == []
    assert (
        "eps is missing"
        in invalid(
            SET | {"cases": [{key: each for key, each in SET["cases"][0].items() if key != "eps"}]},
            problems.schema(),
        )[0]
    )


@pytest.mark.audits
def test_the_set_is_current():
    assert SET["equations"] == vectors.fingerprint() == FIRST["equations"]
    for case in SET["cases"]:
        again = json.loads(json.dumps(problems.case(case["name"], case["dtype"], case["kills"])))
        assert again == case


def test_all_of_it_is_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_000_000


# By -DFAULT=n of kernel.c: an output that must be called wrong, and a word of those that must not.
FAULTS = {
    1: ("m-3, float32: var", "mean["),
    2: ("relu, float16: dbeta", "var"),
    3: ("weights, float32: dx", "dgamma"),
    4: ("residual, bfloat16: y", ", float16:"),
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Judges a kernel of C, the one beside this file unless another is given."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler: gcc or cc")
    program = tmp_path_factory.mktemp("reader") / "kernel"

    def judge(
        fault=0,
        path=FOLDER / "problems.json",
        accumulate="float64",
        source=KERNEL,
    ):
        flags = [
            "-std=c99",
            "-pedantic",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-O1",
            f"-DFAULT={fault}",
            f"-I{FOLDER}",
        ]
        subprocess.run([compiler, *flags, source, "-lm", "-o", program], check=True)
        return subprocess.run([program, path, accumulate], capture_output=True, text=True, check=False)

    return judge


@pytest.mark.builds
def test_a_kernel_of_c_is_judged_by_the_reader(reader):
    run = reader()
    asked = [output for case in SET["cases"] for output in case["expected"]]
    absent = [
        output
        for output in asked
        if output.startswith("d_") or "derivative" in output or output == "running_var"
    ]
    assert run.stdout == f"{len(asked) - len(absent)} outputs judged, 0 wrong, {len(absent)} not offered\n"
    assert run.returncode == 0


@pytest.mark.builds
@pytest.mark.parametrize("fault", FAULTS)
def test_the_reader_calls_a_wrong_kernel_wrong(reader, fault):
    run, (wrong, right) = reader(fault), FAULTS[fault]
    assert run.returncode == 1
    assert f"WRONG {wrong}[" in run.stdout
    assert not any(right in line for line in run.stdout.splitlines() if line.startswith("WRONG"))


@pytest.mark.builds
def test_the_reader_passes_nothing_that_it_has_not_judged(reader, tmp_path):
    empty = tmp_path / "empty.json"
    empty.write_text('{"cases":[]}', encoding="utf-8")
    assert reader(path=empty).returncode == 2
    assert reader(accumulate="no-such-class").returncode == 2
    assert reader(path=tmp_path / "absent.json").returncode == 2


MINE = """
void my_forward(long n, long c, long plane, const float *x, const float *gamma, const float *beta, float eps,
                float *y) {
    for (long k = 0; k < c; k++) {
        double sum = 0, squares = 0;
        for (long s = 0; s < n; s++)
            for (long i = 0; i < plane; i++) sum += x[(s * c + k) * plane + i];
        double mean = sum / (double)(n * plane);
        for (long s = 0; s < n; s++)
            for (long i = 0; i < plane; i++) squares += pow(x[(s * c + k) * plane + i] - mean, 2);
        double scale = (gamma ? gamma[k] : 1) / sqrt(squares / (double)(n * plane) + eps);
        for (long s = 0; s < n; s++)
            for (long i = (s * c + k) * plane; i < (s * c + k + 1) * plane; i++)
                y[i] = (float)((x[i] - mean) * scale + (beta ? beta[k] : 0));
    }
}
"""


@pytest.mark.builds
def test_the_example_of_the_page_judges_a_function_of_its_signature(reader, tmp_path):
    page = (FOLDER.parent / "vectors.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```c\n(.*?)^```", page, flags=re.M | re.S)
    source = tmp_path / "mine.c"
    for change, status in (("", 0), ("sum += 1e-3;", 1)):
        source.write_text(example + MINE.replace("double mean", f"{change} double mean"), encoding="utf-8")
        run = reader(source=source)
        assert run.returncode == status, run.stdout
        judged = int(run.stdout.splitlines()[-1].split()[0])
        plain = {"weights", "residual"}
        cases = [
            c
            for c in SET["cases"]
            if c["dtype"] == "float32" and not c["relu"] and not plain & c["inputs"].keys()
        ]
        assert judged == len(cases) > 0
