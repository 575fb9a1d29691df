/* A kernel for the reader of docs/vectors: two passes in double, all of a case at once. -DFAULT=n makes one mistake. */
#include "reader.c"
#ifndef FAULT
#define FAULT 0
#endif

enum { X, DY, DDX, RESIDUAL, TENSORS };
enum { GAMMA, BETA, MEAN, VAR, RUNNING_MEAN, RUNNING_VAR, NUMBERS };
static const char *tensors[] = {"x", "dy", "ddx", "residual"};
static const char *per_channel[] = {"gamma", "beta", "mean", "var", "running_mean", "running_var"};

static void put(double value, long i, int bytes, const char *dtype, void *out) {
    if (bytes == 8) ((double *)out)[i] = value;
    if (bytes == 4) ((float *)out)[i] = (float)value;
    if (bytes == 2) { /* the nearest of all, by bisection: they are in the order of their bits */
        unsigned low = 0, high = dtype[0] == 'b' ? 0x7f7f : 0x7bff;
        while (high - low > 1) *(half((low + high) / 2, dtype) <= fabs(value) ? &low : &high) = (low + high) / 2;
        double below = fabs(value) - half(low, dtype), above = half(high, dtype) - fabs(value);
        unsigned is = above < below || (above == below && low & 1) ? high : low;
        ((uint16_t *)out)[i] = (uint16_t)(is | (value < 0 ? 0x8000 : 0));
    }
}

int kernel(const struct problem *p, const char *output, void *out) {
    static double t[TENSORS][MOST], v[NUMBERS][MOST], w[MOST], y[MOST], xhat[MOST], dx[MOST], gate[MOST], jvp[MOST];
    static uint16_t bits[MOST];
    long size = p->n * p->c * p->plane, has[TENSORS];
    int bytes = !strcmp(p->dtype, "float64") ? 8 : !strcmp(p->dtype, "float32") ? 4 : 2;
    for (int k = 0; k < TENSORS; k++) {
        has[k] = given(p, tensors[k], bytes == 2 ? 2 : 8, bytes == 2 ? (void *)bits : t[k]);
        for (long i = 0; bytes == 2 && i < has[k]; i++) t[k][i] = half(bits[i], p->dtype);
    }
    for (int k = 0; k < NUMBERS; k++)
        if (!given(p, per_channel[k], 8, v[k]))
            for (long c = 0; c < p->c; c++) v[k][c] = k == GAMMA || k == VAR;
    if (!given(p, "weights", 8, w))
        for (long i = 0; i < p->n * p->plane; i++) w[i] = 1;

    int inference = !strcmp(output, "inference_y");
    for (long c = 0; c < p->c; c++) {
#define EACH for (long s = 0; s < p->n; s++) \
        for (long i = (s * p->c + c) * p->plane, j = s * p->plane; j < (s + 1) * p->plane; i++, j++)
        double count = 0, mean = 0, var = 0, dgamma = 0, dbeta = 0, along = 0, moved = 0;
        EACH count += w[j];
        EACH mean += w[j] * t[X][i] / count;
        EACH var += w[j] * (t[X][i] - mean) * (t[X][i] - mean) / (FAULT == 1 ? count - 1 : count);
        double rstd = 1 / sqrt((inference ? v[VAR][c] : var) + p->eps), centre = inference ? v[MEAN][c] : mean;
        EACH {
            xhat[i] = (t[X][i] - centre) * rstd;
            y[i] = v[GAMMA][c] * xhat[i] + v[BETA][c] + (has[RESIDUAL] ? t[RESIDUAL][i] : 0);
            gate[i] = p->relu && y[i] <= 0 && FAULT != 2 ? 0 : t[DY][i];
            if (p->relu && y[i] < 0) y[i] = 0;
            dgamma += gate[i] * xhat[i], dbeta += gate[i];
            if (has[DDX]) along += w[j] * t[DDX][i] * xhat[i] / count, moved += w[j] * t[DDX][i] / count;
        }
        EACH {
            dx[i] = v[GAMMA][c] * rstd * (gate[i] - (FAULT == 3 ? 1 : w[j]) / count * (dbeta + xhat[i] * dgamma));
            if (has[DDX]) jvp[i] = v[GAMMA][c] * rstd * (t[DDX][i] - moved - xhat[i] * along);
        }
        double numbers[] = {mean, var, dgamma, dbeta, v[RUNNING_MEAN][c] + p->momentum * (mean - v[RUNNING_MEAN][c])};
        const char *names[] = {"mean", "var", "dgamma", "dbeta", "running_mean"};
        for (int k = 0; k < 5; k++)
            if (!strcmp(output, names[k])) ((double *)out)[c] = numbers[k];
    }
    const char *names[] = {"y", "inference_y", "dx", "dresidual", "jvp"};
    const double *found[] = {y, y, dx, gate, jvp};
    for (int k = 0; k < 5; k++)
        if (!strcmp(output, names[k])) {
            for (long i = 0; i < size; i++) put(found[k][i], i, bytes, FAULT == 4 ? "float16" : p->dtype, out);
            return bytes;
        }
    return strstr(" mean var dgamma dbeta running_mean ", output) ? 8 : 0;
}
