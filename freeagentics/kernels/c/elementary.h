/* Elementary functions that give the same bits on every machine: additions, multiplications, divisions and square roots of IEEE 754 in the
 * order in which they are written (contraction into fused multiply-adds is off), without branches, so that compilers may vectorise loops
 * over them and no width of a register can change a result.
 *
 * Polynomials are Taylor's on intervals small enough for them; the errors given are the largest seen at some 50 million numbers, in units of
 * the last place (tests/kernels/test_kernels_elementary.py holds them to it, against 50 digits).
 */
#ifndef FREEAGENTICS_ELEMENTARY_H
#define FREEAGENTICS_ELEMENTARY_H

#include <stdint.h>
#include <string.h>

static inline double from_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint64_t to_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline double larger(double a, double b) { return a > b ? a : b; }
static inline double smaller(double a, double b) { return a < b ? a : b; }
static inline double between(double low, double value, double high) { return smaller(larger(value, low), high); }
static inline float larger_f(float a, float b) { return a > b ? a : b; }
static inline float smaller_f(float a, float b) { return a < b ? a : b; }
static inline float between_f(float low, float value, float high) { return smaller_f(larger_f(value, low), high); }
static inline double magnitude(double a) { return a < 0 ? -a : a; }
static inline float magnitude_f(float a) { return a < 0 ? -a : a; }

/* The float16 next to a number, ties to even (IEEE 754 binary16). Small ones lie as far apart as float32 does above one half. */
static inline uint16_t half_of(float value) {
    uint32_t bits, sign, shifted;
    memcpy(&bits, &value, sizeof bits);
    sign = bits >> 16 & 0x8000, bits &= 0x7fffffff;
    if (bits > 0x7f800000) return (uint16_t)(sign | 0x7c00 | (bits >> 13 & 0x3ff) | !(bits >> 13 & 0x3ff));
    if (bits >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
    if (bits >= 0x38800000) return (uint16_t)(sign | (bits - 0x38000000 + 0xfff + (bits >> 13 & 1)) >> 13);
    float above = magnitude_f(value) + 0.5f;
    memcpy(&shifted, &above, sizeof shifted);
    return (uint16_t)(sign | (shifted - 0x3f000000));
}

/* Adding it rounds a number below 2^51 to the next integer, which then stands in the low bits. */
#define ROUNDER 6755399441055744.0
#define LN2_HIGH 0x1.62e42fee00000p-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define LN2 0x1.62e42fefa39efp-1
#define LOG2_E 0x1.71547652b82fep+0

/* 2^k * e^r for an integer k, which stands in the low bits of *rounded*, and |r| <= ln(2)/2. */
static inline double scaled_exp(double rounded, double r) {
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r * r + r + 1.0;
    return p * from_bits((to_bits(rounded) + 1023) << 52);
}

/* e^x, 0 below -708 and infinite above 709; 0.98 ulp. */
static inline double exp_of(double x) {
    double inside = between(-708.0, x, 709.0);
    double rounded = inside * LOG2_E + ROUNDER, k = rounded - ROUNDER;
    double value = scaled_exp(rounded, (inside - k * LN2_HIGH) - k * LN2_LOW);
    value = x < -708.0 ? 0.0 : value;
    value = x > 709.0 ? from_bits(0x7ff0000000000000u) : value;
    return x != x ? x : value;
}

/* 2^x, 0 below -1021 and infinite above 1023; 1.02 ulp. */
static inline double exp2_of(double x) {
    double inside = between(-1021.0, x, 1023.0);
    double rounded = inside + ROUNDER, k = rounded - ROUNDER;
    double value = scaled_exp(rounded, (inside - k) * LN2);
    value = x < -1021.0 ? 0.0 : value;
    value = x > 1023.0 ? from_bits(0x7ff0000000000000u) : value;
    return x != x ? x : value;
}

/* Natural logarithm of a normal number, minus infinity at 0 and below the smallest normal number, NaN below 0; 0.87 ulp. */
static inline double log_of(double x) {
    double inside = between(0x1p-1022, x, 0x1.fffffffffffffp+1023);
    /* Bits of sqrt(1/2): what is above them in the mantissa counts one more to the exponent. */
    uint64_t bits = to_bits(inside) + (0x3ff0000000000000u - 0x3fe6a09e667f3bcdu);
    double exponent = from_bits((bits >> 52) | 0x4330000000000000u) - (4503599627370496.0 + 1023.0);
    double mantissa = from_bits((bits & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu);
    double f = mantissa - 1.0, s = f / (2.0 + f), z = s * s;
    double p = 2.0 / 23.0;
    p = p * z + 2.0 / 21.0;
    p = p * z + 2.0 / 19.0;
    p = p * z + 2.0 / 17.0;
    p = p * z + 2.0 / 15.0;
    p = p * z + 2.0 / 13.0;
    p = p * z + 2.0 / 11.0;
    p = p * z + 2.0 / 9.0;
    p = p * z + 2.0 / 7.0;
    p = p * z + 2.0 / 5.0;
    p = p * z + 2.0 / 3.0;
    /* log(1 + f) = f - (f^2/2 - s (f^2/2 + R)), as in FreeBSD's libm: little is lost where f is small. */
    double half = 0.5 * f * f, rest = p * z;
    double value = exponent * LN2_HIGH - ((half - (s * (half + rest) + exponent * LN2_LOW)) - f);
    value = x < 0x1p-1022 ? from_bits(0xfff0000000000000u) : value;
    value = x > 0x1.fffffffffffffp+1023 ? x : value;
    value = x < 0.0 ? from_bits(0x7ff8000000000000u) : value;
    return x != x ? x : value;
}

/* log(1 + x), minus infinity at -1, NaN below; 2.5 ulp. What is rounded off in the sum is put back (Goldberg, 1991, theorem 4; doi:10.1145/103162.103163). */
static inline double log1p_of(double x) {
    double sum = 1.0 + x, off = sum - 1.0;
    double value = log_of(sum) * (x / (off == 0.0 ? 1.0 : off));
    value = off == 0.0 ? x : value;
    /* Else infinity by itself: processors differ in the sign of what is not a number. */
    value = x > 0x1.fffffffffffffp+1023 ? x : value;
    return x < -1.0 ? from_bits(0x7ff8000000000000u) : value;
}

/* Hyperbolic tangent; error at most 2.3e-16, which is absolute: near zero the relative one is larger. */
static inline double tanh_of(double x) {
    double twice = exp_of(2.0 * smaller(magnitude(x), 20.0));
    double value = 1.0 - 2.0 / (twice + 1.0);
    value = x < 0.0 ? -value : value;
    return x != x ? x : value;
}

#endif
