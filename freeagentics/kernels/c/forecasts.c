/* Forecasts of hunters and analyzers: which sources they read, what belief and sources say, and what is left of outcomes to learn from. The
 * formulas are those of `Forecaster` and `HeldDirections`. */

#include "elementary.h"
#include "sums.h"
#include "table.h"

/* directions (S, A), which were read (rows, S), horizon -> bars left and directions held (rows, S, A), after a bar in which that was read. */
static int directions_take(const Argument *argument) {
    int64_t directions = argument[0].items, n = argument[4].items, read = argument[1].items, assets = read ? n / read : 0;
    uint16_t *left = AS(uint16_t, 3), horizon = (uint16_t)WHOLE(2);
    HOLDS(3, n);
    if (n && (!directions || n % directions)) return 1;
    if (n && (!read || n % read)) return 2;
    for (int64_t i = 0; i < n; i++) {
        float direction = AS(const float, 0)[i % directions];
        int heard = AS(const uint8_t, 1)[i / assets] && direction != 0;
        left[i] = heard ? horizon : (uint16_t)(left[i] ? left[i] - 1 : 0);
        AS(float, 4)[i] = heard ? direction : AS(float, 4)[i];
    }
    return 0;
}

/* bars left and directions held (n), horizon -> directions as they stand for the bars that are left (n). */
static int directions_now(const Argument *argument) {
    int64_t n = argument[3].items;
    HOLDS(0, n);
    HOLDS(1, n);
    for (int64_t i = 0; i < n; i++) AS(float, 3)[i] = AS(const float, 1)[i] * ((float)AS(const uint16_t, 0)[i] / (float)WHOLE(2));
    return 0;
}

/* bars left (rows, A), horizon -> share of what was read that has faded, mean over assets (rows). */
static int directions_faded(const Argument *argument) {
    int64_t rows = argument[2].items, assets = rows ? argument[0].items / rows : 0;
    for (int64_t row = 0; row < rows; row++) {
        float lane[LANES] = {0};
        for (int64_t a = 0; a < assets; a++) lane[a % LANES] += (float)AS(const uint16_t, 0)[row * assets + a] / (float)WHOLE(1);
        AS(float, 2)[row] = 1 - lanes_f(lane) / (float)assets;
    }
    return 0;
}

/* worth of a reading of every component (rows, 1 + 2 S), share of what was read that has faded (rows, S); cost of sources (S), and what a unit of
 * squared error is worth in cents (rows); even draws (rows, drawn), places in them (S), rate of exploration (rows) -> worth of sources (rows, S),
 * those read (rows, S), and whether any is read only to learn about it (rows). */
static int sources_choose(const Argument *argument) {
    int64_t sources = argument[2].items, rows = argument[6].items, drawn = rows ? argument[4].items / rows : 0, components = 1 + 2 * sources;
    const int64_t *cost = AS(const int64_t, 2), *place = AS(const int64_t, 5);
    HOLDS(0, rows * components);
    HOLDS(1, rows * sources);
    HOLDS(3, rows);
    HOLDS(5, sources);
    HOLDS(7, rows * sources);
    HOLDS(8, rows * sources);
    HOLDS(9, rows);
    for (int64_t s = 0; s < sources; s++)
        if (rows && (place[s] < 0 || place[s] >= drawn)) return 6;
    for (int64_t row = 0; row < rows; row++) {
        int exploring = 0;
        for (int64_t s = 0; s < sources; s++) {
            int64_t i = row * sources + s;
            const float *words = AS(const float, 0) + row * components + 1 + 2 * s;
            float worth = words[0] + words[1], faded = AS(const float, 1)[i];
            float cost_in_errors = (float)((double)cost[s] / larger(AS(const double, 3)[row], 1));
            int wanted = !cost[s] || worth * ((faded * faded) * (faded * faded)) > cost_in_errors;
            int trying = !wanted && AS(const double, 4)[row * drawn + place[s]] < (double)AS(const float, 6)[row];
            AS(float, 7)[i] = worth;
            AS(uint8_t, 8)[i] = (uint8_t)(wanted || trying);
            exploring |= trying;
        }
        AS(uint8_t, 9)[row] = (uint8_t)exploring;
    }
    return 0;
}

/* What belief, and words up and words down of each source, say: trend, direction of a source. */
static inline float component_of(int64_t component, float trend, float direction) {
    if (!component) return trend;
    return component % 2 ? larger_f(direction, 0) : smaller_f(direction, 0);
}

/* trend (rows, A), directions (rows, S, A), weights (rows, 1 + 2 S), what patterns say (rows, P, A, or none), shift by sequences (rows, A, or none),
 * largest forecast -> what each component says, patterns last (rows, 1 + 2 S + P, A), the parts of belief and of sources and patterns (rows, 2, A),
 * and the forecast (rows, A); A. */
static int forecasts_add(const Argument *argument) {
    int64_t assets = WHOLE(9), n = argument[8].items, rows = assets > 0 ? n / assets : 0, sources = n ? argument[1].items / n : 0;
    int64_t components = 1 + 2 * sources, patterns = n ? argument[3].items / n : 0, all = components + patterns, shifted = argument[4].items > 0;
    const float *trend = AS(const float, 0), *directions = AS(const float, 1), *weights = AS(const float, 2);
    float largest = (float)REAL(5);
    HOLDS(0, n);
    HOLDS(2, rows * components);
    if (shifted) HOLDS(4, n);
    HOLDS(6, n * all);
    HOLDS(7, 2 * n);
    for (int64_t row = 0; row < rows; row++) {
        float *said = AS(float, 6) + row * all * assets, *part = AS(float, 7) + row * 2 * assets, *of_patterns = said + components * assets;
        for (int64_t c = 0; c < components; c++)
            for (int64_t a = 0; a < assets; a++) {
                float direction = c ? directions[(row * sources + (c - 1) / 2) * assets + a] : 0;
                said[c * assets + a] = weights[row * components + c] * component_of(c, trend[row * assets + a], direction);
            }
        for (int64_t i = 0; i < patterns * assets; i++) of_patterns[i] = AS(const float, 3)[row * patterns * assets + i];
        for (int64_t a = 0; a < assets; a++) {
            part[a] = said[a];
            part[assets + a] = sum_apart_f(said + assets + a, 2 * sources, assets);
            if (patterns) part[assets + a] += sum_apart_f(of_patterns + a, patterns, assets);
            float forecast = sum_apart_f(part + a, 2, assets);
            if (shifted) forecast += AS(const float, 4)[row * assets + a];
            AS(float, 8)[row * assets + a] = between_f(-largest, forecast, largest);
        }
    }
    return 0;
}

/* trend (rows, A), directions (S, A) and which were read (rows, S) at a step, weights (rows, 1 + 2 S), outcome (A) -> what each component said
 * (rows, 1 + 2 S, A), what all left of the outcome (rows, A), what the others left to each (rows, 1 + 2 S, A): the belief comes first, and has all
 * to explain; which components were read (rows, 1 + 2 S). */
static int forecasts_left(const Argument *argument) {
    int64_t assets = argument[4].items, n = argument[6].items, rows = assets ? n / assets : 0, sources = assets ? argument[1].items / assets : 0;
    int64_t components = 1 + 2 * sources;
    const float *trend = AS(const float, 0), *directions = AS(const float, 1), *weights = AS(const float, 3), *result = AS(const float, 4);
    HOLDS(0, n);
    HOLDS(2, rows * sources);
    HOLDS(3, rows * components);
    HOLDS(5, n * components);
    HOLDS(7, n * components);
    HOLDS(8, rows * components);
    for (int64_t row = 0; row < rows; row++) {
        const uint8_t *read = AS(const uint8_t, 2) + row * sources;
        float *said = AS(float, 5) + row * components * assets, *residual = AS(float, 7) + row * components * assets;
        for (int64_t c = 0; c < components; c++) {
            int64_t source = (c - 1) / 2;
            AS(uint8_t, 8)[row * components + c] = c ? read[source] : 1;
            for (int64_t a = 0; a < assets; a++) {
                float direction = c && read[source] ? directions[source * assets + a] : 0;
                said[c * assets + a] = component_of(c, trend[row * assets + a], direction);
                residual[c * assets + a] = weights[row * components + c] * said[c * assets + a];
            }
        }
        for (int64_t a = 0; a < assets; a++) {
            float left = result[a] - sum_apart_f(residual + a, components, assets);
            AS(float, 6)[row * assets + a] = left;
            for (int64_t c = 1; c < components; c++) residual[c * assets + a] = left + residual[c * assets + a];
            residual[a] = result[a];
        }
    }
    return 0;
}

/* forecast (rows, A), which is moved by memories (rows) at the asset in focus (rows), parts (rows, 2, A), entropy (rows, A), sources read (rows, S),
 * their worth (rows, S), cost and bits (S), largest forecast -> forecast; confidence, size (rows), numbers of reasoning (6, rows), cents (rows). */
static int forecasts_tell(const Argument *argument) {
    int64_t rows = argument[9].items, sources = argument[6].items, assets = rows ? argument[0].items / rows : 0;
    float *forecast = AS(float, 0), *reason = AS(float, 11), largest = (float)REAL(8);
    const uint8_t *read = AS(const uint8_t, 4);
    HOLDS(1, rows);
    HOLDS(2, rows);
    HOLDS(3, rows * assets * 2);
    HOLDS(5, rows * sources);
    HOLDS(4, rows * sources);
    HOLDS(7, sources);
    HOLDS(10, rows);
    HOLDS(11, 6 * rows);
    HOLDS(12, rows);
    HOLDS(13, rows * assets);
    for (int64_t row = 0; row < rows; row++) {
        int64_t asset = AS(const int64_t, 2)[row], at = row * assets + asset, bits = 0, cents = 0;
        if (asset < 0 || asset >= assets) return 3;
        const float *part = AS(const float, 3) + row * 2 * assets + asset;
        float after = between_f(-largest, forecast[at] + AS(const float, 1)[row], largest), strength = magnitude_f(after);
        float lane[LANES] = {0};
        for (int64_t s = 0; s < sources; s++) {
            int64_t was = read[row * sources + s];
            lane[s % LANES] += was ? AS(const float, 5)[row * sources + s] : 0;
            bits += was * AS(const int64_t, 7)[s];
            cents += was * AS(const int64_t, 6)[s];
        }
        forecast[at] = after;
        AS(float, 9)[row] = strength / (strength + 0.5f) * (1 - 0.5f * AS(const float, 13)[at]);
        AS(float, 10)[row] = smaller_f(strength / 2, 1);
        reason[row] = after;
        reason[rows + row] = part[0];
        reason[2 * rows + row] = part[assets];
        reason[3 * rows + row] = between_f(-largest, part[0] + part[assets], largest);
        reason[4 * rows + row] = (float)bits;
        reason[5 * rows + row] = lanes_f(lane);
        AS(int64_t, 12)[row] = cents;
    }
    return 0;
}

/* weight of each adviser (rows, C), which counts from nothing to so much; forecasts (rows, C, A), of which the sum is kept within the largest ->
 * what was said (rows, C, A), and the sum (rows, A). */
static int advice_add(const Argument *argument) {
    int64_t components = argument[0].items, n = argument[4].items, all = argument[5].items;
    int64_t advisers = all ? n / all : 0, rows = advisers ? components / advisers : 0, assets = rows ? all / rows : 0;
    const float *forecast = AS(const float, 1);
    float heaviest = (float)REAL(2), largest = (float)REAL(3);
    HOLDS(1, n);
    if (rows * advisers * assets != n) return 5;
    for (int64_t row = 0; row < rows; row++)
        for (int64_t a = 0; a < assets; a++) {
            float sum = 0;
            for (int64_t c = 0; c < advisers; c++) {
                int64_t i = (row * advisers + c) * assets + a;
                AS(float, 4)[i] = forecast[i];
                sum += between_f(0, AS(const float, 0)[row * advisers + c], heaviest) * forecast[i];
            }
            AS(float, 5)[row * assets + a] = between_f(-largest, sum, largest);
        }
    return 0;
}

/* weight of each adviser (rows, C), and the most that counts; what was said (rows, C, A), outcome (A) -> what the others left of it to each
 * (rows, C, A), and the outcome for all (rows, A). */
static int advice_left(const Argument *argument) {
    int64_t components = argument[0].items, n = argument[4].items, assets = argument[3].items;
    int64_t rows = assets ? argument[5].items / assets : 0, advisers = rows ? components / rows : 0;
    const float *said = AS(const float, 2), *result = AS(const float, 3);
    float heaviest = (float)REAL(1);
    HOLDS(2, n);
    if (rows * advisers * assets != n) return 5;
    for (int64_t row = 0; row < rows; row++) {
        const float *weight = AS(const float, 0) + row * advisers;
        for (int64_t a = 0; a < assets; a++) {
            float sum = 0;
            for (int64_t c = 0; c < advisers; c++) sum += between_f(0, weight[c], heaviest) * said[(row * advisers + c) * assets + a];
            for (int64_t c = 0; c < advisers; c++) {
                int64_t i = (row * advisers + c) * assets + a;
                AS(float, 4)[i] = (result[a] - sum) + between_f(0, weight[c], heaviest) * said[i];
            }
            AS(float, 5)[row * assets + a] = result[a];
        }
    }
    return 0;
}
