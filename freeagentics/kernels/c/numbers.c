/* Elementary functions and sums over arrays, for what is computed with arrays in Python. */

#include "elementary.h"
#include "sums.h"
#include "table.h"

#define ELEMENTWISE(name)                                                                  \
    static int name##_each(const Argument *argument) {                                     \
        const double *x = AS(const double, 0);                                             \
        double *y = AS(double, 1);                                                         \
        int64_t count = argument[0].items;                                                 \
        HOLDS(1, count);                                                                   \
        for (int64_t i = 0; i < count; i++) y[i] = name##_of(x[i]);                        \
        return 0;                                                                          \
    }                                                                                      \
    static int name##_each_f(const Argument *argument) {                                   \
        const float *x = AS(const float, 0);                                               \
        float *y = AS(float, 1);                                                           \
        int64_t count = argument[0].items;                                                 \
        HOLDS(1, count);                                                                   \
        for (int64_t i = 0; i < count; i++) y[i] = (float)name##_of((double)x[i]);         \
        return 0;                                                                          \
    }

ELEMENTWISE(exp)
ELEMENTWISE(exp2)
ELEMENTWISE(log)
ELEMENTWISE(log1p)
ELEMENTWISE(tanh)

/* Sums along the last axis, of rows of so many numbers; and along an axis in the middle, (outer, width, inner) to (outer, inner), each from the
 * first number to the last. */
#define SUMS(rows_name, middle_name, sum, type)                                                                      \
    static int rows_name(const Argument *argument) {                                                                 \
        const type *x = AS(const type, 0);                                                                           \
        type *y = AS(type, 1);                                                                                       \
        int64_t rows = argument[1].items, width = WHOLE(2);                                                          \
        HOLDS(0, times(rows, width));                                                                                \
        for (int64_t row = 0; row < rows; row++) y[row] = sum(x + row * width, width);                               \
        return 0;                                                                                                    \
    }                                                                                                                \
    static int middle_name(const Argument *argument) {                                                               \
        const type *x = AS(const type, 0);                                                                           \
        type *y = AS(type, 1);                                                                                       \
        int64_t width = WHOLE(2), inner = WHOLE(3), outer = inner ? argument[1].items / inner : 0;                   \
        HOLDS(0, times(times(outer, width), inner));                                                                 \
        for (int64_t i = 0; i < outer * inner; i++) y[i] = 0;                                                        \
        for (int64_t o = 0; o < outer; o++)                                                                          \
            for (int64_t w = 0; w < width; w++)                                                                      \
                for (int64_t i = 0; i < inner; i++) y[o * inner + i] += x[(o * width + w) * inner + i];              \
        return 0;                                                                                                    \
    }

SUMS(sum_rows, sum_middle, sum_d, double)
SUMS(sum_rows_f, sum_middle_f, sum_f, float)

/* x (n, m), a column of each row (n) -> the numbers there (n). */
static int pick(const Argument *argument) {
    int64_t n = argument[2].items, columns = n ? argument[0].items / n : 0;
    HOLDS(1, n);
    for (int64_t i = 0; i < n; i++) {
        int64_t column = AS(const int64_t, 1)[i];
        if (column < 0 || column >= columns) return 2;
        AS(float, 2)[i] = AS(const float, 0)[i * columns + column];
    }
    return 0;
}

/* (n, k) times (k, m), each sum from the first product to the last. */
static int product(const Argument *argument) {
    const double *a = AS(const double, 0), *b = AS(const double, 1);
    double *c = AS(double, 2);
    int64_t n = WHOLE(3), k = WHOLE(4), m = WHOLE(5);
    HOLDS(0, times(n, k));
    HOLDS(1, times(k, m));
    HOLDS(2, times(n, m));
    for (int64_t i = 0; i < n * m; i++) c[i] = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < k; j++)
            for (int64_t l = 0; l < m; l++) c[i * m + l] += a[i * k + j] * b[j * m + l];
    return 0;
}

/* Columns of a product that are summed up side by side, in registers. */
#define WIDTH 16

/* The same in float32, a block of two rows by sixteen columns at a time. */
static int product_f(const Argument *argument) {
    const float *a = AS(const float, 0), *b = AS(const float, 1);
    float *c = AS(float, 2);
    int64_t n = WHOLE(3), k = WHOLE(4), m = WHOLE(5), whole = m - m % WIDTH;
    HOLDS(0, times(n, k));
    HOLDS(1, times(k, m));
    HOLDS(2, times(n, m));
    for (int64_t i = 0; i < n; i += 2) {
        const float *first = a + i * k, *second = i + 1 < n ? first + k : first;
        float *to_first = c + i * m, *to_second = i + 1 < n ? to_first + m : to_first;
        for (int64_t l = 0; l < whole; l += WIDTH) {
            float one[WIDTH] = {0}, two[WIDTH] = {0};
            for (int64_t j = 0; j < k; j++)
                for (int w = 0; w < WIDTH; w++) {
                    one[w] += first[j] * b[j * m + l + w];
                    two[w] += second[j] * b[j * m + l + w];
                }
            memcpy(to_first + l, one, sizeof one);
            memcpy(to_second + l, two, sizeof two);
        }
        for (int64_t l = whole; l < m; l++) {
            float one = 0, two = 0;
            for (int64_t j = 0; j < k; j++) {
                one += first[j] * b[j * m + l];
                two += second[j] * b[j * m + l];
            }
            to_first[l] = one;
            to_second[l] = two;
        }
    }
    return 0;
}

/* Exponentially weighted means of columns (T, A), those that are NaN left out. Adjusted ones divide by the weights there are; others are the
 * recursion from the first value. */
static int ewma(const Argument *argument) {
    const double *x = AS(const double, 0);
    double *y = AS(double, 1);
    int64_t rows = WHOLE(2), columns = WHOLE(3), adjust = WHOLE(4);
    double kept = REAL(5);
    HOLDS(0, times(rows, columns));
    HOLDS(1, times(rows, columns));
    for (int64_t column = 0; column < columns; column++) {
        double mean = from_bits(0x7ff8000000000000u), weight = 0;
        for (int64_t i = column; i < rows * columns; i += columns) {
            if (x[i] == x[i]) {
                double share = adjust ? 1 / (weight * kept + 1) : (weight == 0 ? 1 : 1 - kept);
                mean = weight == 0 ? x[i] : mean + share * (x[i] - mean);
                weight = weight * kept + 1;
            }
            y[i] = mean;
        }
    }
    return 0;
}

static double ratio_of(const double *over, const double *under, double at) {
    double above = over[7], below = under[7];
    for (int i = 6; i >= 0; i--) {
        above = above * at + over[i];
        below = below * at + under[i];
    }
    return above / below;
}

/* Quantiles of the standard normal distribution at probabilities above 0 and below 1 (Wichura, "Algorithm AS 241", 1988,
 * doi:10.2307/2347330); 5.6 ulp. Infinite at 0 and 1, NaN outside; below the smallest normal number the quantile at it. */
static int normal_quantiles(const Argument *argument) {
    static const double over[3][8] = {
        {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4, 4.5921953931549871457e4,
         6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3},
        {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0, 1.27045825245236838258e0,
         2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4},
        {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1, 2.65321895265761230930e-2,
         1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7}};
    static const double under[3][8] = {
        {1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4,
         2.8729085735721942674e4, 5.2264952788528545610e3},
        {1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
         1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9},
        {1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
         1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}};
    const double *p = AS(const double, 0);
    double *x = AS(double, 1);
    HOLDS(1, argument[0].items);
    for (int64_t i = 0; i < argument[0].items; i++) {
        double q = p[i] - 0.5;
        if (magnitude(q) <= 0.425) {
            x[i] = q * ratio_of(over[0], under[0], 0.180625 - q * q);
            continue;
        }
        double r = __builtin_sqrt(-log_of(larger(smaller(p[i], 1.0 - p[i]), 0x1p-1022)));
        double tail = r <= 5.0 ? ratio_of(over[1], under[1], r - 1.6) : ratio_of(over[2], under[2], r - 5.0);
        if (p[i] == 0 || p[i] == 1) tail = from_bits(0x7ff0000000000000u);
        x[i] = q < 0 ? -tail : tail;
        if (!(p[i] >= 0 && p[i] <= 1)) x[i] = from_bits(0x7ff8000000000000u);
    }
    return 0;
}

/* Cholesky's factors of a symmetric positive definite matrix (k, k), in its place. A pivot below *least* is taken for it. */
static void factorise(double *s, int64_t k, double least) {
    for (int64_t j = 0; j < k; j++)
        for (int64_t i = j; i < k; i++) {
            double left = s[i * k + j];
            for (int64_t l = 0; l < j; l++) left -= s[i * k + l] * s[j * k + l];
            s[i * k + j] = i == j ? __builtin_sqrt(larger(left, least)) : left / s[j * k + j];
        }
}

/* The solution of S x = y (k), given the factors of S, in the place of y. */
static void substitute(const double *s, double *y, int64_t k) {
    for (int64_t i = 0; i < k; i++) {
        for (int64_t l = 0; l < i; l++) y[i] -= s[i * k + l] * y[l];
        y[i] /= s[i * k + i];
    }
    for (int64_t i = k - 1; i >= 0; i--) {
        for (int64_t l = i + 1; l < k; l++) y[i] -= s[l * k + i] * y[l];
        y[i] /= s[i * k + i];
    }
}

/* Solve (k, k) symmetric positive definite systems S x = y for rows (n, k) of y; S is overwritten by its factors. */
static int solve(const Argument *argument) {
    int64_t n = WHOLE(2), k = WHOLE(3);
    HOLDS(0, times(k, k));
    HOLDS(1, times(n, k));
    factorise(AS(double, 0), k, REAL(4));
    for (int64_t row = 0; row < n; row++) substitute(AS(const double, 0), AS(double, 1) + row * k, k);
    return 0;
}

/* prices (P) and quantities (n), a multiple of P, units of money -> price times quantity in those units (n): the exact product rounded once, half
 * away from zero. */
static int money_products(const Argument *argument) {
    int64_t prices = argument[0].items, n = argument[3].items;
    if (WHOLE(2) < 1) return 3;
    HOLDS(1, n);
    if (n && (!prices || n % prices)) return 1;
    for (int64_t i = 0; i < n; i++) {
        int64_t price = AS(const int64_t, 0)[i % prices], quantity = AS(const int64_t, 1)[i];
        uint64_t unit = (uint64_t)WHOLE(2), p = price < 0 ? -(uint64_t)price : (uint64_t)price, q = quantity < 0 ? -(uint64_t)quantity : (uint64_t)quantity;
        uint64_t whole = (uint64_t)(((unsigned __int128)p * q + unit / 2) / unit);
        AS(int64_t, 3)[i] = (int64_t)((price < 0) != (quantity < 0) ? -whole : whole);
    }
    return 0;
}
