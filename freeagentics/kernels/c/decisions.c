/* Decisions as records, and who has anything to say of the faculties that it goes by. */

#include "elementary.h"
#include "table.h"

/* Bytes of the fields of `DECISION` in agents/decision.py, in their order and without gaps. */
#define CAUSES 3
#define REASONS 6
#define RECORD (4 + 1 + 2 + 4 + 2 + 4 + 2 + 2 * CAUSES + 2 + 8 * CAUSES + 4 * REASONS)
/* And of `OUTCOME` in agents/cohort.py. */
#define OUTCOME (4 + 2 + 4 + 4)

static inline unsigned char *put(unsigned char *to, const void *value, size_t size) {
    memcpy(to, value, size);
    return to + size;
}

static inline unsigned char *put_half(unsigned char *to, float value) {
    uint16_t half = half_of(value);
    return put(to, &half, sizeof half);
}

/* Steps since, as many as a record holds; 0 where there was nothing. */
static inline unsigned char *put_age(unsigned char *to, int64_t now, int32_t then, int there) {
    int64_t since = now - then;
    uint16_t age = there ? (uint16_t)(since < 65535 ? since : 65535) : 0;
    return put(to, &age, sizeof age);
}

/* agent (rows), -1 where there is none; action, confidence, value, focus, parent and when it decided, weight of memories (rows), steps of
 * memories (rows, k), numbers of signals (rows, 3), numbers of reasoning (R, rows); step now -> records of the agents, one after the other. */
static int decisions_record(const Argument *argument) {
    int64_t rows = argument[0].items, k = rows ? argument[8].items / rows : 0, reasons = rows ? argument[10].items / rows : 0, filled = 0;
    const int32_t *agent = AS(const int32_t, 0), *parent = AS(const int32_t, 5);
    for (int array = 1; array < 8; array++) HOLDS(array, rows);
    HOLDS(9, rows * CAUSES);
    if (reasons > REASONS) return 11;
    for (int64_t row = 0; row < rows; row++) {
        if (agent[row] < 0) continue;
        HOLDS(12, (filled + 1) * RECORD);
        unsigned char *to = AS(unsigned char, 12) + RECORD * filled++;
        uint16_t asset = (uint16_t)AS(const int64_t, 4)[row];
        to = put(to, &agent[row], 4);
        to = put(to, &AS(const uint8_t, 1)[row], 1);
        to = put_half(to, AS(const float, 2)[row]);
        to = put(to, &AS(const float, 3)[row], 4);
        to = put(to, &asset, 2);
        to = put(to, &parent[row], 4);
        to = put_age(to, WHOLE(11), AS(const int32_t, 6)[row], parent[row] >= 0);
        for (int64_t place = 0; place < CAUSES; place++) {
            int32_t made = place < k ? AS(const int32_t, 8)[row * k + place] : -1;
            to = put_age(to, WHOLE(11), made, made >= 0);
        }
        to = put_half(to, AS(const float, 7)[row]);
        to = put(to, &AS(const int64_t, 9)[row * CAUSES], 8 * CAUSES);
        for (int64_t reason = 0; reason < REASONS; reason++) {
            float number = reason < reasons ? AS(const float, 10)[reason * rows + row] : 0;
            to = put(to, &number, 4);
        }
    }
    return 0;
}

/* agent, which of them are judged, result, reward (rows), horizon -> records of the outcomes of those, one after the other. */
static int outcomes_record(const Argument *argument) {
    int64_t rows = argument[0].items, filled = 0;
    uint16_t horizon = (uint16_t)WHOLE(4);
    for (int array = 1; array < 4; array++) HOLDS(array, rows);
    for (int64_t row = 0; row < rows; row++) {
        if (!AS(const uint8_t, 1)[row]) continue;
        HOLDS(5, (filled + 1) * OUTCOME);
        unsigned char *to = AS(unsigned char, 5) + OUTCOME * filled++;
        to = put(to, &AS(const int32_t, 0)[row], 4);
        to = put(to, &horizon, 2);
        to = put(to, &AS(const float, 2)[row], 4);
        put(to, &AS(const float, 3)[row], 4);
    }
    return 0;
}

/* values (rows, W), agent (rows) -> which agents have a value that is not zero (rows). */
static int rows_heard(const Argument *argument) {
    int64_t rows = argument[2].items, width = rows ? argument[0].items / rows : 0;
    const float *values = AS(const float, 0);
    HOLDS(1, rows);
    for (int64_t row = 0; row < rows; row++) {
        int any = 0;
        for (int64_t i = row * width; i < (row + 1) * width; i++) any |= values[i] != 0;
        AS(uint8_t, 2)[row] = (uint8_t)(any && AS(const int32_t, 1)[row] >= 0);
    }
    return 0;
}
