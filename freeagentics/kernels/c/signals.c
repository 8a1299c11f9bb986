/* The state of signals at agents: the last valid one of each kind, row by row. */

#include "elementary.h"
#include "table.h"

/* Signals (n) reach rows in their order. Of two limits (a smaller one is stricter) or vetoes (a larger one is) that are valid the stricter is
 * heeded, unless both are from one agent. row, kind, data (n, assets), confidence, number, expires, source, step (n); data (rows, kinds,
 * assets), confidence, number, expires, source, step (rows, kinds); kinds, kind of limits, of vetoes, market time now. */
static int signals_take(const Argument *argument) {
    int64_t n = argument[0].items, kinds = WHOLE(14), assets = n ? argument[2].items / n : 0, cells = argument[9].items;
    const int64_t *row = AS(const int64_t, 0), *number = AS(const int64_t, 4), *expires = AS(const int64_t, 5);
    const float *data = AS(const float, 2), *confidence = AS(const float, 3);
    const int32_t *source = AS(const int32_t, 6), *step = AS(const int32_t, 7);
    for (int array = 1; array < 8; array++) HOLDS(array, array == 2 ? n * assets : n);
    HOLDS(8, cells * assets);
    for (int array = 10; array < 14; array++) HOLDS(array, cells);
    for (int64_t i = 0; i < n; i++) {
        int64_t kind = AS(const uint8_t, 1)[i], at = row[i] * kinds + kind;
        if (kind >= kinds || at < 0 || at >= cells) return 1;
        float *held = AS(float, 8) + at * assets;
        const float *said = data + i * assets;
        int stricter = kind == WHOLE(15) ? held[0] < said[0] : kind == WHOLE(16) && held[0] > said[0];
        if (stricter && AS(int64_t, 11)[at] > WHOLE(17) && AS(int32_t, 12)[at] != source[i]) continue;
        for (int64_t a = 0; a < assets; a++) held[a] = said[a];
        AS(float, 9)[at] = confidence[i];
        AS(int64_t, 10)[at] = number[i];
        AS(int64_t, 11)[at] = expires[i];
        AS(int32_t, 12)[at] = source[i];
        AS(int32_t, 13)[at] = step[i];
    }
    return 0;
}

/* row, severity, confidence of signals (n) -> how many reached each row, the highest severity and the mean confidence among them (rows). */
static int signals_count(const Argument *argument) {
    int64_t n = argument[0].items, rows = argument[3].items;
    int32_t *received = AS(int32_t, 3);
    uint8_t *severity = AS(uint8_t, 4);
    float *confidence = AS(float, 5);
    HOLDS(1, n);
    HOLDS(2, n);
    HOLDS(4, rows);
    HOLDS(5, rows);
    for (int64_t row = 0; row < rows; row++) received[row] = 0, severity[row] = 0, confidence[row] = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t row = AS(const int64_t, 0)[i];
        if (row < 0 || row >= rows) return 1;
        received[row]++;
        if (AS(const uint8_t, 1)[i] > severity[row]) severity[row] = AS(const uint8_t, 1)[i];
        confidence[row] += AS(const float, 2)[i];
    }
    for (int64_t row = 0; row < rows; row++)
        if (received[row]) confidence[row] /= (float)received[row];
    return 0;
}

/* expires, number (rows, kinds), source, step (rows, kinds); kinds asked for (k) and which rows ask for each (k, rows); kinds, market time now
 * -> numbers of the first signals asked for that are valid (rows, count), -1 where there are fewer; source and step of the first (rows). */
static int signals_causes(const Argument *argument) {
    int64_t asked = argument[4].items, rows = argument[9].items, kinds = WHOLE(6), count = rows ? argument[8].items / rows : 0;
    HOLDS(0, times(rows, kinds));
    for (int array = 1; array < 4; array++) HOLDS(array, rows * kinds);
    HOLDS(5, asked * rows);
    HOLDS(10, rows);
    for (int64_t k = 0; k < asked; k++)
        if (AS(const uint8_t, 4)[k] >= kinds) return 5;
    for (int64_t row = 0; row < rows; row++) {
        int64_t *number = AS(int64_t, 8) + row * count, found = 0;
        AS(int32_t, 9)[row] = AS(int32_t, 10)[row] = -1;
        for (int64_t k = 0; k < asked && found < count; k++) {
            int64_t at = row * kinds + AS(const uint8_t, 4)[k];
            if (!AS(const uint8_t, 5)[k * rows + row] || AS(const int64_t, 0)[at] <= WHOLE(7)) continue;
            if (!found) AS(int32_t, 9)[row] = AS(const int32_t, 2)[at], AS(int32_t, 10)[row] = AS(const int32_t, 3)[at];
            number[found++] = AS(const int64_t, 1)[at];
        }
        while (found < count) number[found++] = -1;
    }
    return 0;
}

/* value, that sent last (rows, width), when it was sent and when it lapses (rows); change, refresh, step and market time now -> whether the
 * value is due to be sent (rows). */
static int signals_due(const Argument *argument) {
    int64_t rows = argument[2].items, width = rows ? argument[1].items / rows : 0;
    float change = (float)REAL(4);
    HOLDS(0, rows * width);
    HOLDS(3, rows);
    HOLDS(8, rows);
    for (int64_t row = 0; row < rows; row++) {
        int due = WHOLE(6) - AS(const int32_t, 2)[row] >= WHOLE(5) || WHOLE(7) >= AS(const int64_t, 3)[row];
        for (int64_t i = row * width; i < (row + 1) * width; i++) due |= magnitude_f(AS(const float, 0)[i] - AS(const float, 1)[i]) > change;
        AS(uint8_t, 8)[row] = (uint8_t)due;
    }
    return 0;
}

/* data (rows, kinds, A), expires (rows, kinds), kinds asked for (k), kinds, market time now -> the last valid data of each, 0 where there is none
 * (rows, k, A). */
static int signals_latest(const Argument *argument) {
    int64_t asked = argument[2].items, kinds = WHOLE(3), cells = argument[1].items, n = argument[5].items;
    int64_t rows = kinds > 0 ? cells / kinds : 0, assets = cells ? argument[0].items / cells : 0;
    if (kinds < 1) return 4;
    HOLDS(5, rows * asked * assets);
    if (n > rows * asked * assets) return 1;
    for (int64_t k = 0; k < asked; k++)
        if (AS(const uint8_t, 2)[k] >= kinds) return 3;
    for (int64_t i = 0; i < rows * asked; i++) {
        int64_t at = i / asked * kinds + AS(const uint8_t, 2)[i % asked];
        for (int64_t a = 0; a < assets; a++)
            AS(float, 5)[i * assets + a] = AS(const int64_t, 1)[at] > WHOLE(4) ? AS(const float, 0)[at * assets + a] : 0;
    }
    return 0;
}
