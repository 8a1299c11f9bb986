/* Sums in one written order: eight partial sums, of every eighth number, added in pairs. Compilers may keep them in one register or in four. */
#ifndef FREEAGENTICS_SUMS_H
#define FREEAGENTICS_SUMS_H

#include <stdint.h>

#define LANES 8

#define SUM(suffix, type)                                                                                         \
    static inline type lanes_##suffix(const type *lane) {                                                         \
        return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));         \
    }                                                                                                             \
    static inline type sum_##suffix(const type *values, int64_t count) {                                          \
        type lane[LANES] = {0};                                                                                   \
        int64_t whole = count - count % LANES;                                                                    \
        for (int64_t i = 0; i < whole; i += LANES)                                                                \
            for (int l = 0; l < LANES; l++) lane[l] += values[i + l];                                             \
        for (int64_t i = whole; i < count; i++) lane[i - whole] += values[i];                                     \
        return lanes_##suffix(lane);                                                                              \
    }                                                                                                             \
    /* The sum of products, each rounded before it is added. */                                                   \
    static inline type sum_products_##suffix(const type *a, const type *b, int64_t count) {                       \
        type lane[LANES] = {0};                                                                                   \
        for (int64_t i = 0; i < count; i++) lane[i % LANES] += a[i] * b[i];                                       \
        return lanes_##suffix(lane);                                                                              \
    }                                                                                                             \
    /* The sum of every stride-th number, from the first to the last. */                                          \
    static inline type sum_apart_##suffix(const type *values, int64_t count, int64_t stride) {                    \
        type total = 0;                                                                                           \
        for (int64_t i = 0; i < count; i++) total += values[i * stride];                                          \
        return total;                                                                                             \
    }

SUM(f, float)
SUM(d, double)

#endif
