/* Binned effects: outcomes by where in its range a number lay, and the odds that they differ. The formulas are those of `BinnedEffects`. */

#include "elementary.h"
#include "table.h"

/* keys (rows, slots, size), slot, residual (rows), judged (rows), bins; share that an outcome counts, largest residual -> count, moment
 * (rows, size, bins). */
static int effects_learn(const Argument *argument) {
    int64_t rows = argument[3].items, bins = WHOLE(4), cells = rows ? argument[7].items / rows : 0, slot = WHOLE(1);
    if (bins < 1 || cells % bins) return rows ? 5 : 0;
    int64_t size = cells / bins, slots = rows && size ? argument[0].items / rows / size : 0;
    float share = (float)REAL(5), largest = (float)REAL(6);
    if (rows && (slot < 0 || slot >= slots)) return 2;
    HOLDS(2, rows);
    HOLDS(8, rows * cells);
    for (int64_t row = 0; row < rows; row++) {
        if (!AS(const uint8_t, 3)[row]) continue;
        const uint8_t *key = AS(const uint8_t, 0) + (row * slots + slot) * size;
        float *count = AS(float, 7) + row * cells, *moment = AS(float, 8) + row * cells;
        float left = between_f(-largest, AS(const float, 2)[row], largest) * share;
        for (int64_t i = 0; i < size; i++) {
            int64_t cell = i * bins + key[i] * bins / 256;
            count[cell] += share;
            moment[cell] += left;
        }
    }
    return 0;
}

/* count, moment (n, bins), noise (rows, 2), bins; logarithm of the odds before any outcome, share explained -> credence (n). */
static int effects_judge(const Argument *argument) {
    int64_t bins = WHOLE(3), n = argument[6].items, rows = argument[2].items / 2, size = rows ? n / rows : 0;
    double explained = REAL(5);
    if (bins < 1) return n ? 4 : 0;
    if (size < 1) return n ? 3 : 0;
    HOLDS(0, times(n, bins));
    HOLDS(1, times(n, bins));
    HOLDS(2, 2 * ((n + size - 1) / size));
    for (int64_t i = 0; i < n; i++) {
        const float *count = AS(const float, 0) + i * bins, *moment = AS(const float, 1) + i * bins, *noise = AS(const float, 2) + 2 * (i / size);
        double whole = 0, sum = 0, growth = 1, evidence = 0, precise = (double)noise[1] / noise[0];
        for (int64_t b = 0; b < bins; b++) whole += count[b], sum += moment[b];
        double mean = sum / larger(whole, 1e-12);
        for (int64_t b = 0; b < bins; b++) {
            double apart = moment[b] - count[b] * mean, gain = explained / (1 + count[b] * explained);
            growth *= 1 + count[b] * explained;
            evidence += apart * apart * precise * gain;
        }
        double odds = REAL(4) + (evidence - log_of(growth)) / 2;
        AS(float, 6)[i] = (float)(1 / (1 + exp_of(-between(-60, odds, 60))));
    }
    return 0;
}
