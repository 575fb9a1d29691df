# cython: freethreading_compatible=True
"""What the processor can run, asked before any module is loaded that was compiled for more."""

cdef extern from *:
    """
    #if defined(__x86_64__) && defined(__GNUC__)
    static int bn_level(void)
    {
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) return 4;
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
            && __builtin_cpu_supports("fma")) return 3;
        return 1;
    }
    #else
    static int bn_level(void) { return 1; }
    #endif
    """
    int bn_level() noexcept


def level():
    """The x86-64 level (4, 3, or 1 for anything less) of the processor that runs this; 1 elsewhere.

    Returns
    -------
    int

    Examples
    --------
    >>> level() in (1, 3, 4)
    True
    """
    return bn_level()
