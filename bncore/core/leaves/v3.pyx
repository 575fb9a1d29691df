from cpython.pycapsule cimport PyCapsule_New

from bncore.core.leaves.table cimport fill_level
from bncore.core.types cimport Level

cdef Level level
fill_level(&level, "v3")

table = PyCapsule_New(&level, "bncore.core.leaves", NULL)
