"""What the processor can run, and a thread hold, asked before any module is loaded that needs more."""

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

    #include <pthread.h>
    static size_t bn_stack(void)
    {
        pthread_attr_t usual;
        size_t bytes = 0;
        if (pthread_attr_init(&usual) == 0) {
            pthread_attr_getstacksize(&usual, &bytes);
            pthread_attr_destroy(&usual);
        }
        return bytes;
    }
    """
    int bn_level() noexcept
    size_t bn_stack() noexcept


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


def stack():
    """The bytes of stack that a thread gets for which nobody asks for more or less.

    Returns
    -------
    int

    Examples
    --------
    >>> stack() > 16384
    True
    """
    return bn_stack()
