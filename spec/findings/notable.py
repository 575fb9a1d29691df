"""The findings that a person should know: the line of a run that shows each, and what it costs whom.

The numbers come from the run. What a run does not show again is left out of its page.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Notable:
    """A finding in prose; `text` may use {got}, {exact} and {ratio} of the line that shows it.

    That line is the one of `target` whose words begin with `what` (a pattern), on the data set `data`. Other
    lines that show the same are in `also`.
    """

    title: str
    target: str
    what: str
    data: str
    text: str
    also: tuple = ()


NOTABLE = (
    Notable(
        "JAX's `nn.standardize` loses every digit where the mean is large",
        "jax",
        "y, .*float32",
        "ratio-1e4",
        "It computes the variance as E[x²] - E[x]², in one pass and in the type of the data. Of three "
        "numbers around -10,000, one apart, with beta = 1, it makes {got} where {exact} is right. It "
        "costs whoever standardizes data that are not centred, as times, prices or temperatures in "
        "kelvin are: from a mean of a few thousand deviations on, in float32, the result is noise, and "
        "nothing says so.",
    ),
    Notable(
        "Flax's `BatchNorm` does the same, and keeps the wrong variance",
        "flax",
        "y, .*float32",
        "ratio-1e4",
        "Its default is `use_fast_variance=True`, which is that formula. It makes {got} where {exact} "
        "is right, and averages the wrong variance into its running statistics, so evaluation is wrong "
        "too. It costs every model whose activations drift away from 0; `use_fast_variance=False` "
        "helps.",
    ),
    Notable(
        "PyTorch's gradient has the wrong sign where gamma is a view",
        "torch-channels-last",
        "dx, ",
        "layout-numbers-spaced",
        "Backward of channels-last data reads gamma as if its numbers lay side by side. Where it is "
        "every second number of an array, dx is made with numbers that are not gamma's: {got}, where "
        "{exact} is right. It costs who keeps gamma and beta as columns of one array, or slices "
        "parameters. The forward pass is right, so nothing shows it but a check of the gradient.",
    ),
    Notable(
        "PyTorch's second derivative by nested forward mode is wrong",
        "torch",
        "derivative of order 2",
        "m-3",
        "`jvp` of `jvp`, and `grad` of `jvp`, give {got} where {exact} is right; the two nestings that "
        "begin with reverse mode are right. It costs who computes Hessian-vector products by forward "
        "mode, as second-order optimizers and physics-informed networks do.",
        also=(("torch", "derivative of order 3, by [2-8] of", "m-3"),),
    ),
    Notable(
        "TensorFlow's third derivative is wrong by most routes",
        "tensorflow",
        "derivative of order 3, by [2-8] of",
        "m-3",
        "Seven of the eight nestings of forward and reverse mode give another number than the third "
        "derivative ({got}, {exact} is right), and the eighth raises an error. It costs few, but those "
        "without a word.",
        also=(("keras", "derivative of order 3, by [2-8] of", "m-3"),),
    ),
    Notable(
        "Sums of float32 ones stop at 16,777,216 a thread",
        "torch",
        "dbeta",
        "many-ones",
        "dbeta of 2^26 elements whose dy is 1 comes out as {got:.0f}, and {exact:.0f} is right: a "
        "float32 sum to which 1 is added one at a time grows no more at 2^24. It costs who trains on "
        "few channels of very large images or volumes, where the gradient of beta stays behind.",
        also=(("tensorflow", "dbeta", "many-ones"), ("onednn", "dbeta", "many-ones")),
    ),
    Notable(
        "A constant channel does not give beta",
        "torch",
        "y, .*float32",
        "constant",
        "Its deviations are all 0. But where y is computed as a x + b with one b for the channel, two "
        "large numbers cancel: a column of 12,345,678 gives {got} where {exact} is right. It costs who "
        "has a feature that does not vary in some batch, the more the larger its value.",
        also=(("flax", "y, .*float32", "constant"), ("keras", "y, .*float32", "constant")),
    ),
    Notable(
        "Keras and ONNX Runtime fold the mean into the offset too",
        "keras",
        "y, .*float32",
        "ratio-1e5",
        "Of the single number 99,999, whose y is beta = {exact}, Keras on TensorFlow makes {got}. The "
        "error is that of rounding a mean times a scale, so it grows with mean over deviation; at a "
        "thousand, two or three digits of float32 are left.",
        also=(("onnxruntime", "y; float32", "ratio-1e5"), ("tensorflow", "y; float32", "ratio-1e5")),
    ),
    Notable(
        "PyTorch's bfloat16 gradient of sliced data has elements of the wrong sign",
        "torch",
        "dx, .*half precision",
        "layout-sliced",
        "A view of every second element, of x and dy, in half precision: an element of dx is {got:.3g} "
        "where {exact:.3g} is right, {ratio:.0f} times its bound away. It costs who trains in mixed "
        "precision on crops or slices that are not copied.",
    ),
    Notable(
        "ONNX's reference evaluator computes float16 statistics in float16",
        "onnx",
        "y; float16",
        "",
        "The variance of numbers a few hundred apart overflows there, and y is {got} where {exact} is "
        "right; running statistics come back in float16 as well. It costs who tests a half-precision "
        "kernel against the reference: where they differ, the kernel may be right.",
    ),
)


# What came of looking into the lines of an implementation by hand.
LOOKED_INTO = {
    "jax": "the fast variance is a choice since algorithm= came, and the default still.",
    "flax": "the default is the formula; see the report on Flax.",
    "numpy": "no fault: the equations as one writes them, whose sums are NumPy's.",
    "torch": "nested forward mode is pytorch issue 196699, see the reports on PyTorch; a bfloat16 dy that is "
    "sliced is summed to bfloat16, float16 and dense ones are not (pytorch pull 103956 was about such sums).",
    "torch-autocast": "the numbers of torch: autocast has the layer on no list, and x keeps its type.",
    "torch-channels-last": "gamma is read without its stride; see the report on PyTorch.",
    "tensorflow": "the gradient's gradient takes saved statistics for constants; see its report.",
    "keras": "y is x times scale plus an offset that has mean times scale in it, and what is derived from y "
    "has that difference.",
    "onednn": "sums are of float32, as oneDNN issue 354 says; in inference dy (x - mean) overflows before it "
    "is scaled.",
    "onnxruntime": "the root of a variance below the normal numbers is inverted to infinity, which only "
    "eps = 0 lets happen; issue 29790, y that depends on momentum, is mended in this release.",
    "onnx": "no dtype is given to mean and var; see the report on ONNX.",
    "flax-nnx": "as flax; and running statistics are float32 whatever param_dtype is.",
    "equinox": "two passes, and sound; what no call of the suite shows is in the report on Equinox.",
    "haiku": "one pass, not clipped at 0; see the report on Haiku.",
    "keras-torch": "float64 is computed in float32, and the variance in one pass; see the report on Keras.",
    "keras-jax": "float64 is computed in float32; see the report on Keras.",
    "keras-torch-mask": "the number of elements has 1e-7 added, and one channel is an error, see the report "
    "on Keras; a NaN under the mask is kept out of the statistics and not out of gamma's gradient; dbeta of "
    "one element is dy's memory, as autograd hands it on.",
    "mlx": "statistics of half precision are rounded to it, and so is momentum times them.",
    "paddle": "one element is handed on as it is, y = x, and running statistics stay: meant so since Paddle "
    "issue 11445, and without a warning since pull 19260; backward in several threads at once ends the "
    "process, which no line here says.",
    "tfjs": "sound on its backend cpu: two passes, with sums in doubles.",
    "tinygrad": "second derivatives, which the adapter does not offer, are wrong; see its report.",
    "sklearn": "no fault: an infinity is refused, as its documentation says, and NaN is left out.",
    "openvino": "nothing to look into.",
    "ncnn": "no fault: y is formed as a x + b, and mean times scale is in b.",
}


def seen(lines):
    """The findings that these lines show, each with its line and with those of others.

    A line is (target, number, words, data, deviation).
    """
    for each in NOTABLE:
        line = _line(lines, each.target, each.what, each.data)
        if line is not None:
            yield each, line, [other for other in (_line(lines, *also) for also in each.also) if other]


def _line(lines, target, what, data):
    for line in lines:
        if line[0] == target and re.match(what, line[2]) and data in ("", *line[3]):
            return line
    return None
