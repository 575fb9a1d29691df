/* Judges a kernel by problems.json. Include this in a file that defines kernel(), then cc -std=c99 file.c -lm and
   ./a.out problems.json float64: 0 if all that it returns is within that class's bounds, 1 if not, 2 if it returns nothing. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define MOST 4096 /* numbers in an array */

struct problem { const char *text; char name[64], dtype[16]; long n, c, plane; double eps, momentum; int relu; };

/* Yours: write what this output is for x of shape (n, c, plane), and return how many bytes each of its numbers has:
   8 double, 4 float, 2 half precision as in dtype; 0 if you do not offer it. */
int kernel(const struct problem *p, const char *output, void *out);

static const char *after(const char *text, const char *key) { /* what follows the key */
    char quoted[80];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *found = strstr(text, quoted), *end = strstr(text + 1, "{\"name\":");
    return found && (!end || found < end) ? found + strlen(quoted) : NULL;
}

static long numbers(const char *at, double *out) { /* those of a list; null is no bound, true of a mask 1 */
    long n = 0;
    for (at++; *at != ']'; at += *at == ',') {
        at += *at == '"';
        out[n++] = *at == 'n' ? INFINITY : *at == 't' ? 1 : *at == 'f' ? 0 : strtod(at, NULL);
        at += strcspn(at, "\",]");
        at += *at == '"';
    }
    return n;
}

/* An input, as numbers of so many bytes (2: the bits of half precision), into out; how many there are, 0 if none. */
static long given(const struct problem *p, const char *name, int bytes, void *out) {
    static double wide[MOST];
    const char *list = after(after(p->text, "inputs"), name);
    long n = list && list < after(p->text, "expected") ? numbers(list, wide) : 0;
    for (long i = 0; i < n; i++)
        if (bytes == 8) ((double *)out)[i] = wide[i];
        else if (bytes == 4) ((float *)out)[i] = (float)wide[i];
        else ((uint16_t *)out)[i] = (uint16_t)wide[i];
    return n;
}

static double half(unsigned bits, const char *dtype) { /* the number that 16 bits are */
    int fraction = dtype[0] == 'b' ? 7 : 10, most = (1 << (15 - fraction)) - 1, e = bits >> fraction & most;
    double f = bits & ((1 << fraction) - 1);
    double size = ldexp(e ? f + (1 << fraction) : f, (e ? e : 1) - most / 2 - fraction);
    return (e == most ? INFINITY : size) * (bits >> 15 ? -1 : 1);
}

int main(int argc, char **argv) {
    static char text[1 << 22];
    static double got[MOST], high[MOST], low[MOST], bound[MOST], shape[8];
    FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
    long judged = 0, wrong = 0, absent = 0;
    if (!file || !fread(text, 1, sizeof text - 1, file)) return fputs("usage: a.out problems.json CLASS\n", stderr), 2;
    for (const char *at = text; (at = strstr(at, "{\"name\":\"")); at++) {
        double eps = strtod(after(at, "eps") + 1, NULL), momentum = strtod(after(at, "momentum") + 1, NULL);
        struct problem p = {at, "", "", 1, 1, 1, eps, momentum, *after(at, "relu") == 't'};
        long rank = numbers(after(at, "shape"), shape);
        sscanf(after(at, "name"), "\"%63[^\"]", p.name), sscanf(after(at, "dtype"), "\"%15[^\"]", p.dtype);
        for (long i = 0; i < rank; i++) *(i > 1 ? &p.plane : i ? &p.c : &p.n) *= (long)shape[i];
        const char *of = after(at, "expected"), *end = strstr(at + 1, "{\"name\":");
        for (; (of = strstr(of, "\":{\"equation\"")) && (!end || of < end); of++) {
            char output[64] = "";
            const char *begins = of;
            while (begins[-1] != '"') begins--;
            memcpy(output, begins, (size_t)(of - begins));
            const char *list = after(after(of, "bounds"), argv[2]);
            int bytes = list ? kernel(&p, output, got) : 0;
            absent += !bytes, judged += bytes > 0;
            long n = bytes ? numbers(after(of, "high"), high) : 0, bad = -1;
            if (bytes) numbers(after(of, "low"), low), numbers(list, bound), rank = numbers(after(of, "shape"), shape);
            for (long i = n; i--;) {
                double is = bytes == 8 ? got[i] : bytes == 4 ? ((float *)got)[i] : half(((uint16_t *)got)[i], p.dtype);
                if (rank == 1 && bytes == 4) bound[i] += (fabs(high[i]) + bound[i]) * 0x1p-24 + 0x1p-150;
                if (!isfinite(is) || fabs(is - high[i] - low[i]) > bound[i]) bad = i;
            }
            if (bad < 0) continue;
            printf("WRONG %s, %s: %s[%ld] is not %.17g within %.4g\n", p.name, p.dtype, output, bad, high[bad], bound[bad]);
            wrong++;
        }
    }
    printf("%ld outputs judged, %ld wrong, %ld not offered\n", judged, wrong, absent);
    return wrong ? 1 : judged ? 0 : 2;
}
