from cpython.pycapsule cimport PyCapsule_New

from bncore.core.exact cimport ExactLeaves
from bncore.core.leaves.exact cimport fill_exact

cdef ExactLeaves leaves
fill_exact(&leaves)

table = PyCapsule_New(&leaves, "bncore.core.leaves.exact", NULL)
