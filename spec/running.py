"""Running statistics: what a layer keeps of its batches for inference mode, as functions of any value.

They are not among the equations of the source, which says nothing of inference; this is the convention of
bncore and of PyTorch, and the two choices in which others differ are arguments.
"""


def average(old, new, momentum):
    """(1 - momentum) old + momentum new, momentum the weight of the new value"""
    return (1 - momentum) * old + momentum * new


def unbiased(var, over):
    """m / (m - 1) var, of which (9.39) is the biased form"""
    return var * over.m / (over.m - 1)


def update(mean, var, running_mean, running_var, momentum, over, *, variance="unbiased", weighs="new"):
    """The running mean and variance after one batch.

    `variance` says which variance the average takes ("unbiased" or "biased"), `weighs` what momentum is the
    weight of ("new" or "old").
    """
    weight = {"new": momentum, "old": 1 - momentum}[weighs]
    taken = {"unbiased": unbiased, "biased": lambda var, over: var}[variance](var, over)
    return average(running_mean, mean, weight), average(running_var, taken, weight)
