"""The signatures of the calls, and the kinds of their arguments and results."""

# The calls that an implementation may offer, and what each is given, in this order.
CALLS = {
    "forward": ("x", "gamma", "beta", "eps"),
    "backward": ("dy", "x", "gamma", "beta", "eps"),
    "inference": ("x", "gamma", "beta", "mean", "var", "eps"),
    "inference_backward": ("dy", "x", "gamma", "mean", "var", "eps"),
    "update": ("x", "running_mean", "running_var", "momentum"),
    "jvp": ("v", "x", "gamma", "eps"),
    "double_backward": ("ddx", "ddgamma", "ddbeta", "dy", "x", "gamma", "eps"),
    "derivative": ("nesting", "dy", "x", "gamma", "eps", "u", "v", "w"),
    "fold": ("weight", "bias", "gamma", "beta", "mean", "var", "eps"),
    "shards": ("xs", "gamma", "beta", "eps"),
    "shards_backward": ("dys", "xs", "gamma", "beta", "eps"),
    "steps": ("xs", "running_mean", "running_var", "momentum"),
    "uses": ("dys", "xs", "gamma", "beta", "eps"),
}

# What some of them may be given by name: not every implementation takes it, and most data sets have none.
# `y` is what forward has returned, from which backward may read the gate of a rectifier; `modes` says of each
# batch what pass it is of.
OPTIONS = {
    "weights": ("forward", "backward", "update", "jvp", "double_backward"),
    "residual": ("forward", "backward", "inference"),
    "relu": ("forward", "backward", "inference"),
    "y": ("backward",),
    "groups": ("fold",),
    "transposed": ("fold",),
    "modes": ("steps",),
}

# What each of them returns.
RETURNS = {
    "forward": ("mean", "var", "y"),
    "backward": ("dx", "dgamma", "dbeta"),
    "inference": ("y",),
    "inference_backward": ("dx", "dgamma", "dbeta"),
    "update": ("running_mean", "running_var"),
    "jvp": ("jvp",),
    "double_backward": ("d_dy", "d_x", "d_gamma"),
    "derivative": ("derivative",),
    "fold": ("weight", "bias"),
    "shards": ("mean", "var", "y"),
    "shards_backward": ("dx", "dgamma", "dbeta"),
    "steps": ("running_mean", "running_var"),
    "uses": ("dx", "dgamma", "dbeta"),
}
# The calls of which y and dx are lists of arrays.
LISTS = "shards", "shards_backward", "uses"
# Those that are given lists: the batch in parts.
PARTED = "shards", "shards_backward", "steps", "uses"

# What is returned beside that where there is a residual.
BESIDE = {"backward": ("dresidual",)}

# The arguments with one number for each element: the directions of derivatives among them.
DIRECTIONS = ("u", "v", "w")
TENSORS = ("x", "dy", "residual", "ddx", *DIRECTIONS)
# Those with one number for each channel: of the layer, and of a second backward pass.
NUMBERS = ("gamma", "beta", "mean", "var", "running_mean", "running_var")
COTANGENTS = ("ddgamma", "ddbeta")
# The results with one number for each element; the others have one for each channel.
ELEMENTS = ("y", "dx", "dresidual", "jvp", "d_dy", "d_x")


def options(method):
    """What a method may be given by name."""
    return [name for name, methods in OPTIONS.items() if method in methods]


def table():
    """Every call with what it returns, a line each, for people."""
    calls = {
        name: f"{name}({', '.join([*arguments, *(f'{each}=' for each in options(name))])})"
        for name, arguments in CALLS.items()
    }
    width = max(map(len, calls.values()))
    return "\n".join(
        f"{call:<{width}} -> {{{', '.join(f'{each!r}: ...' for each in RETURNS[name])}}}"
        for name, call in calls.items()
    )
