/* Memory of sequences: stretches of the past that went as the last bars did. */

#include "elementary.h"
#include "table.h"

/* Moves are kept as bytes, of which this one is no move. */
#define STILL 128

/* The latest episodes of each asset, k at most, that ended as the last bars did: the angle between the two courses, as vectors of so many
 * moves, has at least this cosine. Both are loud: the sum of their squared moves is at least so large. Of ends less than a horizon apart
 * the most alike one stands for all. moves (A, capacity), rings whose slots are steps modulo the capacity; results (A, capacity), not a number
 * where not known; length of a course; this step; horizon; k; cosine; loudness; steps (A, k), -1 where there are no more; cosines (A, k); number
 * of loud stretches that were compared (A). */
static int sequences_find(const Argument *argument) {
    int64_t capacity = WHOLE(2), length = WHOLE(3), now = WHOLE(4), horizon = WHOLE(5), k = WHOLE(6);
    double cosine = REAL(7), loud = REAL(8);
    int64_t assets = argument[11].items;
    HOLDS(0, times(assets, capacity));
    HOLDS(1, times(assets, capacity));
    HOLDS(9, times(assets, k));
    HOLDS(10, times(assets, k));
    if (capacity < 1 || length < 1 || length > capacity || horizon < 1 || now < 0 || k < 1) return 1;
    for (int64_t asset = 0; asset < assets; asset++) {
        const uint8_t *move = AS(const uint8_t, 0) + asset * capacity;
        const float *result = AS(const float, 1) + asset * capacity;
        int32_t *found = AS(int32_t, 9) + asset * k, *compared = AS(int32_t, 11) + asset;
        float *alike = AS(float, 10) + asset * k;
        int64_t many = 0, own = 0, oldest = now - capacity + length;
        for (int64_t i = 0; i < k; i++) found[i] = -1, alike[i] = 0;
        *compared = 0;
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
            (*compared)++;
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
    }
    return 0;
}
