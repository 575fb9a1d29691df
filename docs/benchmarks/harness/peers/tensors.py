"""NumPy's arrays as PyTorch's tensors on the same memory, and back."""

import numpy
import torch


def tensor(array, load):
    """A tensor on the array's memory, of shape (N, C, ...); a channels-last sequence as images of one row."""
    if array.dtype.name == "bfloat16":
        found = torch.from_numpy(array.view(numpy.int16)).view(torch.bfloat16)
    else:
        found = torch.from_numpy(array)
    if found.ndim == 1 or load.axis == 1:
        return found
    if found.ndim == 3:
        found = found.unsqueeze(1)
    return found.movedim(-1, 1)


def array_of(tensor, load):
    """The array that a tensor of results is, as the workload's."""
    if tensor.dtype == torch.bfloat16:
        array = tensor.view(torch.int16).numpy().view(load.x.dtype)
    else:
        array = tensor.numpy()
    return array if load.axis == 1 else numpy.moveaxis(array, 1, -1).reshape(load.x.shape)
