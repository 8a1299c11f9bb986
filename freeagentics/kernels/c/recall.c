/* Recall: the memories most like the present, one of each episode, by agents' indexes of so many slots. */

#include "elementary.h"
#include "sums.h"
#include "table.h"

/* Slots that are worked on side by side: as many as fit into a register's work. */
#define CHUNK 32

/* Numbers of a key of the built-in roles: loops of a known length are unrolled. */
#define USUAL_KEY 17

/* Slots up to which all are ranked at once; of more, those of a chunk once it may have the most relevant one. */
#define FEW 256

/* Uses of a memory that are counted at most. */
#define MOST_USES 65535

/* How memories are ranked: a key and the metric around it, this step, what a unit of distance and a step of age take from the logarithm of
 * relevance, and how much importance and use count. */
typedef struct {
    const uint8_t *key;
    const int32_t *metric;
    int32_t now;
    double distance, age, importance, use;
} Ranking;

/* The memories of one row, so many slots of them, and what ranking them needs beside: their relevance, the largest of each chunk or a bound
 * of it, and how many of the episodes found were left out of it, -1 where it is not ranked yet. */
typedef struct {
    const uint8_t *key;
    const int32_t *step;
    const float *importance, *result;
    const uint16_t *uses;
    int64_t slots, size;
    float *relevance, *most;
    int32_t *left_out;
} Memories;

/* Distance of keys from the one asked for: whole numbers below 2^24 where the metric sums to at most 256. */
static inline __attribute__((always_inline)) void distances_of(const uint8_t *key, const uint8_t *query, const int32_t *metric, int64_t slots,
                                                               int64_t size, int32_t *distance) {
    for (int64_t slot = 0; slot < slots; slot++) {
        int32_t sum = 0;
        for (int64_t i = 0; i < size; i++) {
            int32_t apart = (int32_t)key[slot * size + i] - query[i];
            sum += apart * apart * metric[i];
        }
        distance[slot] = sum;
    }
}

static inline int64_t chunk_size(const Memories *memories, int64_t first) {
    return memories->slots - first < CHUNK ? memories->slots - first : CHUNK;
}

static inline float largest_of(const float *values, int64_t count) {
    float lane[8] = {0}, most = 0;
    int64_t whole = count - count % 8;
    for (int64_t i = 0; i < whole; i += 8)
        for (int l = 0; l < 8; l++) lane[l] = larger_f(lane[l], values[i + l]);
    for (int l = 0; l < 8; l++) most = larger_f(most, lane[l]);
    for (int64_t i = whole; i < count; i++) most = larger_f(most, values[i]);
    return most;
}

/* Logarithms of the relevance of a chunk's memories (CHUNK): of likeness, recency and salience. */
static inline void weigh(const Memories *memories, const Ranking *by, int64_t first, double *logarithm) {
    int32_t distance[CHUNK] = {0}, age[CHUNK] = {0};
    double salience[CHUNK] = {0};
    int64_t count = chunk_size(memories, first);
    const uint8_t *key = memories->key + first * memories->size;
    if (memories->size == USUAL_KEY)
        distances_of(key, by->key, by->metric, count, USUAL_KEY, distance);
    else
        distances_of(key, by->key, by->metric, count, memories->size, distance);
    for (int64_t i = 0; i < count; i++) age[i] = by->now - memories->step[first + i];
    if (by->importance > 0 || by->use > 0)
        for (int64_t i = 0; i < count; i++)
            salience[i] = by->importance * between(0, 1 - memories->importance[first + i] / 2, 1) + by->use / (1.0 + memories->uses[first + i]);
    for (int i = 0; i < CHUNK; i++) logarithm[i] = -(distance[i] * by->distance) - age[i] * by->age - salience[i];
}

/* Relevance of a chunk's memories; 0 of those without an outcome (their result is no number). */
static void rank(const Memories *memories, const Ranking *by, int64_t chunk) {
    double logarithm[CHUNK], found[CHUNK];
    int64_t first = chunk * CHUNK, count = chunk_size(memories, first);
    const float *result = memories->result + first;
    float *relevance = memories->relevance + first;
    weigh(memories, by, first, logarithm);
    for (int i = 0; i < CHUNK; i++) found[i] = exp_of(logarithm[i]);
    for (int64_t i = 0; i < count; i++) relevance[i] = result[i] == result[i] && found[i] > 0 ? (float)found[i] : 0;
    memories->most[chunk] = largest_of(relevance, count);
    memories->left_out[chunk] = 0;
}

/* A number a little above the relevance of a chunk's memories, for less than ranking them. */
static void bound(const Memories *memories, const Ranking *by, int64_t chunk) {
    double logarithm[CHUNK], lane[4] = {-1e9, -1e9, -1e9, -1e9};
    weigh(memories, by, chunk * CHUNK, logarithm);
    for (int i = 0; i < CHUNK; i += 4)
        for (int l = 0; l < 4; l++) lane[l] = larger(lane[l], logarithm[i + l]);
    memories->most[chunk] = (float)exp_of(larger(larger(lane[0], lane[1]), larger(lane[2], lane[3])) + 1e-6);
    memories->left_out[chunk] = -1;
}

/* Leave out of a chunk the memories of episodes: those made less than a horizon apart from one of the steps *then*. */
static void leave_out(const Memories *memories, int64_t chunk, const int32_t *then, int64_t episodes, int32_t horizon) {
    int64_t first = chunk * CHUNK, count = chunk_size(memories, first);
    const int32_t *step = memories->step + first;
    float *relevance = memories->relevance + first;
    for (int64_t e = memories->left_out[chunk]; e < episodes; e++)
        for (int64_t i = 0; i < count; i++) {
            int32_t apart = step[i] < then[e] ? then[e] - step[i] : step[i] - then[e];
            relevance[i] = apart < horizon ? 0 : relevance[i];
        }
    memories->left_out[chunk] = (int32_t)episodes;
    memories->most[chunk] = largest_of(relevance, count);
}

/* The first slot of the largest relevance beyond the episodes *then*; -1 where there is none. Of chunks only those are brought up to date
 * that come first. */
static int64_t most_relevant(const Memories *memories, const Ranking *by, const int32_t *then, int64_t episodes, int32_t horizon) {
    int64_t chunks = (memories->slots + CHUNK - 1) / CHUNK;
    for (;;) {
        int64_t chunk = 0, slot;
        float most = 0;
        for (int64_t c = 0; c < chunks; c++)
            if (memories->most[c] > most) most = memories->most[chunk = c];
        if (!(most > 0)) return -1;
        if (memories->left_out[chunk] == episodes) {
            for (slot = chunk * CHUNK; memories->relevance[slot] < most;) slot++;
            return slot;
        }
        if (memories->left_out[chunk] < 0)
            rank(memories, by, chunk);
        else
            leave_out(memories, chunk, then, episodes, horizon);
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

/* key (rows, slots, size), step, importance, result, reward (rows, slots), query (rows, size), metric (rows or 1, size), k, step now, horizon,
 * scale of distances, half-life, weight of importance, weight of use -> uses (rows, slots), of which those of the first *named* found are
 * counted; relevance (slots, and then the largest of each chunk), episodes left out of each chunk, as scratch; step, relevance, share, result,
 * reward (rows, k). */
static int recall_find(const Argument *argument) {
    int64_t k = WHOLE(7), horizon = WHOLE(9), named = WHOLE(14), rows = k > 0 ? argument[18].items / k : 0;
    int64_t slots = rows ? argument[1].items / rows : 0, size = rows ? argument[5].items / rows : 0;
    int64_t metric_stride = argument[6].items > size ? size : 0, chunks = (slots + CHUNK - 1) / CHUNK;
    HOLDS(0, times(rows * slots, size));
    for (int array = 2; array < 5; array++) HOLDS(array, rows * slots);
    HOLDS(6, metric_stride ? rows * size : size);
    HOLDS(15, rows * slots);
    HOLDS(16, slots + chunks);
    HOLDS(17, chunks);
    for (int array = 19; array < 23; array++) HOLDS(array, rows * k);
    for (int64_t row = 0; row < rows; row++) {
        const int32_t *step = AS(const int32_t, 1) + row * slots;
        const float *result = AS(const float, 3) + row * slots;
        uint16_t *uses = AS(uint16_t, 15) + row * slots;
        Memories memories = {AS(const uint8_t, 0) + row * slots * size, step, AS(const float, 2) + row * slots, result, uses, slots, size,
                             AS(float, 16), AS(float, 16) + slots, AS(int32_t, 17)};
        int32_t *then = AS(int32_t, 18) + row * k;
        float *found = AS(float, 19) + row * k, next = 0;
        Ranking by = {AS(const uint8_t, 5) + row * size, AS(const int32_t, 6) + row * metric_stride, (int32_t)WHOLE(8), 0, LN2 / REAL(11),
                      REAL(12), REAL(13)};
        int64_t whole = 0;
        for (int64_t i = 0; i < size; i++) whole += by.metric[i];
        by.distance = REAL(10) / (double)(whole > 0 ? whole : 1);
        for (int64_t chunk = 0; chunk < chunks; chunk++) slots > FEW ? bound(&memories, &by, chunk) : rank(&memories, &by, chunk);
        for (int64_t place = 0; place <= k; place++) {
            int64_t best = most_relevant(&memories, &by, then, place, (int32_t)horizon);
            float relevance = best < 0 ? 0 : memories.relevance[best];
            if (place == k) {
                next = relevance;
                break;
            }
            found[place] = relevance;
            then[place] = best < 0 ? -1 : step[best];
            AS(float, 21)[row * k + place] = best < 0 ? 0 : result[best];
            AS(float, 22)[row * k + place] = best < 0 ? 0 : AS(const float, 4)[row * slots + best];
            if (best >= 0 && place < named && uses[best] < MOST_USES) uses[best]++;
        }
        share_out(found, next, k, AS(float, 20) + row * k);
    }
    return 0;
}

static double faded(float importance, int64_t age, double halflife) { return importance * exp2_of(-(double)age / halflife); }

/* Memories of all rows: key (rows, slots, size), step, importance, result, reward, uses (rows, slots). */
typedef struct {
    uint8_t *key;
    int32_t *step;
    float *importance, *result, *reward;
    uint16_t *uses;
    int64_t slots, size;
} Held;

/* Place from *first* on of the memory of the horizon of the one that leaves, or else of the least important, if that one is more important;
 * -1 where it is not. */
static int64_t place_of(const Held *held, int64_t leaving, int64_t first, int64_t after, int64_t now, int64_t horizon, double halflife) {
    double least = 0;
    int64_t weakest = -1;
    for (int64_t other = first; other < after; other++) {
        int there = held->step[other] >= 0;
        double worth = there ? faded(held->importance[other], now - held->step[other], halflife) : -1;
        int same = there && held->step[other] / horizon == held->step[leaving] / horizon;
        if (weakest < 0 || worth < least || same) weakest = other, least = worth;
        if (same) break;
    }
    return faded(held->importance[leaving], now - held->step[leaving], halflife) > least ? weakest : -1;
}

static void copy_memory(const Held *held, int64_t from, int64_t to) {
    memcpy(held->key + to * held->size, held->key + from * held->size, (size_t)held->size);
    held->step[to] = held->step[from];
    held->importance[to] = held->importance[from];
    held->result[to] = held->result[from];
    held->reward[to] = held->reward[from];
    held->uses[to] = held->uses[from];
}

/* Memories of this step, keys (rows, size) and importance (rows), into a slot of the ring; what they replace may stay among the older ones. Held
 * are key (rows, slots, size), step, importance, result, reward, uses (rows, slots); slot, ring, step now, horizon, half-life. */
static int recall_remember(const Argument *argument) {
    int64_t rows = argument[1].items, slot = WHOLE(8), ring = WHOLE(9), now = WHOLE(10), horizon = WHOLE(11);
    int64_t slots = rows ? argument[3].items / rows : 0, size = rows ? argument[0].items / rows : 0;
    const uint8_t *keys = AS(const uint8_t, 0);
    Held held = {AS(uint8_t, 2), AS(int32_t, 3), AS(float, 4), AS(float, 5), AS(float, 6), AS(uint16_t, 7), slots, size};
    HOLDS(2, rows * slots * size);
    for (int array = 4; array < 8; array++) HOLDS(array, rows * slots);
    if (slot < 0 || slot >= ring || ring >= slots) return rows ? 9 : 0;
    if (horizon < 1) return 12;
    for (int64_t row = 0; row < rows; row++) {
        int64_t at = row * slots + slot;
        int64_t kept = held.step[at] < 0 ? -1 : place_of(&held, at, row * slots + ring, (row + 1) * slots, now, horizon, REAL(12));
        if (kept >= 0) copy_memory(&held, at, kept);
        memcpy(held.key + at * size, keys + row * size, (size_t)size);
        held.step[at] = (int32_t)now;
        held.importance[at] = AS(const float, 1)[row];
        held.result[at] = (float)from_bits(0x7ff8000000000000u);
        held.reward[at] = 0;
        held.uses[at] = 0;
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

/* outcomes (rows): result, reward; the step that they are of, its slot, the size of a result from which it counts most -> attached to the memory
 * that each row has of that step in the slot, if any; step, result, reward, importance (rows, slots), which grows with the result. */
static int recall_attach(const Argument *argument) {
    int64_t made = WHOLE(2), slot = WHOLE(3), rows = argument[0].items, slots = rows ? argument[5].items / rows : 0;
    float most = (float)REAL(4);
    HOLDS(1, rows);
    for (int array = 6; array < 9; array++) HOLDS(array, rows * slots);
    if (rows && (slot < 0 || slot >= slots)) return 4;
    for (int64_t row = 0; row < rows; row++) {
        int64_t at = row * slots + slot;
        if (AS(const int32_t, 5)[at] != made) continue;
        float result = AS(const float, 0)[row], size = magnitude_f(result);
        AS(float, 6)[at] = result;
        AS(float, 7)[at] = AS(const float, 1)[row];
        AS(float, 8)[at] += smaller_f(size, most) / most;
    }
    return 0;
}
