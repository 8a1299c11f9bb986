/* Recollection: what recalled outcomes add to forecasts, and what is learned of them. The formulas are those of `Recollection`. */

#include "elementary.h"
#include "sums.h"
#include "table.h"

/* weight learned (rows), least and largest weight; recalled mean and the forecast without it (rows) -> both as said (rows, 2), and the shift of
 * the forecast (rows). */
static int recollection_add(const Argument *argument) {
    int64_t rows = argument[6].items;
    const float *mean = AS(const float, 3);
    HOLDS(0, rows);
    HOLDS(3, rows);
    HOLDS(4, rows);
    HOLDS(5, 2 * rows);
    for (int64_t row = 0; row < rows; row++) {
        float weight = smaller_f(larger_f(AS(const float, 0)[row], (float)REAL(1)), (float)REAL(2));
        AS(float, 5)[2 * row] = mean[row];
        AS(float, 5)[2 * row + 1] = AS(const float, 4)[row];
        AS(float, 6)[row] = weight * mean[row];
    }
    return 0;
}

/* stance (rows, A) and focus (rows) of a step, result of its outcome (A) -> result of the asset in focus, and the mean over assets of stance
 * times result (rows). */
static int outcomes_judge(const Argument *argument) {
    int64_t rows = argument[3].items, assets = argument[2].items;
    const float *result = AS(const float, 2);
    HOLDS(0, times(rows, assets));
    HOLDS(1, rows);
    HOLDS(4, rows);
    for (int64_t row = 0; row < rows; row++) {
        int64_t asset = AS(const uint16_t, 1)[row];
        if (asset >= assets) return 2;
        AS(float, 3)[row] = result[asset];
        AS(float, 4)[row] = sum_products_f(AS(const float, 0) + row * assets, result, assets) / (float)assets;
    }
    return 0;
}

/* mean and forecast as they were said, (rows, 2), result (rows), keys (rows, slots, size), slot, centre (rows, size) -> mean, what the forecast
 * left of the result (rows), and how far keys in the slot lie from their centre, of their range (rows, size). */
static int recollection_left(const Argument *argument) {
    int64_t rows = argument[1].items, size = rows ? argument[4].items / rows : 0, slot = WHOLE(3);
    int64_t slots = rows && size ? argument[2].items / rows / size : 0;
    const float *said = AS(const float, 0), *centre = AS(const float, 4);
    HOLDS(0, 2 * rows);
    HOLDS(5, rows);
    HOLDS(6, rows);
    HOLDS(7, rows * size);
    if (rows && (slot < 0 || slot >= slots)) return 4;
    for (int64_t row = 0; row < rows; row++) {
        const uint8_t *key = AS(const uint8_t, 2) + (row * slots + slot) * size;
        AS(float, 5)[row] = said[2 * row];
        AS(float, 6)[row] = AS(const float, 1)[row] - said[2 * row + 1];
        for (int64_t i = 0; i < size; i++) AS(float, 7)[row * size + i] = (float)key[i] / 255 - centre[row * size + i];
    }
    return 0;
}

/* distance of keys from their centre, readings of their numbers (rows, size), least share by which the centre follows -> centre (rows, size). */
static int recollection_follow(const Argument *argument) {
    int64_t n = argument[3].items;
    float least = (float)REAL(2);
    HOLDS(0, n);
    HOLDS(1, n);
    for (int64_t i = 0; i < n; i++) AS(float, 3)[i] += AS(const float, 0)[i] * larger_f(least, 1 / (1 + AS(const float, 1)[i]));
    return 0;
}
