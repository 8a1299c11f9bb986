/* Random numbers by counting: Philox 4x64 of ten rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), as numpy counts. */

#include "table.h"

typedef struct {
    uint64_t word[4];
} Counter;

static inline Counter philox(Counter at, uint64_t first_key, uint64_t second_key) {
    for (int round = 0; round < 10; round++) {
        unsigned __int128 even = (unsigned __int128)at.word[0] * 0xD2E7470EE14C6C93, odd = (unsigned __int128)at.word[2] * 0xCA5A826395121157;
        at = (Counter){{(uint64_t)(odd >> 64) ^ at.word[1] ^ first_key, (uint64_t)odd, (uint64_t)(even >> 64) ^ at.word[3] ^ second_key, (uint64_t)even}};
        first_key += 0x9E3779B97F4A7C15, second_key += 0xBB67AE8584CAA73B;
    }
    return at;
}

/* key (2), step, which is the top word of the counter -> numbers within [0, 1), in steps of 2^-53. */
static int uniform_draws(const Argument *argument) {
    int64_t n = argument[2].items;
    Counter at = {{0, 0, 0, (uint64_t)WHOLE(1)}}, drawn = {{0}};
    HOLDS(0, 2);
    for (int64_t i = 0; i < n; i++) {
        if (i % 4 == 0) {
            at.word[0]++;
            drawn = philox(at, (uint64_t)AS(const int64_t, 0)[0], (uint64_t)AS(const int64_t, 0)[1]);
        }
        AS(double, 2)[i] = (double)(drawn.word[i % 4] >> 11) * 0x1p-53;
    }
    return 0;
}
