/* Sums in one written order: eight partial sums, of every eighth number, added in pairs. Compilers may keep them in one register or in four. */
#ifndef FREEAGENTICS_SUMS_H
#define FREEAGENTICS_SUMS_H

#include <stdint.h>

#define LANES 8

static inline float sum_f(const float *values, int64_t count) {
    float lane[LANES] = {0};
    int64_t whole = count - count % LANES;
    for (int64_t i = 0; i < whole; i += LANES)
        for (int l = 0; l < LANES; l++) lane[l] += values[i + l];
    for (int64_t i = whole; i < count; i++) lane[i - whole] += values[i];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static inline double sum_d(const double *values, int64_t count) {
    double lane[LANES] = {0};
    int64_t whole = count - count % LANES;
    for (int64_t i = 0; i < whole; i += LANES)
        for (int l = 0; l < LANES; l++) lane[l] += values[i + l];
    for (int64_t i = whole; i < count; i++) lane[i - whole] += values[i];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

#endif
