"""Calls in eager mode, by tensors that are nothing but tensors: one autograd.Function around the kernels.

a. An operator with derivatives in Python takes longer to be called than a kernel takes for half a million elements: to
   be dispatched, to make the node of the graph, to pass statistics on as a tensor. Here is the one call that
   training steps are made of, and all of it compiled.
b. Whatever looks on, transforms or records - a compiler, torch.func, a mode, a tangent, a tensor of another kind - gets the
   operators, and so does a backward pass that is to be differentiated. They also answer what is an error.
c. torch.compile looks into no compiled function. Python's, that this calls, are kept from it by `untraced`.
d. Rejected: a Function with a `setup_context`, whose `apply` looks up a signature at every call.
"""

from libc.math cimport INFINITY

from bncore._stats cimport Stats
from bncore.torch._tensors cimport backward, forward, inference, inference_backward, update

import torch
from torch.autograd import Function, forward_ad

from . import fused, kernels, operators
from .arrays import on_torchs_threads, statistics

cdef object Tensor = torch.Tensor, Parameter = torch.nn.Parameter
cdef object keys = torch._C._dispatch_keys, grads = torch.is_grad_enabled
cdef object functions = torch._C._len_torch_function_stack, dispatchers = torch._C._len_torch_dispatch_stack
cdef object transforms = torch._C._are_functorch_transforms_active, tracing = torch._C._get_tracing_state
cdef object compiling = torch.compiler.is_compiling
cdef object increment_version = torch.autograd.graph.increment_version
# for tensors that are not dense, or not of one layout
cdef object any_forward, any_inference, any_backward, any_inference_backward, any_update
any_forward, any_inference = on_torchs_threads(kernels.forward), on_torchs_threads(kernels.inference)
any_backward, any_inference_backward = map(on_torchs_threads, (kernels.backward, kernels.inference_backward))
any_update = on_torchs_threads(kernels.update)
# who takes part in an operation on a tensor, and on one of torch.inference_mode
cdef object KIND = keys(torch.empty(0)).raw_repr(), UNTRACKED
with torch.inference_mode():
    UNTRACKED = keys(torch.empty(0)).raw_repr()


cdef bint plain(object tensor, bint untracked) except -1:
    # nothing but a tensor on the CPU: no class, no wrapper, no view of another kind
    cdef object kind = type(tensor)
    if kind is not Tensor and kind is not Parameter:
        return False
    kind = keys(tensor).raw_repr()
    return kind == KIND or untracked and kind == UNTRACKED


cdef inline bint absent(object tensor, bint untracked) except -1:
    return tensor is None or plain(tensor, untracked)


cdef bint alone() except -1:
    # nobody looks on
    return not (compiling() or functions() or dispatchers() or transforms() or tracing() is not None
                or forward_ad._current_level >= 0)


cdef bint fits(object vector, object x, Py_ssize_t channels, bint narrow) except -1:
    # one number a channel, as torch takes it beside x
    cdef object shape, dtype
    if vector is None:
        return True
    shape, dtype = vector.shape, vector.dtype
    if len(shape) != 1 or shape[0] != channels:
        return False
    return dtype is x.dtype or narrow and dtype is torch.float32


cdef class How:
    """What a call is given beside the tensors that it may be differentiated by, and what its backward needs."""

    cdef object mean, var          # running statistics
    cdef bint training, relu, added
    cdef double momentum, eps
    cdef object beta               # its dtype
    cdef Stats stats


cdef How call_of(object x, object mean, object var, object gamma, object beta, object training, object momentum,
                 object eps, object residual, object relu):
    # what bncore.torch.batch_norm is given, or None where this is not the way
    cdef Py_ssize_t channels, others = 1, i
    cdef object shape
    cdef bint narrow, untracked
    cdef How how
    if type(eps) is not float or type(momentum) is not float or type(training) is not bool or type(relu) is not bool:
        return None
    untracked = not training and not grads()
    if not (alone() and plain(x, untracked) and absent(gamma, untracked) and absent(beta, untracked)
            and absent(mean, untracked) and absent(var, untracked) and absent(residual, untracked)):
        return None
    shape, narrow = x.shape, x.dtype is torch.bfloat16 or x.dtype is torch.float16
    if not narrow and x.dtype is not torch.float32 and x.dtype is not torch.float64 or len(shape) < 2:
        return None
    channels = shape[1]
    for i in range(len(shape)):
        others *= shape[i] if i != 1 else 1
    if channels * others == 0 or not (fits(gamma, x, channels, narrow) and fits(beta, x, channels, narrow)
                                      and fits(mean, x, channels, narrow) and fits(var, x, channels, narrow)):
        return None
    if mean is None or var is None:
        if not training or mean is not None or var is not None:
            return None
    elif mean.requires_grad or var.requires_grad:
        return None
    if training and others == 1 or not (eps > 0 if training else eps >= 0) or eps == INFINITY:
        return None
    if residual is not None and (residual.dtype is not x.dtype or residual.shape != shape):
        return None
    how = How()
    how.mean, how.var, how.training, how.relu, how.momentum, how.eps = mean, var, training, relu, momentum, eps
    how.beta, how.added = None if beta is None else beta.dtype, residual is not None
    return how


cdef inline object called(object x, object gamma, object beta, object residual, How how):
    return apply(x, gamma, beta, residual, how) if grads() else computed(x, gamma, beta, residual, how)


def batch_norm(x, mean, var, gamma, beta, training, momentum, eps, residual, relu):
    """What bncore.torch.batch_norm returns, or None."""
    cdef How how = call_of(x, mean, var, gamma, beta, training, momentum, eps, residual, relu)
    return None if how is None else called(x, gamma, beta, residual, how)


cdef inline object held(object layer, dict tensors, str name):
    # a parameter or a buffer; a parametrization has neither, and computes it
    return tensors[name] if name in tensors else getattr(layer, name)


def batch_norm_of(layer, x, residual):
    """What a forward of a layer of bncore.torch returns, or None, and then nothing has been counted."""
    cdef dict parameters = layer._parameters, buffers = layer._buffers
    cdef bint training = layer.training, tracking = layer.track_running_stats
    cdef How how
    mean, var = held(layer, buffers, "running_mean"), held(layer, buffers, "running_var")
    own = training or mean is None and var is None
    if training and not tracking:
        mean = var = None
    gamma, beta = held(layer, parameters, "weight"), held(layer, parameters, "bias")
    momentum = layer.momentum
    how = call_of(x, mean, var, gamma, beta, own, 0.0 if momentum is None else momentum, layer.eps, residual, layer.relu)
    if how is None:
        return None
    if training and tracking:
        count = held(layer, buffers, "num_batches_tracked")
        if count is not None:
            count.add_(1)
            if momentum is None:
                how.momentum = 1.0 / float(count)
    return called(x, gamma, beta, residual, how)


cdef object computed(object x, object gamma, object beta, object residual, How how):
    # y; in training the statistics stay with `how`, and enter the running ones
    cdef tuple found
    if not how.training:
        y = inference(x, gamma, beta, how.mean, how.var, residual, how.eps, how.relu)
        return y if y is not None else any_inference(x, gamma, beta, how.mean, how.var, how.eps, residual, how.relu)
    found = forward(x, gamma, beta, residual, how.eps, how.relu)
    if found is None:
        found = any_forward(x, gamma, beta, how.eps, residual, how.relu)
    y, how.stats = found
    if how.mean is not None:
        if update(how.mean, how.var, how.stats, how.momentum):
            increment_version((how.mean, how.var))
        else:
            any_update(how.mean, how.var, how.stats, how.momentum)
    return y


cdef tuple of_operators(How how, object dy, object x, object gamma, object y, list given):
    # the gradients, to be differentiated or transformed in their turn
    if not how.training:
        through = dy if y is None else fused.let_through(dy, y)
        return *operators.inference_backward(through, x, gamma, *given, how.eps), through
    stats = statistics(how.stats)
    if y is None:
        return *operators.backward(dy, x, gamma, stats, how.eps), None
    found = fused.relu_backward(dy, x, gamma, stats, y, how.eps, how.added)
    return *found[:3], found[3] if how.added else None


class BatchNorm(Function):
    """y = max(BN(x) + residual, 0), or less than that, and its gradients."""

    @staticmethod
    def forward(ctx, x, gamma, beta, residual, How how):
        y = computed(x, gamma, beta, residual, how)
        ctx.how = how
        ctx.set_materialize_grads(False)
        if how.training:
            ctx.save_for_backward(x, gamma, y if how.relu else None)
        else:
            ctx.save_for_backward(x, gamma, y if how.relu else None, how.mean, how.var)
        return y

    @staticmethod
    def backward(ctx, dy):
        cdef How how = ctx.how
        cdef tuple found = None
        if dy is None:
            return None, None, None, None, None
        x, gamma, y, *given = ctx.saved_tensors
        if grads() or not (alone() and plain(dy, False) and plain(x, False) and absent(gamma, False) and absent(y, False)):
            found = of_operators(how, dy, x, gamma, y, given)
        elif how.training:
            found = backward(dy, x, gamma, how.stats, y, y is not None and how.added)
            if found is None:
                found = any_backward(dy, x, gamma, how.stats, y, y is not None and how.added)
        else:
            through = dy if y is None else torch.where(y > 0, dy, 0)
            found = inference_backward(through, x, gamma, given[0], given[1], how.eps)
            if found is None:
                found = any_inference_backward(through, x, gamma, given[0], given[1], how.eps)
            found = *found, through
        dx, dgamma, dbeta, dresidual = found
        if gamma is None:
            dgamma = None
        if how.beta is None:
            dbeta = None
        elif dbeta.dtype is not how.beta:
            dbeta = dbeta.to(how.beta)
        return dx, dgamma, dbeta, (dy if dresidual is None else dresidual) if how.added else None, None


# Function.apply without what it does for transforms, in which nothing comes this way
cdef object apply = super(Function, BatchNorm).apply
