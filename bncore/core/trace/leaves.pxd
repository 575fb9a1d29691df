from bncore.core.types cimport Level

cdef Level level
