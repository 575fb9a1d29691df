/* A sum that two threads make and both read: right with a barrier between, a race without. */
#include <omp.h>

int main(void)
{
    double part[2] = {0, 0}, total[2] = {0, 0};
    #pragma omp parallel num_threads(2)
    {
        int me = omp_get_thread_num();
        part[me] = me + 1;
    #if BARRIER
        #pragma omp barrier
    #endif
        total[me] = part[0] + part[1];
    }
    return BARRIER && total[0] != total[1];
}
