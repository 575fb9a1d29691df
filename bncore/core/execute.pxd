from bncore.core.types cimport Leaves, Level, Operand, Operation, Parameters, Plan, OPERANDS

cdef struct Call:                  # a plan, and what it is to be carried out on
    Plan plan
    Operation operation
    Operand operands[OPERANDS]
    Parameters parameters
    const Leaves* leaves
    char* scratch
    bint relu                      # a result below 0 becomes 0

cdef const Level* level            # of the leaves that run; NULL until `use`

cdef void phase(const Call* call, Py_ssize_t number, Py_ssize_t thread) noexcept nogil
cdef int execute(Call* call) except -1
