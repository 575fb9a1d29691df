/* Batch normalization of float32 arrays in C, and the conversation of docs/exec.md around it:

       cc -O2 batchnorm.c -o batchnorm -lm
       python -m spec check exec:./batchnorm

   With -DDIVISOR="(m - 1)" the variance is wrong, and the suite says so. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef DIVISOR
#define DIVISOR m
#endif
/* the elements of channel c */
#define BATCH(k) \
    for (size_t n = 0; n < N; n++) for (size_t k = (n * C + c) * S; k < (n * C + c + 1) * S; k++)

static char *line; /* the JSON of the request; its keys and names stand in double quotes */

static double number(const char *key) { return strtod(strchr(strstr(line, key), ':') + 1, NULL); }

/* The next array of the request, n floats; where it is null, all of them are `absent`. */
static float *next(size_t n, const char *name, float absent) {
    float *a = malloc(n * sizeof *a + 1);
    char *null = strstr(line, "\"null\""), *found = strstr(null, name);
    if (found && found < strchr(null, ']')) {
        for (size_t k = 0; k < n; k++) a[k] = absent;
    } else if (fread(a, sizeof *a, n, stdin) != n) exit(1);
    return a;
}

static void answer(const char *name, const char *dtype, const char *before) {
    printf("%s{\"name\": \"%s\", \"dtype\": \"%s\"}", before, name, dtype);
}

int main(void) {
    for (size_t room = 0; getline(&line, &room, stdin) > 0; fflush(stdout)) {
        if (strstr(line, "\"describe\"")) {
            puts("{\"name\": \"batchnorm.c\", \"methods\": [\"forward\", \"backward\", \"inference\"],"
                 " \"caps\": {\"dtypes\": [\"float32\"], \"accumulate\": \"float64\"}}");
            continue;
        }
        int backward = strstr(line, "\"backward\"") != NULL;
        int inference = strstr(line, "\"inference\"") != NULL;
        size_t N = number("\"outer\""), C = number("\"channels\""), S = number("\"inner\""), m = N * S;
        double eps = number("\"eps\"");
        double *first = malloc(C * sizeof *first), *second = malloc(C * sizeof *second);
        float *dy = backward ? next(C * m, "\"dy\"", 0) : NULL, *x = next(C * m, "\"x\"", 0);
        float *gamma = next(C, "\"gamma\"", 1), *beta = next(C, "\"beta\"", 0);
        float *given[2] = {NULL, NULL};
        if (inference) given[0] = next(C, "\"mean\"", 0), given[1] = next(C, "\"var\"", 0);
        float *out = malloc(C * m * sizeof *out + 1);
        for (size_t c = 0; c < C; c++) {
            double mean = 0, var = 0, dgamma = 0, dbeta = 0;
            if (inference) {
                mean = given[0][c], var = given[1][c];
            } else {
                BATCH(k) mean += x[k];
                mean /= m; /* (9.38) */
                BATCH(k) var += (x[k] - mean) * (x[k] - mean);
                var /= DIVISOR; /* (9.39) */
            }
            double rstd = 1 / sqrt(var + eps);
            if (backward) {
                BATCH(k) dbeta += dy[k], dgamma += dy[k] * (x[k] - mean) * rstd;
                BATCH(k) out[k] = gamma[c] * rstd * (dy[k] - dbeta / m - (x[k] - mean) * rstd * dgamma / m);
            } else {
                BATCH(k) out[k] = gamma[c] * ((x[k] - mean) * rstd) + beta[c]; /* (9.40), (9.41) */
            }
            first[c] = backward ? dgamma : mean, second[c] = backward ? dbeta : var;
        }
        answer(backward ? "dx" : "y", "float32", "{\"arrays\": [");
        if (!inference) answer(backward ? "dgamma" : "mean", "float64", ", ");
        if (!inference) answer(backward ? "dbeta" : "var", "float64", ", ");
        puts("]}");
        fwrite(out, sizeof *out, C * m, stdout);
        if (!inference) fwrite(first, sizeof *first, C, stdout), fwrite(second, sizeof *second, C, stdout);
        free(dy), free(x), free(gamma), free(beta), free(given[0]), free(given[1]);
        free(out), free(first), free(second);
    }
}
