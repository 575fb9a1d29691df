from bncore._stats cimport Stats

cpdef tuple forward(x, gamma, beta, residual, double eps, bint relu)
cpdef object inference(x, gamma, beta, mean, var, residual, double eps, bint relu)
cpdef tuple backward(dy, x, gamma, Stats stats, y, bint gated)
cpdef tuple inference_backward(dy, x, gamma, mean, var, double eps)
cpdef bint update(mean, var, Stats stats, double momentum) except -1
