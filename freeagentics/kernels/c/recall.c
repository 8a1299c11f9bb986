/* Recall: the memories most like the present, one of each episode, by agents' indexes of so many slots. */

#include "elementary.h"
#include "sums.h"
#include "table.h"

/* Slots whose distances are found before their relevance: as many as fit into a register's work. */
#define CHUNK 32

/* Distance of keys from the one asked for: whole numbers below 2^24 where the metric sums to at most 256. */
static void distances_of(const uint8_t *key, const uint8_t *query, const int32_t *metric, int64_t slots, int64_t size, int32_t *distance) {
    for (int64_t slot = 0; slot < slots; slot++) {
        int32_t sum = 0;
        for (int64_t i = 0; i < size; i++) {
            int32_t apart = (int32_t)key[slot * size + i] - query[i];
            sum += apart * apart * metric[i];
        }
        distance[slot] = sum;
    }
}

/* Likeness times recency of one row's memories with an outcome (their result is a number), 0 of others. */
static void relevance_of(const uint8_t *key, const int32_t *step, const float *result, const uint8_t *query, const int32_t *metric, int64_t slots,
                         int64_t size, int64_t now, double scale, double halflife, float *relevance) {
    int64_t whole = 0;
    for (int64_t i = 0; i < size; i++) whole += metric[i];
    double distance_scale = scale / (double)(whole > 0 ? whole : 1), forgetting = LN2 / halflife;
    for (int64_t first = 0; first < slots; first += CHUNK) {
        int32_t distance[CHUNK] = {0}, age[CHUNK] = {0};
        int64_t count = slots - first < CHUNK ? slots - first : CHUNK;
        distances_of(key + first * size, query, metric, count, size, distance);
        for (int64_t i = 0; i < count; i++) age[i] = (int32_t)now - step[first + i];
        double found[CHUNK];
        for (int i = 0; i < CHUNK; i++) found[i] = exp_of(-(distance[i] * distance_scale) - age[i] * forgetting);
        for (int64_t i = 0; i < count; i++) relevance[first + i] = result[first + i] == result[first + i] ? (float)found[i] : 0;
    }
}

/* The first slot of the largest relevance. */
static int64_t most_relevant(const float *relevance, int64_t slots) {
    float lane[8] = {0}, most = 0;
    int64_t whole = slots - slots % 8, best = 0;
    for (int64_t slot = 0; slot < whole; slot += 8)
        for (int l = 0; l < 8; l++) lane[l] = larger_f(lane[l], relevance[slot + l]);
    for (int l = 0; l < 8; l++) most = larger_f(most, lane[l]);
    for (int64_t slot = whole; slot < slots; slot++) most = larger_f(most, relevance[slot]);
    while (best < slots - 1 && relevance[best] < most) best++;
    return best;
}

/* Memories of an episode, made less than a horizon apart from one of them, are no longer looked for. */
static void leave_out(const int32_t *step, int32_t then, int32_t horizon, int64_t slots, float *relevance) {
    for (int64_t slot = 0; slot < slots; slot++) {
        int32_t apart = step[slot] < then ? then - step[slot] : step[slot] - then;
        relevance[slot] = apart < horizon ? 0 : relevance[slot];
    }
}

/* Shares of memories in their mean: by how much each is more relevant than the first one left out; as relevant as they are where none is. */
static void share_out(const float *found, float next, int64_t k, float *share) {
    float beyond = 0, total = 0;
    for (int64_t place = 0; place < k; place++) beyond += found[place] - next;
    for (int64_t place = 0; place < k; place++) {
        share[place] = beyond > 0 ? found[place] - next : found[place];
        total += share[place];
    }
    for (int64_t place = 0; place < k; place++) share[place] /= larger_f(total, 1e-6f);
}

/* key (rows, slots, size), step, result, reward (rows, slots), query (rows, size), metric (rows or 1, size), k, step now, horizon, scale of
 * distances, half-life -> relevance (rows, slots, as scratch), step, relevance, share, result, reward (rows, k). */
static int recall_find(const Argument *argument) {
    int64_t k = WHOLE(6), now = WHOLE(7), horizon = WHOLE(8), rows = k ? argument[12].items / k : 0;
    int64_t slots = rows ? argument[1].items / rows : 0, size = rows ? argument[4].items / rows : 0;
    int64_t metric_stride = argument[5].items > size ? size : 0;
    HOLDS(0, rows * slots * size);
    HOLDS(2, rows * slots);
    HOLDS(3, rows * slots);
    HOLDS(5, metric_stride ? rows * size : size);
    HOLDS(11, rows * slots);
    for (int array = 13; array < 17; array++) HOLDS(array, rows * k);
    for (int64_t row = 0; row < rows; row++) {
        const int32_t *step = AS(const int32_t, 1) + row * slots;
        float *left = AS(float, 11) + row * slots, *found = AS(float, 13) + row * k, next = 0;
        relevance_of(AS(const uint8_t, 0) + row * slots * size, step, AS(const float, 2) + row * slots, AS(const uint8_t, 4) + row * size,
                     AS(const int32_t, 5) + row * metric_stride, slots, size, now, REAL(9), REAL(10), left);
        for (int64_t place = 0; place <= k; place++) {
            int64_t best = slots ? most_relevant(left, slots) : 0;
            float relevance = slots ? left[best] : 0;
            if (place == k) {
                next = relevance;
                break;
            }
            found[place] = relevance;
            AS(int32_t, 12)[row * k + place] = relevance > 0 ? step[best] : -1;
            AS(float, 15)[row * k + place] = relevance > 0 ? AS(const float, 2)[row * slots + best] : 0;
            AS(float, 16)[row * k + place] = relevance > 0 ? AS(const float, 3)[row * slots + best] : 0;
            if (relevance > 0) leave_out(step, step[best], (int32_t)horizon, slots, left);
        }
        share_out(found, next, k, AS(float, 14) + row * k);
    }
    return 0;
}

static double faded(float importance, int64_t age, double halflife) { return importance * exp2_of(-(double)age / halflife); }

/* The memory that the ring is about to write over takes the place of the one of its own horizon among the older ones, or else of the least
 * important, if it is more important. key (rows, slots, size), step, importance, result, reward (rows, slots); rows, slot, ring, step now,
 * horizon, half-life. */
static int recall_keep(const Argument *argument) {
    uint8_t *key = AS(uint8_t, 0);
    int32_t *step = AS(int32_t, 1);
    float *importance = AS(float, 2), *result = AS(float, 3), *reward = AS(float, 4);
    int64_t rows = WHOLE(5), slot = WHOLE(6), ring = WHOLE(7), now = WHOLE(8), horizon = WHOLE(9);
    int64_t slots = rows ? argument[1].items / rows : 0, size = rows && slots ? argument[0].items / rows / slots : 0;
    double halflife = REAL(10);
    for (int array = 2; array < 5; array++) HOLDS(array, rows * slots);
    if (slot < 0 || slot >= ring || ring >= slots) return rows ? 7 : 0;
    if (horizon < 1) return 10;
    for (int64_t row = 0; row < rows; row++) {
        int64_t leaving = row * slots + slot, weakest = -1;
        if (step[leaving] < 0) continue;
        double least = 0;
        for (int64_t other = row * slots + ring; other < (row + 1) * slots; other++) {
            int there = step[other] >= 0;
            double worth = there ? faded(importance[other], now - step[other], halflife) : -1;
            int same = there && step[other] / horizon == step[leaving] / horizon;
            if (weakest < 0 || worth < least || same) weakest = other, least = worth;
            if (same) break;
        }
        if (faded(importance[leaving], now - step[leaving], halflife) <= least) continue;
        memcpy(key + weakest * size, key + leaving * size, (size_t)size);
        step[weakest] = step[leaving];
        importance[weakest] = importance[leaving];
        result[weakest] = result[leaving];
        reward[weakest] = reward[leaving];
    }
    return 0;
}

/* Feature vectors (n, F), which of the features are in keys, their low ends and widths (size) -> keys (n, size): each over its range, to a
 * byte; NaN is the low end. */
static int recall_keys(const Argument *argument) {
    int64_t size = argument[1].items, n = size ? argument[4].items / size : 0, features = n ? argument[0].items / n : 0;
    const float *vectors = AS(const float, 0), *low = AS(const float, 2), *width = AS(const float, 3);
    HOLDS(2, size);
    HOLDS(3, size);
    for (int64_t i = 0; i < size; i++)
        if (AS(const int64_t, 1)[i] < 0 || AS(const int64_t, 1)[i] >= features) return n ? 2 : 0;
    for (int64_t row = 0; row < n; row++)
        for (int64_t i = 0; i < size; i++) {
            float share = (vectors[row * features + AS(const int64_t, 1)[i]] - low[i]) / width[i];
            /* Comparisons with NaN are false: it becomes 0. To the nearest, ties to even. */
            share = share > 0 ? smaller_f(share, 1) * 255 : 0;
            AS(uint8_t, 4)[row * size + i] = (uint8_t)((share + 12582912.0f) - 12582912.0f);
        }
    return 0;
}

/* weights (rows, size), the sum that whole ones have at most -> weights in whole numbers (rows, size): metrics of keys. */
static int recall_metric(const Argument *argument) {
    int64_t size = WHOLE(1), n = argument[3].items;
    const float *weights = AS(const float, 0);
    float most = (float)REAL(2);
    HOLDS(0, n);
    if (size < 1) return n ? 2 : 0;
    for (int64_t first = 0; first + size <= n; first += size) {
        float whole = sum_f(weights + first, size);
        /* Not negative: the integer below is what is left without the fraction. */
        for (int64_t i = first; i < first + size; i++) AS(int32_t, 3)[i] = (int32_t)(weights[i] / whole * most);
    }
    return 0;
}

/* relevance, share, result (rows, k), episodes that the prior counts -> mean result by share, and its weight against the prior (rows). */
static int recall_means(const Argument *argument) {
    int64_t rows = argument[4].items, k = rows ? argument[0].items / rows : 0;
    const float *relevance = AS(const float, 0), *share = AS(const float, 1), *result = AS(const float, 2);
    HOLDS(1, rows * k);
    HOLDS(2, rows * k);
    HOLDS(5, rows);
    for (int64_t row = 0; row < rows; row++) {
        float whole = sum_f(relevance + row * k, k);
        AS(float, 4)[row] = sum_products_f(share + row * k, result + row * k, k);
        AS(float, 5)[row] = whole / ((float)REAL(3) + whole);
    }
    return 0;
}

/* outcomes (rows): result, reward; the step that they are of, its slot -> attached to the memory that each row has of that step in the slot, if any; step, result,
 * reward, importance (rows, slots), which grows with the result. */
static int recall_attach(const Argument *argument) {
    int64_t made = WHOLE(2), slot = WHOLE(3), rows = argument[0].items, slots = rows ? argument[4].items / rows : 0;
    HOLDS(1, rows);
    for (int array = 5; array < 8; array++) HOLDS(array, rows * slots);
    if (rows && (slot < 0 || slot >= slots)) return 4;
    for (int64_t row = 0; row < rows; row++) {
        int64_t at = row * slots + slot;
        if (AS(const int32_t, 4)[at] != made) continue;
        float result = AS(const float, 0)[row], size = magnitude_f(result);
        AS(float, 5)[at] = result;
        AS(float, 6)[at] = AS(const float, 1)[row];
        AS(float, 7)[at] += smaller_f(size, 4) / 4;
    }
    return 0;
}
