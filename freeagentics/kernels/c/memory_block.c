/* Memories of the agents of any model, in so many slots each: a ring of the latest, and older ones that are consolidated. */

#include "elementary.h"
#include "sums.h"
#include "table.h"

/* The level that says that nothing was there. */
#define MISSING 255

/* Mean squared distance, in shares of the ranges, up to which memories become one. */
#define ALIKE 0.02f

/* Memories that are worked on side by side. */
#define ABREAST 32

/* Memories of one, and uses, that are counted at most. */
#define MOST_COUNTED 65535

/* A memory, but for the levels of its state, which follow it: it may lie anywhere. */
typedef struct {
    int32_t step;
    float time;
    int32_t sequence;
    float outcome, importance;
    uint16_t action, tags, evidence, uses;
} Entry;

_Static_assert(sizeof(Entry) == 28, "memories are laid out as entry_type in mesa_memory/memory_block.py has them");

/* How states are compared: columns, which of them are categories, their weights, and how much of the ranges that they are measured by a level takes. */
typedef struct {
    int64_t columns;
    const uint8_t *category;
    const float *weight, *scale;
} Likeness;

static inline Entry entry_of(const uint8_t *memory) {
    Entry entry;
    memcpy(&entry, memory, sizeof entry);
    return entry;
}

static inline void put_entry(uint8_t *memory, Entry entry) { memcpy(memory, &entry, sizeof entry); }

/* Mean squared distance of the states of two memories by the weights of columns, in shares of their ranges, at most one. Two categories, and
 * something and nothing, are a whole range apart. */
static inline float state_distance(const uint8_t *a, const uint8_t *b, const Likeness *by) {
    float lane[LANES] = {0};
    for (int64_t i = 0; i < by->columns; i++) {
        float apart = (float)(a[i] - b[i]) * by->scale[i], square = smaller_f(apart * apart, 1);
        if ((a[i] == MISSING) != (b[i] == MISSING)) square = 1;
        if (by->category[i]) square = a[i] != b[i];
        lane[i % LANES] += square * by->weight[i];
    }
    return lanes_f(lane);
}

/* Importance, raised by use, halved over each half-life since. */
static inline float worth_of(float importance, float uses, float age, float halflife) {
    return importance * (1 + (float)log1p_of(uses)) * (float)exp2_of(age / halflife);
}

/* Worth of so many memories, at most ABREAST; -1 where there is none. */
static inline void worths_of(const uint8_t *memory, int64_t count, int64_t size, float now, float halflife, float *worth) {
    float age[ABREAST] = {0}, uses[ABREAST] = {0}, importance[ABREAST] = {0};
    int used = 0;
    for (int64_t i = 0; i < count; i++) {
        Entry entry = entry_of(memory + i * size);
        age[i] = entry.time - now;
        uses[i] = entry.uses;
        used |= entry.uses;
        importance[i] = entry.evidence ? entry.importance : -1;
    }
    if (used)
        for (int i = 0; i < ABREAST; i++) worth[i] = worth_of(importance[i], uses[i], age[i], halflife);
    else
        for (int i = 0; i < ABREAST; i++) worth[i] = worth_of(importance[i], 0, age[i], halflife);
    for (int64_t i = 0; i < count; i++) worth[i] = importance[i] < 0 ? -1 : worth[i];
}

static inline uint16_t counted(int32_t sum) { return (uint16_t)(sum < MOST_COUNTED ? sum : MOST_COUNTED); }

/* Two memories as one: the state of the older, the time of the later, the mean outcome. */
static inline Entry joined(Entry kept, Entry later) {
    float evidence = (float)kept.evidence + (float)later.evidence;
    later.outcome = (kept.outcome * (float)kept.evidence + later.outcome * (float)later.evidence) / evidence;
    later.importance = larger_f(kept.importance, later.importance);
    later.evidence = counted(kept.evidence + later.evidence);
    later.uses = counted(kept.uses + later.uses);
    return later;
}

static inline int same_kind(Entry a, Entry b) {
    return a.action == b.action && a.tags == b.tags && (a.outcome == a.outcome) == (b.outcome == b.outcome);
}

/* What leaves the ring becomes one with the older memory of its kind whose state is nearest, if it is near; or else takes the place of the
 * older one that is worth least, if it is worth as much. */
static void consolidate(uint8_t *older, int64_t slots, int64_t size, const uint8_t *memory, const Likeness *by, float now, float halflife) {
    Entry leaving = entry_of(memory);
    float nearest = ALIKE, least = 0;
    int64_t alike = -1, weakest = -1;
    for (int64_t slot = 0; slot < slots; slot++) {
        Entry entry = entry_of(older + slot * size);
        if (!entry.evidence || !same_kind(entry, leaving)) continue;
        float distance = state_distance(older + slot * size + sizeof entry, memory + sizeof entry, by);
        if (alike < 0 ? distance <= nearest : distance < nearest) nearest = distance, alike = slot;
    }
    if (alike >= 0) {
        put_entry(older + alike * size, joined(entry_of(older + alike * size), leaving));
        return;
    }
    for (int64_t first = 0; first < slots; first += ABREAST) {
        float worth[ABREAST];
        int64_t count = slots - first < ABREAST ? slots - first : ABREAST;
        worths_of(older + first * size, count, size, now, halflife, worth);
        for (int64_t i = 0; i < count; i++)
            if (weakest < 0 || worth[i] < least) weakest = first + i, least = worth[i];
    }
    if (weakest >= 0 && worth_of(leaving.importance, leaving.uses, leaving.time - now, halflife) >= least) memcpy(older + weakest * size, memory, (size_t)size);
}

/* memories (all rows, slots, size), how many were made of each row (all rows); rows (n), what each is to remember (n, size) -> with the number
 * that it has among those of its row; categories, weights and scales of columns (C), slots of the ring, half-life. */
static int block_remember(const Argument *argument) {
    uint8_t *memories = AS(uint8_t, 0), *remembered = AS(uint8_t, 3);
    int32_t *made = AS(int32_t, 1);
    Likeness by = {argument[5].items, AS(const uint8_t, 4), AS(const float, 5), AS(const float, 6)};
    int64_t all = argument[1].items, n = argument[2].items, ring = WHOLE(7), size = (int64_t)sizeof(Entry) + by.columns;
    int64_t slots = all ? argument[0].items / all / size : 0;
    float halflife = (float)REAL(8);
    HOLDS(3, times(n, size));
    HOLDS(4, by.columns);
    HOLDS(6, by.columns);
    if (ring < 1 || ring > slots) return n ? 8 : 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t row = AS(const int64_t, 2)[i];
        if (row < 0 || row >= all || made[row] < 0) return 3;
        uint8_t *own = memories + row * slots * size, *slot = own + made[row] % ring * size, *memory = remembered + i * size;
        Entry entry = entry_of(memory), leaving = entry_of(slot);
        entry.sequence = made[row]++;
        put_entry(memory, entry);
        if (leaving.evidence) consolidate(own + ring * size, slots - ring, size, slot, &by, entry.time, halflife);
        memcpy(slot, memory, (size_t)size);
    }
    return 0;
}

/* memories (all rows, slots, size), size, all rows; rows (n), numbers of memories (n) -> the slot of each (n), -1 where there is none. */
static int block_find(const Argument *argument) {
    int64_t size = WHOLE(1), all = WHOLE(2), n = argument[3].items, slots;
    if (size < (int64_t)sizeof(Entry)) return n ? 2 : 0;
    if (all < 1) return n ? 3 : 0;
    slots = argument[0].items / all / size;
    HOLDS(4, n);
    HOLDS(5, n);
    for (int64_t i = 0; i < n; i++) {
        int64_t row = AS(const int64_t, 3)[i], slot = 0;
        if (row < 0 || row >= all) return 4;
        for (; slot < slots; slot++) {
            Entry entry = entry_of(AS(const uint8_t, 0) + (row * slots + slot) * size);
            if (entry.evidence && entry.sequence == AS(const int64_t, 4)[i]) break;
        }
        AS(int64_t, 5)[i] = slot < slots ? slot : -1;
    }
    return 0;
}

/* What is asked for: levels, how states are compared, which actions and sets of tags may be (all where the array is empty), from when on. */
typedef struct {
    const uint8_t *levels;
    Likeness by;
    const uint8_t *action, *tags;
    int64_t actions, sets;
    float since, now, spread, halflife;
} Question;

static inline int is_asked_for(Entry entry, const Question *asked) {
    return entry.evidence && entry.time >= asked->since && (!asked->actions || (entry.action < asked->actions && asked->action[entry.action])) &&
           (!asked->sets || (entry.tags < asked->sets && asked->tags[entry.tags]));
}

/* Likeness, Gaussian in the distance, times recency of so many memories, at most ABREAST; 0 of those that are not asked for. */
static inline void relevance_of(const uint8_t *memory, int64_t count, int64_t size, const Question *asked, float *relevance) {
    float distance[ABREAST] = {0}, age[ABREAST] = {0};
    for (int64_t i = 0; i < count; i++) {
        Entry entry = entry_of(memory + i * size);
        distance[i] = state_distance(memory + i * size + sizeof entry, asked->levels, &asked->by) * asked->spread;
        age[i] = (entry.time - asked->now) / asked->halflife;
    }
    for (int i = 0; i < ABREAST; i++) relevance[i] = (float)exp_of(distance[i]) * (float)exp2_of(age[i]);
    for (int64_t i = 0; i < count; i++) relevance[i] = is_asked_for(entry_of(memory + i * size), asked) ? relevance[i] : 0;
}

/* Put a memory among the k most relevant, best first; of equal ones those of lower slots. */
static inline void rank_in(float relevance, int64_t slot, int64_t k, float *best, int64_t *where) {
    int64_t place = k;
    if (!(relevance > best[k - 1])) return;
    for (; place > 0 && relevance > best[place - 1]; place--)
        if (place < k) best[place] = best[place - 1], where[place] = where[place - 1];
    best[place] = relevance;
    where[place] = slot;
}

/* memories (all rows, slots, size), of which those found count as used once more; all rows, rows (n) or -1; levels of state asked for (n, C), categories, weights and
 * scales of columns (C); actions and sets of tags that may be, by number, or nothing; the earliest time, this time, what a unit of distance takes from the logarithm of
 * likeness, half-life, k -> slots (n, k), best first, -1 where there is none, and their relevance (n, k). */
static int block_recall(const Argument *argument) {
    int64_t all = WHOLE(1), n = argument[2].items, columns = argument[5].items, size = (int64_t)sizeof(Entry) + columns, k = WHOLE(13);
    int64_t slots = all > 0 ? argument[0].items / all / size : 0;
    Question asked = {0, {columns, AS(const uint8_t, 4), AS(const float, 5), AS(const float, 6)}, AS(const uint8_t, 7), AS(const uint8_t, 8), argument[7].items,
                      argument[8].items, (float)REAL(9), (float)REAL(10), (float)REAL(11), (float)REAL(12)};
    HOLDS(3, times(n, columns));
    HOLDS(4, columns);
    HOLDS(6, columns);
    if (k < 1) return n ? 14 : 0;
    HOLDS(14, times(n, k));
    HOLDS(15, times(n, k));
    for (int64_t i = 0; i < n; i++) {
        int64_t row = AS(const int64_t, 2)[i], *where = AS(int64_t, 14) + i * k;
        float relevance[ABREAST], *best = AS(float, 15) + i * k;
        for (int64_t place = 0; place < k; place++) where[place] = -1, best[place] = 0;
        if (row >= all || row < -1) return 3;
        if (row < 0) continue;
        uint8_t *own = AS(uint8_t, 0) + row * slots * size;
        asked.levels = AS(const uint8_t, 3) + i * columns;
        for (int64_t first = 0; first < slots; first += ABREAST) {
            int64_t count = slots - first < ABREAST ? slots - first : ABREAST;
            relevance_of(own + first * size, count, size, &asked, relevance);
            for (int64_t j = 0; j < count; j++) rank_in(relevance[j], first + j, k, best, where);
        }
        for (int64_t place = 0; place < k && where[place] >= 0; place++) {
            Entry entry = entry_of(own + where[place] * size);
            entry.uses = counted(entry.uses + 1);
            put_entry(own + where[place] * size, entry);
        }
    }
    return 0;
}
