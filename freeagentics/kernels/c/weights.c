/* Weights of faculties: a Bayesian regression of outcomes on what components said of them, with a spike at zero, for all agents of a cohort.
 * The formulas are those of `FacultyWeights`. */

#include "elementary.h"
#include "table.h"

/* component (rows, C, A), residual (the same, or (rows, A) for all components alike), result (rows, A), judged (rows), read (rows, C); recent
 * (horizon, rows, C), information, moment, squares, reads, words (rows, C), noise (rows, 2); C, A, slot of the step in *recent*, share
 * forgotten, largest residual. */
static int weights_learn(const Argument *argument) {
    int64_t rows = argument[3].items, components = WHOLE(12), assets = WHOLE(13), slot = WHOLE(14), n = times(rows, components);
    const float *component = AS(const float, 0), *residual = AS(const float, 1), *result = AS(const float, 2);
    const uint8_t *judged = AS(const uint8_t, 3), *read = AS(const uint8_t, 4);
    float *recent = AS(float, 5), *noise = AS(float, 11);
    double forgotten = REAL(15), largest = REAL(16);
    HOLDS(0, times(n, assets));
    HOLDS(2, times(rows, assets));
    int64_t alike = argument[1].items == rows * assets;
    HOLDS(1, alike ? rows * assets : n * assets);
    HOLDS(4, n);
    for (int array = 6; array < 11; array++) HOLDS(array, n);
    HOLDS(11, 2 * rows);
    int64_t horizon = n ? argument[5].items / n : 0;
    if (n && (slot < 0 || slot >= horizon)) return 15;
    for (int64_t i = 0; i < n; i++) {
        int64_t row = i / components;
        double square = 0, product = 0, window = 0;
        for (int64_t a = 0; a < assets; a++) {
            double said = component[i * assets + a], left = residual[(alike ? row : i) * assets + a];
            square += said * said;
            product += said * between(-largest, left, largest);
        }
        square = judged[row] ? square / (double)assets : 0;
        product = judged[row] ? product / (double)assets : 0;
        recent[slot * n + i] = (float)square;
        for (int64_t bar = 0; bar < horizon; bar++) window += recent[bar * n + i];
        double share = square / larger(window, 1e-12);
        float *information = AS(float, 6) + i, *moment = AS(float, 7) + i;
        *information = (float)(*information + share * (square - forgotten * *information));
        *moment = (float)(*moment + share * (product - forgotten * *moment));
        AS(float, 8)[i] = (float)(AS(float, 8)[i] + square);
        AS(float, 9)[i] += judged[row] && read[i] ? 1.0f : 0.0f;
        AS(float, 10)[i] += square > 0 ? 1.0f : 0.0f;
    }
    for (int64_t row = 0; row < rows; row++) {
        if (!judged[row]) continue;
        double square = 0;
        for (int64_t a = row * assets; a < (row + 1) * assets; a++) square += (double)result[a] * result[a];
        noise[2 * row] = (float)(noise[2 * row] + square / (double)assets);
        noise[2 * row + 1] += 1.0f;
    }
    return 0;
}

/* The normal part of a weight's slab: its precision before any outcome, its mean and its variance. */
typedef struct {
    double precision, mean, spread;
} Slab;

/* From information and moment over the variance of outcomes, and the mean square of the component. */
static inline Slab slab_of(double information, double moment, double power, double explained) {
    double precision = power / explained, spread = 1 / (information + precision);
    return (Slab){precision, moment * spread, spread};
}

static inline double power_of(double squares, double reads, double first_reads, double first_square) {
    return (squares + first_reads * first_square) / (reads + first_reads);
}

/* Weights that are worked on side by side. */
#define BATCH 16

/* information, moment, squares, reads (rows, C), noise (rows, 2), log_odds (C) -> weight, credence (rows, C); whether weights may be
 * negative, share explained, credence from which one is heard, readings before the first and their mean square. */
static int weights_conclude(const Argument *argument) {
    int64_t components = argument[5].items, n = argument[6].items;
    const float *noise = AS(const float, 4), *log_odds = AS(const float, 5);
    if (components < 1) return n ? 6 : 0;
    for (int array = 0; array < 4; array++) HOLDS(array, n);
    HOLDS(4, 2 * (n / components));
    HOLDS(7, n);
    double explained = REAL(9), heard = REAL(10), first_reads = REAL(11), first_square = REAL(12), from = WHOLE(8) ? -1e300 : 0;
    for (int64_t first = 0; first < n; first += BATCH) {
        double known[BATCH] = {0}, product[BATCH] = {0}, power[BATCH] = {0}, odds[BATCH] = {0}, certain[BATCH], heavy[BATCH];
        int64_t count = n - first < BATCH ? n - first : BATCH;
        for (int64_t k = 0; k < count; k++) {
            int64_t i = first + k, row = i / components;
            double precise = (double)noise[2 * row + 1] / noise[2 * row];
            known[k] = AS(const float, 0)[i] * precise;
            product[k] = AS(const float, 1)[i] * precise;
            power[k] = power_of(AS(const float, 2)[i], AS(const float, 3)[i], first_reads, first_square);
            odds[k] = log_odds[i - row * components];
        }
        for (int k = 0; k < BATCH; k++) {
            Slab slab = slab_of(known[k], product[k], power[k], explained);
            double mean = slab.mean, spread = slab.spread, square = mean * mean, second = square + spread;
            double scaled = slab.precision * spread, far = slab.precision * second;
            /* log(sqrt(scaled) * far), in one logarithm. */
            double factor = log_of(scaled * far * far) / 2 + square / (2 * spread);
            double believed = 1 / (1 + exp_of(-between(-60, odds[k] + factor, 60)));
            certain[k] = mean > from ? believed : 0;
            heavy[k] = certain[k] >= heard ? certain[k] * mean * (second + 2 * spread) / second : 0;
        }
        for (int64_t k = 0; k < count; k++) {
            AS(float, 6)[first + k] = (float)heavy[k];
            AS(float, 7)[first + k] = (float)certain[k];
        }
    }
    return 0;
}

/* information, moment (rows, C), noise (rows, 2) -> weight (rows, C), normal around a slope with a precision of 1; C. */
static int weights_around(const Argument *argument) {
    int64_t components = WHOLE(5), n = argument[3].items;
    const float *noise = AS(const float, 2);
    double slope = REAL(4);
    HOLDS(0, n);
    HOLDS(1, n);
    if (components < 1) return n ? 6 : 0;
    HOLDS(2, 2 * (n / components));
    for (int64_t i = 0; i < n; i++) {
        const float *row = noise + 2 * (i / components);
        double precision = (double)row[1] / row[0];
        AS(float, 3)[i] = (float)((AS(const float, 1)[i] * precision + slope) / (AS(const float, 0)[i] * precision + 1));
    }
    return 0;
}

/* information, moment, squares, reads, words, credence (rows, C), noise (rows, 2) -> worth of one more reading (rows, C); C, threshold, life,
 * share explained, credence from which one is heard, readings before the first, their mean square and words. */
static int weights_worth(const Argument *argument) {
    int64_t components = WHOLE(8), n = argument[7].items;
    double threshold = REAL(9), life = REAL(10), heard = REAL(12), first_reads = REAL(13), first_square = REAL(14), first_words = REAL(15);
    if (components < 1) return n ? 9 : 0;
    for (int array = 0; array < 6; array++) HOLDS(array, n);
    HOLDS(6, 2 * (n / components));
    for (int64_t i = 0; i < n; i++) {
        double information = AS(const float, 0)[i], squares = AS(const float, 2)[i], reads = AS(const float, 3)[i];
        double words = AS(const float, 4)[i], credence = AS(const float, 5)[i];
        const float *noise = AS(const float, 6) + 2 * (i / components);
        double precise = (double)noise[1] / noise[0], power = power_of(squares, reads, first_reads, first_square);
        Slab slab = slab_of(information * precise, AS(const float, 1)[i] * precise, power, REAL(11));
        double mean = slab.mean * slab.mean, spread = slab.spread, before = first_reads * first_square;
        double square = (mean * (mean + 6 * spread) + 3 * spread * spread) / (mean + spread);
        double loudness = (squares + before) / (words + first_words), pace = (information + before) / (reads + first_reads);
        double acted_on = larger(1 - threshold / __builtin_sqrt(square * loudness), 0);
        /* The evidence for a weight w grows by half of its square, in standard deviations of outcomes, with each unit of information. */
        double open = between(1e-6, credence, 1 - 1e-6), to_be_heard = log_of((1 - open) / open) / (square * pace / 2);
        double learned = credence >= heard ? spread * spread * pace : square / larger(to_be_heard, 1);
        AS(float, 7)[i] = (float)(credence * acted_on * acted_on * (square + life * learned) * power);
    }
    return 0;
}
