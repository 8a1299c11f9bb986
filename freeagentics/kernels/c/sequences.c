/* Memory of sequences: stretches of the past that went as the last bars did. */

#include "elementary.h"
#include "sums.h"
#include "table.h"

/* Moves are kept as bytes, of which this one is no move. */
#define STILL 128

/* The latest episodes of each asset, k at most, that ended as the last bars did: the angle between the two courses, as vectors of so many
 * moves, has at least this cosine. Both are loud: the sum of their squared moves is at least so large. Of ends less than a horizon apart
 * the most alike one stands for all. moves (A, capacity), rings whose slots are steps modulo the capacity; results (A, capacity), not a number
 * where not known; length of a course; this step; horizon; k; cosine; loudness; chances of noise to be as much alike, by cosine from 0 to 1 -> steps
 * (A, k), -1 where there are no more; cosines, results (A, k); number of stretches of noise that would be as much alike, of the loud ones that were
 * compared (A, k). */
static int sequences_find(const Argument *argument) {
    int64_t capacity = WHOLE(2), length = WHOLE(3), now = WHOLE(4), horizon = WHOLE(5), k = WHOLE(6);
    double cosine = REAL(7), loud = REAL(8);
    int64_t assets = k > 0 ? argument[10].items / k : 0, chances = argument[9].items;
    HOLDS(0, times(assets, capacity));
    HOLDS(1, times(assets, capacity));
    for (int array = 11; array < 14; array++) HOLDS(array, times(assets, k));
    if (chances < 2) return 10;
    if (capacity < 1 || length < 1 || length > capacity || horizon < 1 || now < 0 || now > INT32_MAX || k < 1) return 1;
    for (int64_t asset = 0; asset < assets; asset++) {
        const uint8_t *move = AS(const uint8_t, 0) + asset * capacity;
        const float *result = AS(const float, 1) + asset * capacity;
        int32_t *found = AS(int32_t, 10) + asset * k;
        float *alike = AS(float, 11) + asset * k, *sequel = AS(float, 12) + asset * k;
        double *chance = AS(double, 13) + asset * k;
        int64_t many = 0, own = 0, compared = 0, oldest = now - capacity + length;
        for (int64_t i = 0; i < k; i++) found[i] = -1, alike[i] = 0, sequel[i] = 0, chance[i] = 0;
        for (int64_t j = 0; j < length && j <= now; j++) {
            int64_t a = (int64_t)move[(now - j) % capacity] - STILL;
            own += a * a;
        }
        if ((double)own < loud) continue;
        oldest = oldest < length - 1 ? length - 1 : oldest;
        for (int64_t end = now - horizon; end >= oldest; end--) {
            int64_t dot = 0, other = 0, at = end % capacity, here = now % capacity;
            if (result[at] != result[at]) continue;
            for (int64_t j = 0; j < length; j++) {
                int64_t a = (int64_t)move[here] - STILL, b = (int64_t)move[at] - STILL;
                dot += a * b;
                other += b * b;
                at = at ? at - 1 : capacity - 1;
                here = here ? here - 1 : capacity - 1;
            }
            if ((double)other < loud) continue;
            compared++;
            float likeness = dot > 0 ? (float)((double)dot / __builtin_sqrt((double)own * (double)other)) : 0;
            if (likeness < cosine) continue;
            if (many && found[many - 1] - end < horizon) {
                if (likeness > alike[many - 1]) found[many - 1] = (int32_t)end, alike[many - 1] = likeness;
            } else if (many == k) {
                break;
            } else {
                found[many] = (int32_t)end;
                alike[many++] = likeness;
            }
        }
        for (int64_t i = 0; i < many; i++) {
            float place = alike[i] * (float)(chances - 1);
            sequel[i] = result[found[i] % capacity];
            chance[i] = (double)compared * (double)AS(const float, 9)[place < chances ? (int64_t)place : chances - 1];
        }
    }
    return 0;
}

/* episodes: step, result, chance (A, k); when agents joined (rows); step before the first of this run, episodes of nothing that the prior counts,
 * number of real echoes from which anything is said, largest word -> the mean result, shrunk, for each agent of what it lived through (rows, A). */
static int sequences_words(const Argument *argument) {
    int64_t rows = argument[3].items, assets = rows ? argument[8].items / rows : 0, k = assets ? argument[0].items / assets : 0;
    float doubt = (float)REAL(5), certain = (float)REAL(6), largest = (float)REAL(7);
    HOLDS(1, assets * k);
    HOLDS(2, assets * k);
    for (int64_t row = 0; row < rows; row++)
        for (int64_t asset = 0; asset < assets; asset++) {
            float count[LANES] = {0}, sum[LANES] = {0};
            int64_t joined = AS(const int32_t, 3)[row];
            for (int64_t i = 0; i < k; i++) {
                int64_t at = asset * k + i, step = AS(const int32_t, 0)[at];
                int known = step >= 0 && (!joined || step > WHOLE(4) + joined);
                /* Of a stretch that is as much alike as so many of noise would be, one is the echo. */
                float real = known ? (float)(1 / (1 + AS(const double, 2)[at])) : 0;
                count[i % LANES] += real;
                sum[i % LANES] += real * AS(const float, 1)[at];
            }
            float echoes = lanes_f(count), word = lanes_f(sum) / (echoes + doubt);
            AS(float, 8)[row * assets + asset] = echoes >= certain ? between_f(-largest, word, largest) : 0;
        }
    return 0;
}
