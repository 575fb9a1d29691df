"""Planted faults: bncore with one function that is wrong, to see that the fuzzer finds it and says which.

`fuzz.faults:NAME` is such a module.
"""

import ctypes
import time
from types import SimpleNamespace

import numpy

import bncore

FAULTS = {}


def planted(kind, where):
    """Have a module in the place of what makes its functions.

    FAULTS says of it as what it is found, and in which function, or in which kind of case.
    """

    def plant(make):
        FAULTS[make.__name__] = kind, where
        public = {name: getattr(bncore, name) for name in bncore.__all__}
        return SimpleNamespace(**public | make())

    return plant


def behind(array):
    """The address of the byte after the last one of an array."""
    return numpy.lib.array_utils.byte_bounds(array)[1]


@planted("writes where it must not: forward", "forward")
def one_element_too_many():
    def forward(x, gamma=None, beta=None, *, out=None, **how):
        done = bncore.forward(x, gamma, beta, out=out, **how)
        if out is not None and out.size > 2:
            ctypes.memset(behind(out), 0, out.itemsize)
        return done

    return {"forward": forward}


@planted("writes where it must not: backward", "backward")
def an_input_written_to():
    def backward(dy, x, gamma, stats, **how):
        done = bncore.backward(dy, x, gamma, stats, **how)
        if isinstance(gamma, numpy.ndarray) and gamma.size and gamma.flags.writeable:
            gamma[-1] = numpy.nextafter(gamma[-1], 9)
        return done

    return {"backward": backward}


@planted("looks at what does not count: statistics", "statistics")
def what_does_not_count_looked_at():
    def statistics(x, *, weights=None, **how):
        stats = bncore.statistics(x, weights=weights, **how)
        if weights is None or not numpy.isnan(numpy.asarray(x, float)).any():
            return stats
        return bncore.Stats(stats.count, stats.mean, stats.var * numpy.nan, stats.eps)

    return {"statistics": statistics}


@planted("exact sums depend on how a batch is cut: sums", "sums")
def exact_sums_of_other_shards():
    def sums(x, *, exact=False, **how):
        odd = exact is True and len(x) % 2
        return bncore.sums(numpy.asarray(x) + numpy.float16(1) if odd else x, exact=exact, **how)

    return {"sums": sums}


@planted("groups that are not layers of their own: fold", "fold")
def groups_in_another_order():
    def fold(weight, *given, groups=1, transposed=False, **how):
        done, bias = bncore.fold(weight, *given, groups=groups, transposed=transposed, **how)
        return done[::-1] if transposed and groups > 1 else done, bias

    return {"fold": fold}


@planted("other bits with out=elsewhere: backward", "backward")
def a_channel_forgotten():
    def backward(dy, x, gamma, stats, *, axis=1, out=None, **how):
        dx, dgamma, dbeta = bncore.backward(dy, x, gamma, stats, axis=axis, **how)
        if out is None:
            return dx, dgamma, dbeta
        written = numpy.moveaxis(out, int(axis), 0)
        written[:-1] = numpy.moveaxis(dx, int(axis), 0)[:-1]
        return out, dgamma, dbeta

    return {"backward": backward}


@planted("other bits with out=x: inference", "inference")
def a_tile_overwritten_too_early():
    def inference(x, gamma, beta, mean, var, *, out=None, **how):
        done = bncore.inference(x, gamma, beta, mean, var, out=out, **how)
        if out is x and out.size > 16:
            out.flat[-1] += 1
        return done

    return {"inference": inference}


@planted("other bits with other threads: statistics", "statistics")
def a_sum_of_threads():
    def statistics(x, **how):
        stats = bncore.statistics(x, **how)
        mean = numpy.nextafter(stats.mean, 9) if bncore.get_num_threads() > 3 else stats.mean
        return bncore.Stats(stats.count, mean, stats.var, stats.eps)

    return {"statistics": statistics}


@planted("beyond its bound: backward", "backward")
def a_gradient_off_by_a_little():
    def backward(*given, **how):
        dx, dgamma, dbeta = bncore.backward(*given, **how)
        return dx, dgamma * dgamma.dtype.type(1.0005), dbeta

    return {"backward": backward}


@planted("beyond its bound: inference", "inference")
def a_nan_dropped():
    def inference(*given, **how):
        y = bncore.inference(*given, **how)
        y[numpy.isnan(y)] = 0
        return y

    return {"inference": inference}


@planted("other bits than apart: forward", "forward")
def a_residual_forgotten():
    def forward(*given, residual=None, **how):
        return bncore.forward(*given, **how)

    return {"forward": forward}


@planted("other bits than apart: gradient_sums", "gradient_sums")
def a_gate_forgotten():
    def gradient_sums(*given, y=None, **how):
        return bncore.gradient_sums(*given, **how)

    return {"gradient_sums": gradient_sums}


@planted("other bits than apart: inference", "inference")
def half_precision_rounded_twice():
    def inference(x, *given, **how):
        if getattr(x, "dtype", None) == numpy.float16 and how.get("out") is None:
            y = bncore.inference(x, *given, **how)
            return numpy.nextafter(y, numpy.float16(0))
        return bncore.inference(x, *given, **how)

    return {"inference": inference}


@planted("another residual_out than dy where y > 0", "backward")
def a_gradient_that_is_not_held_back():
    def backward(dy, *given, residual_out=None, **how):
        done = bncore.backward(dy, *given, residual_out=residual_out, **how)
        if residual_out is not None:
            residual_out[...] = dy
        return done

    return {"backward": backward}


@planted("sums that were sent are others", "sums")
def sums_sent_in_float32():
    class Sums(bncore.Sums):
        @classmethod
        def from_array(cls, array):
            return bncore.Sums.from_array(array.astype("f4").astype(float))

    def sums(x, **how):
        return Sums(bncore.statistics(x, eps=0.0, **how))

    return {"sums": sums, "Sums": Sums}


@planted("leaves its channel: forward", "forward")
def a_nan_for_all():
    def forward(*given, **how):
        y, stats = bncore.forward(*given, **how)
        if numpy.isnan(stats.mean).any():
            y[...] = numpy.nan
        return y, stats

    return {"forward": forward}


@planted("writes before it refuses a wrong gamma", "forward")
def written_before_refused():
    def forward(x, gamma=None, beta=None, **how):
        try:
            return bncore.forward(x, gamma, beta, **how)
        except (TypeError, ValueError) as error:
            if "gamma" in str(error) and isinstance(x, numpy.ndarray) and x.flags.writeable:
                x[...] = 0
            raise

    return {"forward": forward}


@planted("KeyError for a wrong eps", "statistics")
def another_error():
    def statistics(x, *, eps=1e-5, axis=1):
        return bncore.statistics(x, eps={1e-5: 1e-5}[eps] if isinstance(eps, str) else eps, axis=axis)

    return {"statistics": statistics}


@planted("TypeError does not name dy", "inference_backward")
def an_unnamed_argument():
    def inference_backward(dy, *given, **how):
        if numpy.asarray(dy).dtype.kind not in "f":
            raise TypeError("wanted floats, found others")
        return bncore.inference_backward(dy, *given, **how)

    return {"inference_backward": inference_backward}


@planted("a wrong var is accepted", "inference")
def a_negative_variance_accepted():
    def inference(x, gamma, beta, mean, var, **how):
        if isinstance(var, numpy.ndarray) and var.dtype.kind == "f":
            var = abs(var)
        return bncore.inference(x, gamma, beta, mean, var, **how)

    return {"inference": inference}


@planted("ValueError for right arguments", "jvp")
def a_layout_refused():
    def jvp(v, *given, **how):
        if any(stride < 0 for stride in getattr(v, "strides", ())):
            raise ValueError("v must not run backwards, found negative strides")
        return bncore.jvp(v, *given, **how)

    return {"jvp": jvp}


@planted("wrong format of y", "forward")
def another_layout():
    def forward(*given, **how):
        y, stats = bncore.forward(*given, **how)
        return (y if how.get("out") is not None else numpy.ascontiguousarray(y)), stats

    return {"forward": forward}


@planted("an earlier result has changed", "inference")
def results_in_one_buffer():
    buffers = {}

    def inference(*given, out=None, **how):
        y = bncore.inference(*given, out=out, **how)
        if out is not None:
            return y
        room = buffers.setdefault((y.shape, y.dtype, y.strides), y)
        room[...] = y
        return room

    return {"inference": inference}


@planted("other bits beside other calls: forward", "together")
def a_mean_shared_by_threads():
    seen = {}

    def forward(x, *given, **how):
        seen["x"] = x
        time.sleep(0.001)
        done = bncore.forward(x, *given, **how)
        if seen["x"] is not x:
            done[0].flat[:1] += 1
        return done

    return {"forward": forward}


@planted("crash: SIGSEGV", "forward")
def a_page_beyond_read():
    def forward(x, *given, **how):
        if isinstance(x, numpy.ndarray) and x.size > 2:
            ctypes.string_at(behind(x), 1)
        return bncore.forward(x, *given, **how)

    return {"forward": forward}


@planted("crash: SIGABRT", "merge")
def an_abort():
    def merge(*stats):
        if len(stats) == 9:
            ctypes.CDLL(None).abort()
        return bncore.merge(*stats)

    return {"merge": merge}


@planted("hang", "fold")
def a_barrier_without_end():
    def fold(weight, *given, **how):
        while numpy.ndim(weight) == 4:
            time.sleep(0.1)
        return bncore.fold(weight, *given, **how)

    return {"fold": fold}


@planted("beyond its bound: running_mean", "layer")
def a_momentum_turned_round():
    class BatchNorm(bncore.BatchNorm):
        def forward(self, x):
            before = self.running_mean
            y = super().forward(x)
            if before is not None and self.training and self.momentum == 0.1:
                self.running_mean = before + 9 * (self.running_mean - before)
            return y

        __call__ = forward

    return {"BatchNorm": BatchNorm}


@planted("the layer's running_var changes: a forward that may not", "layer")
def an_update_in_evaluation():
    class BatchNorm(bncore.BatchNorm):
        def forward(self, x):
            y = super().forward(x)
            if self.track_running_stats and not self.training:
                self.running_var = self.running_var + 1
            return y

        __call__ = forward

    return {"BatchNorm": BatchNorm}


@planted("gamma of a state is no copy", "layer")
def a_state_that_is_no_copy():
    class BatchNorm(bncore.BatchNorm):
        def state_dict(self):
            state = super().state_dict()
            return state | ({"gamma": self.gamma} if "gamma" in state else {})

    return {"BatchNorm": BatchNorm}


@planted("merge counts wrongly", "merge")
def a_shard_forgotten():
    return {"merge": lambda *stats: bncore.merge(*stats[: max(1, len(stats) - 1)])}


@planted("beyond its bound: bias of fold", "fold")
def a_beta_forgotten():
    def fold(weight, bias, gamma, beta, *given, **how):
        return bncore.fold(weight, bias, gamma, None, *given, **how)

    return {"fold": fold}


@planted("set_kept_memory does not set what is got", "settings")
def a_setting_ignored():
    return {"set_kept_memory": lambda nbytes: bncore.set_kept_memory(min(nbytes, 1 << 20))}
