/* The table of kernels: what the Python module and the program that replays golden vectors call them by.
 *
 * A kernel is a plain loop over agents. It takes and fills arrays, allocates nothing, and computes the same bits everywhere.
 */
#ifndef FREEAGENTICS_TABLE_H
#define FREEAGENTICS_TABLE_H

#include <stdint.h>

/* An argument: an array of so many items, or a number. */
typedef struct {
    void *at;
    int64_t items;
    int64_t whole;
    double real;
} Argument;

/* Letters of a signature: f and d are float32 and float64, b and w uint8 (or bool) and uint16, i and l int32 and int64, small where an array
 * is read and large where it is filled; n is a whole number, x a real one. */
typedef struct {
    const char *name;
    const char *signature;
    /* 0, or the number, from 1 on, of the argument that has too few items. */
    int (*run)(const Argument *);
} Kernel;

extern const Kernel kernels_baseline[];
#ifdef FREEAGENTICS_WIDE
extern const Kernel kernels_wide[];
#endif

#define AS(type, number) ((type *)argument[number].at)
#define WHOLE(number) (argument[number].whole)
#define REAL(number) (argument[number].real)
#define HOLDS(number, count)                                      \
    do {                                                          \
        if (argument[number].items < (count)) return (number) + 1; \
    } while (0)

/* Product of two sizes; where one is negative, or the product too large, more items than any array has. */
static inline int64_t times(int64_t a, int64_t b) {
    int64_t product;
    return a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

#endif
