"""Cases of merge and Stats, of fold and unfold, of the settings, and of calls at once."""

import contextlib
import copy
import io
import pickle
import random
from concurrent.futures import ThreadPoolExecutor
from math import prod

import numpy

from . import drawing, operations, reference, wrong
from .laying import fill, handed, lay
from .watch import Found, Watch, same_bits


def draw_merge(r):
    """Shards of a batch, or statistics of any numbers."""
    case = {"cut": [r.choice((0, 1, 1, 2, 3, 7, 16, 33)) for _ in range(r.choice((1, 2, 2, 3, 4, 5, 9)))]}
    case |= {"shape": [r.choice((1, 2, 3, 5, 17)), r.choice((1, 1, 2, 8))], "x": drawing.values(r)}
    case |= {"dtype": r.choice(("float32", "float64")), "judge": r.random() < 0.1, "seed": r.randrange(1000)}
    if r.random() < 0.4:
        kinds = ("normal", "whole", "far", "huge", "wide", "tiny", "bits")
        case["any"] = [r.choice(kinds), r.choice(("positive", "zero", "tiny"))]
    if r.random() < 0.15:
        case["wrong"] = r.choice(("None", "pair", "number", "eps", "channels", "no"))
    return case


def run_merge(watch, case):
    """Statistics of shards, merged, against those of the whole."""
    module, (channels, size) = watch.module, case["shape"]
    if "any" in case:
        shards = [_any(watch, case, number, count, channels) for number, count in enumerate(case["cut"])]
    else:
        x = numpy.empty((sum(case["cut"]), channels, size), case["dtype"])
        fill(x, case["x"], 1)
        parts = numpy.split(x, numpy.cumsum(case["cut"])[:-1])
        shards = [watch.success(module.statistics, part) for part in parts]
    if case.get("wrong"):
        _merge_wrong(watch, case["wrong"], shards)
        return
    whole = watch.success(module.merge, *shards)
    mixed = random.Random(case["seed"]).sample(shards, len(shards))
    again = watch.success(module.merge, *mixed)
    for name in ("mean", "var"):
        if not same_bits(getattr(whole, name), getattr(again, name)):
            raise Found("merge depends on the order of the shards", name)
    if type(whole) is not module.Stats or whole.count != sum(shard.count for shard in shards):
        raise Found("merge counts wrongly", repr(whole)[:300])
    means, variances = ([getattr(s, name) for s in shards if s.count] for name in ("mean", "var"))
    if not means:
        return
    fine = numpy.isfinite(means).all(0) & numpy.isfinite(variances).all(0)
    if not numpy.isfinite(whole.mean[fine]).all():
        raise Found("merge overflows where no mean does", f"{whole.mean} of {means}"[:300])
    low, high = numpy.min(means, 0), numpy.max(means, 0)
    calm = fine & (high - low < 1e150) & (numpy.max(variances, 0) < 1e300)
    if not numpy.isfinite(whole.var[calm]).all() or (whole.var < 0).any():
        raise Found("merge overflows where no variance does", f"{whole.var} of {variances}"[:300])
    if (numpy.isfinite(whole.mean) & ~numpy.isfinite(means).all(0)).any():
        raise Found("merge hides a mean that is not finite", f"{whole.mean} of {means}"[:300])
    if case.get("judge") and "any" not in case:
        rows = numpy.moveaxis(x, 1, 0).reshape(channels, -1)
        results = {"mean": whole.mean, "var": whole.var}
        # the merge adds float64 numbers, in an order of its own
        words, judged = reference.judge("statistics", {"x": rows}, 1e-5, results, "float64")
        watch.judged += judged
        if words:
            raise Found("beyond its bound: merge", words)


def _any(watch, case, number, count, channels):
    mean, var = (numpy.empty(channels) for _ in range(2))
    at = case["x"]["at"] + number * 1000
    for array, kind in zip((mean, var), case["any"], strict=True):
        fill(array, {"of": kind, "at": at})
    stats = watch.success(watch.module.Stats, count, mean, abs(var), 1e-5)
    if not same_bits(stats.mean, mean) or not same_bits(stats.var, abs(var)):
        raise Found("Stats keeps other numbers", repr(stats)[:300])
    return stats


def _merge_wrong(watch, kind, shards):
    first, stats = shards[0], watch.module.Stats
    other = {
        "None": None,
        "pair": (first.mean, first.var),
        "number": 1.0,
        "eps": stats(first.count, first.mean, first.var, first.eps + 1),
        "channels": stats(first.count, [*first.mean, 1.0], [*first.var, 1.0], first.eps),
    }
    given = [*shards, other[kind]] if kind in other else []
    watch.refusal({"stats", "merge"}, watch.module.merge, *given)


def draw_stats(r):
    """Numbers for Stats."""
    case = {
        "count": r.choice((0, 1, 2, 1000, 2**31, 2**62, 0.25, 2.5)),
        "channels": r.choice((0, 1, 2, 3, 17, 400)),
    }
    case |= {"mean": drawing.vector(r, "mean"), "var": drawing.vector(r, "var")}
    if r.random() < 0.3:
        case["eps"] = r.choice(tuple(operations.EPS))
    if r.random() < 0.4:
        name = r.choice(tuple(STATS_WRONG))
        case["wrong"] = [name, r.choice(tuple(STATS_WRONG[name]))]
    return case


STATS_WRONG = {
    # a sum of weights is a float
    "count": {
        key: value for key, value in wrong.COUNT.items() if key not in ("zero", "long") and "float" not in key
    },
    "mean": {key: make for key, make in wrong.GIVEN.items() if key not in ("longer", "shorter")},
    "var": wrong.VARIANCE,
    "eps": wrong.EPS,
}


def run_stats(watch, case):
    """Stats keeps what it is given, and nothing changes it."""
    given = {"count": case["count"], "eps": operations.EPS[case.get("eps", "1e-5")]}
    arrays = {}
    for name in ("mean", "var"):
        how = case[name]
        array = lay(watch.memory, name, (case["channels"],), numpy.dtype(how.get("dtype", "f8")), how)
        fill(array, how)
        array[...] = abs(array) if name == "var" else array
        arrays[name], given[name] = array, handed(array, how)
    if case.get("wrong"):
        name, kind = case["wrong"]
        make = STATS_WRONG[name][kind]
        value = make(arrays[name]) if callable(make) else make
        if value is not wrong.NO:
            watch.refusal({name}, watch.module.Stats, **given | {name: value})
        return
    stats = watch.success(watch.module.Stats, **given)
    before = _shown(stats)
    if before[:2] != (case["count"], float(given["eps"])) or before[2:] != tuple(
        arrays[name].astype("f8").tobytes() for name in ("mean", "var")
    ):
        raise Found("Stats keeps other numbers", repr(stats)[:300])
    for attempt in _attempts(stats):
        with contextlib.suppress(AttributeError, TypeError, ValueError):
            attempt()
        if _shown(stats) != before:
            raise Found("Stats can be changed", f"by {attempt.__name__}")
    for again in (copy.copy(stats), copy.deepcopy(stats), pickle.loads(pickle.dumps(stats))):
        if _shown(again) != before:
            raise Found("a copy of Stats is another one", repr(again)[:300])
    if not repr(stats).startswith("Stats("):
        raise Found("Stats is not shown", repr(stats)[:300])


def _shown(stats):
    return stats.count, stats.eps, stats.mean.tobytes(), stats.var.tobytes()


def _attempts(stats):
    def again():
        stats.__init__(5, [1.0], [1.0], 0.5)

    def attribute():
        stats.eps = 3.0

    def element():
        stats.mean[...] = 7

    def flag():
        stats.var.flags.writeable = True
        stats.var[...] = 7

    return again, attribute, element, flag


def draw_fold(r):
    """A layer to fold into, or to take out of one."""
    dtype = r.choice(("float32", "float64"))
    shape = drawing.shape(r, dtype)
    case = {"function": r.choice(("fold", "unfold")), "dtype": dtype, "shape": shape}
    case |= {
        "axis": r.randrange(len(shape)),
        "weight": drawing.tensor(r, len(shape)),
        "judge": r.random() < 0.1,
    }
    if r.random() < 0.4:
        case["groups"], case["transposed"] = r.choice((1, 2, 2, 3, 4)), r.random() < 0.7
        if case["transposed"] and r.random() < 0.9:
            case["axis"] = 1
    for name in ("bias", "gamma", "beta", "mean", "var"):
        case[name] = drawing.vector(r, name)
        if name in ("bias", "gamma", "beta") and r.random() < 0.15:
            case[name] = None
    if r.random() < 0.2:
        case["eps"] = r.choice(tuple(operations.EPS))
    if r.random() < 0.2:
        name = r.choice(tuple(FOLD_WRONG))
        case["wrong"] = [name, r.choice(tuple(FOLD_WRONG[name]))]
    return case


FOLD_WRONG = {
    "weight": wrong.FIRST,
    # a layer of half precision has such a bias
    "bias": {key: value for key, value in wrong.VECTOR.items() if key != "float16"},
    "gamma": wrong.VECTOR,
    "beta": wrong.VECTOR,
    "mean": wrong.GIVEN,
    "var": wrong.VARIANCE,
    "eps": wrong.EPS,
    # None is where the channel is by default
    "axis": {key: value for key, value in wrong.AXIS.items() if key != "None"},
    # many groups are right, of a weight that has as many channels
    "groups": {key: value for key, value in wrong.COUNT.items() if key not in ("huge", "long", "longer")},
}


def run_fold(watch, case):
    """fold and unfold, against what inference makes of the weights and of the bias."""
    shape, axis, dtype = tuple(case["shape"]), case["axis"], numpy.dtype(case["dtype"])
    channels, eps = shape[axis], operations.EPS[case.get("eps", "1e-5")]
    groups, transposed = case.get("groups", 1), case.get("transposed", False)
    several, blamed = transposed and groups > 1, set()
    if several and axis != 1:
        blamed.add("axis")
    elif shape[0 if several else axis] % groups:
        blamed.add("weight")
    channels *= groups if several else 1
    arrays = {"weight": lay(watch.memory, "weight", shape, dtype, case["weight"], axis)}
    fill(arrays["weight"], case["weight"], axis)
    given = {"weight": handed(arrays["weight"], case["weight"]), "eps": eps, "axis": axis}
    given |= {name: case[name] for name in ("groups", "transposed") if name in case}
    for name in ("bias", "gamma", "beta", "mean", "var"):
        how = case[name]
        arrays[name] = given[name] = None
        if how is not None:
            array = lay(watch.memory, name, (channels,), numpy.dtype(how.get("dtype", dtype)), how)
            fill(array, how)
            array[...] = abs(array) if name == "var" else array
            arrays[name], given[name] = array, handed(array, how)
    function = getattr(watch.module, case["function"])
    if case.get("wrong"):
        name, kind = case["wrong"]
        make = FOLD_WRONG[name][kind]
        right = arrays.get(name)
        right = numpy.ones(channels, dtype) if right is None else right
        value = make(right) if callable(make) else make
        if value is not wrong.NO:
            given[name] = value
            blamed.add(name)
    if (arrays["var"].astype(float) + float(eps) == 0).any():
        blamed.add("var")
    if case["function"] == "unfold" and arrays["gamma"] is not None and (arrays["gamma"] == 0).any():
        blamed.add("gamma")
    if blamed:
        watch.refusal(blamed, function, **given)
        return
    before = watch.memory.snapshot()
    weight, bias = watch.success(function, **given)
    changed = watch.memory.changed(before)
    if changed:
        raise Found(f"writes where it must not: {case['function']}", changed)
    if (weight.shape, weight.dtype, bias.shape, bias.dtype) != (shape, dtype, (channels,), dtype):
        raise Found(f"wrong format of {case['function']}", f"{weight.shape}, {weight.dtype}, {bias.shape}")
    if several:
        _fold_apart(watch, case, arrays, eps, weight, bias)
    elif case.get("judge") and prod(shape):
        _judge_fold(watch, case, arrays, float(eps), weight, bias)


def _fold_apart(watch, case, arrays, eps, weight, bias):
    """Have groups of a transposed layer the bits of layers of their own."""
    function, groups, outputs = getattr(watch.module, case["function"]), case["groups"], weight.shape[1]
    inputs = weight.shape[0] // groups
    for group in range(groups):
        some = {
            name: array if array is None else array[group * outputs : (group + 1) * outputs]
            for name, array in arrays.items()
            if name != "weight"
        }
        rows = slice(group * inputs, (group + 1) * inputs)
        one, its = watch.success(function, arrays["weight"][rows], **some, eps=eps, axis=1)
        if not same_bits(one, weight[rows]) or not same_bits(its, bias[group * outputs :][:outputs]):
            raise Found(f"groups that are not layers of their own: {case['function']}", f"group {group}")


def _judge_fold(watch, case, arrays, eps, weight, bias):
    part, axis = slice(64), case["axis"]
    rows = [
        numpy.moveaxis(each, axis, 0).reshape(case["shape"][axis], -1)[part, :64].astype(float)
        for each in (arrays["weight"], weight)
    ]
    number = {
        name: numpy.full(len(rows[0]), absent) if arrays[name] is None else arrays[name][part].astype(float)
        for name, absent in (("bias", 0.0), ("gamma", 1.0), ("beta", 0.0), ("mean", 0.0), ("var", 0.0))
    }
    none = numpy.zeros(len(rows[0]))
    columns = number["bias"][:, None], bias[part].astype(float)[:, None]
    for name, (was, now), beta, mean in (
        ("weight", rows, none, none),
        ("bias", columns, number["beta"], number["mean"]),
    ):
        words = reference.judge_fold(
            case["function"], was, now, number["gamma"], beta, mean, number["var"], eps, weight.dtype
        )
        watch.judged += 1
        if words:
            raise Found(f"beyond its bound: {name} of {case['function']}", words)


def draw_settings(r):
    """A setting, right or wrong."""
    function = r.choice(("set_num_threads", "set_num_threads", "set_kept_memory", "show_config", "explain"))
    case = {"function": function, "value": r.choice((1, 2, 3, 5, 64, 100, 4096))}
    if function == "set_kept_memory":
        case["value"] = r.choice((0, 1, 4096, 1 << 22, 1 << 26, 1 << 30, 10**30))
    if r.random() < 0.5:
        case["wrong"] = r.choice(tuple(SETTING_WRONG[function]))
    return case


SETTING_WRONG = {
    "set_num_threads": wrong.COUNT,
    "set_kept_memory": {
        key: value for key, value in wrong.COUNT.items() if key not in ("zero", "huge", "long", "longer")
    },
    "show_config": {"no": None},
    "explain": {"unknown": "pool"},
}


def run_settings(watch, case):
    """What is set is what is got; what is refused changes nothing."""
    module, name = watch.module, case["function"]
    if name == "show_config":
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            watch.success(module.show_config)
        if f"threads      {module.get_num_threads()}\n" not in shown.getvalue():
            raise Found("show_config shows other threads", shown.getvalue())
        return
    if name == "explain":
        x = numpy.zeros((5, case["value"] % 67 + 1, case["value"] % 97), numpy.float32)
        if case.get("wrong"):
            watch.refusal({"operation"}, module.explain, SETTING_WRONG[name][case["wrong"]], x)
        elif f" of float32 {x.shape}" not in str(watch.success(module.explain, "forward", x)):
            raise Found("explain shows another call", str(case))
        return
    get, argument = {
        "set_num_threads": (module.get_num_threads, "threads"),
        "set_kept_memory": (module.get_kept_memory, "nbytes"),
    }[name]
    before = watch.success(get)
    try:
        if case.get("wrong"):
            watch.refusal({argument}, getattr(module, name), SETTING_WRONG[name][case["wrong"]])
            wanted = before
        else:
            watch.success(getattr(module, name), case["value"])
            wanted = case["value"]
        if watch.success(get) != wanted:
            raise Found(f"{name} does not set what is got", f"{get()}, not {wanted}")
    finally:
        getattr(module, name)(before)


def draw_together(r):
    """Calls of several threads at once, while another changes the number of threads."""
    # of one function, now and then: what they could share is in it
    calls, alike = [], r.random() < 0.5
    while len(calls) < 3:
        case = operations.draw(r)
        if alike and calls and case["function"] != calls[0]["function"]:
            continue
        if prod(case["shape"]) <= 1 << 17 and not {"wrong", "errors", "inside", "spoil"} & case.keys():
            calls.append(case | {"judge": False})
    return {"calls": calls, "threads": drawing.threads(r)}


def run_together(watch, case):
    """Have each call return what it returns alone."""
    module, crew = watch.module, []
    for call in case["calls"]:
        beside = Watch(module, 1 << 26)
        made = operations.Made(beside, call)
        if not made.blamed:
            module.set_num_threads(1)
            crew.append((beside, made, operations.results(beside, made, False)))

    def several(beside, made, alone):
        with numpy.errstate(all="ignore"):
            for number in range(4):
                got = operations.results(beside, made, bool(number % 2 and made.case.get("out")))
                for name, value in alone.items():
                    if not same_bits(value, got[name]):
                        raise Found(f"other bits beside other calls: {made.case['function']}", name)

    def change():
        for threads in case["threads"] * 4:
            module.set_num_threads(threads)

    with ThreadPoolExecutor(len(crew) + 1) as pool:
        tasks = [pool.submit(several, *each) for each in crew] + [pool.submit(change)]
        for task in tasks:
            task.result()
    watch.calls += sum(beside.calls for beside, _, _ in crew)
