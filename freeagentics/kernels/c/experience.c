/* The situation of agents as a feature vector: what their desks' books, the market, their beliefs and the signals that they heard say. */

#include "elementary.h"
#include "table.h"

/* Places of features in the vector, in the order in which `SITUATION` of agents/experience.py names them. */
enum {
    AT_BULL, AT_BEAR, AT_CALM, AT_TURBULENT, AT_ENTROPY, AT_SURPRISE, AT_EXPECTED_VOLATILITY, AT_RETURN, AT_TREND, AT_VOLATILITY_RATIO,
    AT_RECEIVED, AT_TOP_SEVERITY, AT_MEAN_CONFIDENCE,
    AT_WHALES_HEARD, AT_TREND_HEARD, AT_VOLATILITY_HEARD, AT_SENTIMENT_HEARD, AT_LIMIT_HEARD, AT_VETO_HEARD, AT_TARGET_HEARD,
    AT_EXPOSURE, AT_TARGET_GAP, AT_VALUE_AT_RISK, PLACES
};

/* Kinds of signals, each with a feature; without a limit that is valid the limit is 1. */
#define KINDS (AT_EXPOSURE - AT_WHALES_HEARD)

/* books (D, B) and the places of their numbers (B); desk, focus (rows); volatility, return, trend, volatility ratio (A); regimes, entropy,
 * surprise, moments, below (rows, A, ...) and the returns (24) at which that is tabulated; signals heard: data (rows, kinds, A), expires (rows,
 * kinds), received, top severity, mean confidence (rows); places of the other features; market time now, root of the horizon, probability of
 * value-at-risk; -> states (rows, F). */
static int experience_situation(const Argument *argument) {
    int64_t books = argument[1].items, rows = argument[2].items, assets = argument[4].items, n = rows * assets;
    int64_t desks = books ? argument[0].items / books : 0, features = rows ? argument[23].items / rows : 0;
    const int64_t *book_at = AS(const int64_t, 1), *focus = AS(const int64_t, 3), *at = AS(const int64_t, 19), *expires = AS(const int64_t, 15);
    const float *volatility = AS(const float, 4), *moments = AS(const float, 11), *data = AS(const float, 14);
    float root = (float)REAL(21);
    HOLDS(3, rows);
    for (int array = 5; array < 8; array++) HOLDS(array, assets);
    HOLDS(8, n * REGIMES);
    HOLDS(9, n);
    HOLDS(10, n);
    HOLDS(11, n * MOMENTS);
    HOLDS(12, n * POINTS);
    HOLDS(13, POINTS);
    HOLDS(14, n * KINDS);
    HOLDS(15, rows * KINDS);
    for (int array = 16; array < 19; array++) HOLDS(array, rows);
    HOLDS(19, PLACES);
    for (int64_t b = 0; b < books; b++)
        if (rows && (book_at[b] < 0 || book_at[b] >= features)) return 2;
    for (int p = 0; p < PLACES; p++)
        if (rows && (at[p] < 0 || at[p] >= features)) return 20;
    for (int64_t row = 0; row < rows; row++) {
        int64_t desk = AS(const int32_t, 2)[row], asset = focus[row], here = row * assets + asset;
        float *state = AS(float, 23) + row * features;
        if (desk < 0 || desk >= desks) return 3;
        if (asset < 0 || asset >= assets) return 4;
        for (int64_t b = 0; b < books; b++) state[book_at[b]] = AS(const float, 0)[desk * books + b];
        for (int r = 0; r < REGIMES; r++) state[at[AT_BULL + r]] = AS(const float, 8)[here * REGIMES + r];
        state[at[AT_ENTROPY]] = AS(const float, 9)[here];
        state[at[AT_SURPRISE]] = AS(const float, 10)[here];
        state[at[AT_EXPECTED_VOLATILITY]] = __builtin_sqrtf(moments[here * MOMENTS + 1]) * volatility[asset];
        state[at[AT_RETURN]] = AS(const float, 5)[asset];
        state[at[AT_TREND]] = AS(const float, 6)[asset];
        state[at[AT_VOLATILITY_RATIO]] = AS(const float, 7)[asset];
        state[at[AT_RECEIVED]] = (float)AS(const int32_t, 16)[row];
        state[at[AT_TOP_SEVERITY]] = AS(const uint8_t, 17)[row];
        state[at[AT_MEAN_CONFIDENCE]] = AS(const float, 18)[row];
        for (int kind = 0; kind < KINDS; kind++) {
            float otherwise = AT_WHALES_HEARD + kind == AT_LIMIT_HEARD ? 1 : 0;
            int valid = expires[row * KINDS + kind] > WHOLE(20);
            state[at[AT_WHALES_HEARD + kind]] = valid ? data[(row * KINDS + kind) * assets + asset] : otherwise;
        }
        state[at[AT_TARGET_GAP]] = state[at[AT_TARGET_HEARD]] - state[at[AT_EXPOSURE]];
        float at_risk = risk_of(AS(const float, 13), AS(const float, 12) + here * POINTS, POINTS, REAL(22)).value_at_risk;
        state[at[AT_VALUE_AT_RISK]] = at_risk * (volatility[asset] * root) * state[at[AT_EXPOSURE]];
    }
    return 0;
}

/* Places of what the agent did, in the order in which `DONE` of agents/experience.py names them. */
enum { DID_ACTION, DID_DIRECTION, DID_SIZE, DID_CONFIDENCE, DID_EXPLORED, DID_PUBLISHED, DID_MEMORY_WEIGHT, DID_MEMORY_RESULT, DONE };

/* places of what was done (8), and of surprise; action (rows), stance (rows, A), focus, size, confidence, explored, published, weight of memories
 * and what they expect (rows) -> states (rows, F), and importance of the experience by itself, to a byte (rows). */
static int experience_action(const Argument *argument) {
    int64_t rows = argument[12].items, features = rows ? argument[11].items / rows : 0, assets = rows ? argument[3].items / rows : 0;
    const int64_t *at = AS(const int64_t, 0);
    HOLDS(0, DONE);
    for (int array = 2; array < 11; array++) HOLDS(array, rows);
    for (int p = 0; p < DONE; p++)
        if (rows && (at[p] < 0 || at[p] >= features)) return 1;
    if (rows && (WHOLE(1) < 0 || WHOLE(1) >= features)) return 2;
    for (int64_t row = 0; row < rows; row++) {
        int64_t asset = AS(const int64_t, 4)[row];
        float *state = AS(float, 11) + row * features, size = AS(const float, 5)[row];
        int32_t published = AS(const int32_t, 8)[row];
        if (asset < 0 || asset >= assets) return 5;
        state[at[DID_ACTION]] = AS(const uint8_t, 2)[row];
        state[at[DID_DIRECTION]] = between_f(-1, AS(const float, 3)[row * assets + asset], 1);
        state[at[DID_SIZE]] = size;
        state[at[DID_CONFIDENCE]] = AS(const float, 6)[row];
        state[at[DID_EXPLORED]] = AS(const uint8_t, 7)[row];
        state[at[DID_PUBLISHED]] = (float)published;
        state[at[DID_MEMORY_WEIGHT]] = AS(const float, 9)[row];
        state[at[DID_MEMORY_RESULT]] = AS(const float, 10)[row];
        float surprise = between_f(0, state[WHOLE(1)] / 8, 1);
        double important = (double)(0.5f * surprise + 0.4f * size) + 0.1 * (published < 1 ? published : 1);
        float byte = (float)between(0, important, 1) * 255;
        AS(uint8_t, 12)[row] = (uint8_t)((byte + 12582912.0f) - 12582912.0f);
    }
    return 0;
}

/* sources read (rows, S), values of the observation (A, F'), focus (rows); for each of some features: the source it is of, -1 where that is not
 * on sale, the column that it shows, -1 for whether the source was read, and its place -> states (rows, F). */
static int experience_sources(const Argument *argument) {
    int64_t rows = argument[2].items, count = argument[3].items, features = rows ? argument[6].items / rows : 0, columns = WHOLE(7);
    int64_t sources = rows ? argument[0].items / rows : 0, assets = columns > 0 ? argument[1].items / columns : 0;
    const int64_t *focus = AS(const int64_t, 2), *source = AS(const int64_t, 3), *column = AS(const int64_t, 4), *at = AS(const int64_t, 5);
    HOLDS(4, count);
    HOLDS(5, count);
    for (int64_t k = 0; k < count; k++) {
        if (source[k] < -1 || source[k] >= sources) return rows ? 4 : 0;
        if (column[k] < -1 || column[k] >= columns) return 5;
        if (at[k] < 0 || at[k] >= features) return rows ? 6 : 0;
    }
    for (int64_t row = 0; row < rows; row++) {
        if (focus[row] < 0 || focus[row] >= assets) return 3;
        for (int64_t k = 0; k < count; k++) {
            float read = source[k] < 0 ? 0 : AS(const uint8_t, 0)[row * sources + source[k]];
            float shown = column[k] < 0 ? 1 : AS(const float, 1)[focus[row] * columns + column[k]];
            AS(float, 6)[row * features + at[k]] = read * shown;
        }
    }
    return 0;
}

/* action, size, signals received (rows), bits of sources read (rows, or 1 for all alike), levels of size -> records of the history, five bytes
 * (rows, 5). */
static int history_record(const Argument *argument) {
    int64_t rows = argument[0].items, stride = argument[2].items == 1 ? 0 : 1;
    HOLDS(1, rows);
    HOLDS(2, stride ? rows : 1);
    HOLDS(3, rows);
    HOLDS(5, 5 * rows);
    if (WHOLE(4) < 0 || WHOLE(4) > 255) return 5;
    for (int64_t row = 0; row < rows; row++) {
        float size = between_f(0, AS(const float, 1)[row], 1) * (float)WHOLE(4);
        int64_t bits = AS(const int64_t, 2)[row * stride];
        int32_t received = AS(const int32_t, 3)[row];
        uint8_t *record = AS(uint8_t, 5) + 5 * row;
        record[0] = AS(const uint8_t, 0)[row];
        record[1] = (uint8_t)((size + 12582912.0f) - 12582912.0f);
        record[2] = (uint8_t)bits;
        record[3] = (uint8_t)(bits >> 8);
        record[4] = (uint8_t)(received < 255 ? received : 255);
    }
    return 0;
}
