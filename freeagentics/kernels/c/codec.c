/* The memory codec: feature vectors into codes and back, one memory after the other. Stage by stage a small net predicts features from the side
 * information and from the stages before; what is left is quantised, and range-coded by tables of frequencies.
 *
 * Features are whole numbers here, multiples of 1/256 of a standard deviation from their most common value. They stand in doubles, whose
 * products and sums are exact below 2^53, in any order. `CodecWeights` sees to it that sums stay there; whatever weights and codes hold, no
 * index leaves an array.
 */

#include "elementary.h"
#include "range_coder.h"
#include "table.h"

#define FEATURES 48
#define WEIGHT_ONE 4096
#define LARGEST_INPUT 2048.0
#define LARGEST_HIDDEN 8192.0
/* Of each feature the net says what to expect, how far off that may be, and the log-odds of the most common value. */
#define OUTPUTS 3
/* Numbers of hidden units and of outputs are padded to whole blocks. */
#define BLOCK 8
#define MOST_HIDDEN 4096
#define MOST_COLUMNS 65536
/* Contexts of a feature: by how far off its value may be, and by the odds of its most common value. Each has a table. */
#define SPREADS 6
#define COMMONS 8
#define MOST_QUANTA 4096

/* The nearest whole number, half to even, of a number below 2^51. */
static inline double nearest(double x) { return __builtin_copysign((x + ROUNDER) - ROUNDER, x); }

/* The names are those of `CodecConstants`: of all features (48), of columns of side information (columns), and of features with a prediction
 * (predicted), in the order of the code. */
typedef struct {
    const double *low, *high, *center, *scale, *step, *lowest, *highest, *allowed;
    const int64_t *copied_from, *on_lattice, *coded;
    const double *offset, *side_scale;
    const int64_t *place;
    const double *spread_edge, *spread_width, *common_edge, *common_width;
    const int64_t *feature, *deterministic, *max_quantum, *first;
    const int64_t *stage;
    const double *weights;
    const uint16_t *before;
    int64_t columns, predicted, stages, hidden, inputs, sums;
    uint64_t p_no_escape;
} Codec;

/* What agents share of a step: the observation (assets, columns) of all rows or, a stride apart, of each, and the book of each one's desk (rows,
 * books). Sums are kept of all assets that all rows see. */
typedef struct {
    const float *values, *book;
    int64_t assets, columns, books, stride, kept;
} Shared;

/* Columns of the asset in focus of one row, and behind them those of the book. */
typedef struct {
    const float *market, *book;
    int64_t columns;
} Seen;

static inline Seen seen_by(const Shared *shared, int64_t row, int64_t focus) {
    return (Seen){shared->values + row * shared->stride + focus * shared->columns, shared->book + row * shared->books, shared->columns};
}

static inline double column_of(const Seen *seen, int64_t place) {
    return place < 0 ? 0 : place < seen->columns ? seen->market[place] : seen->book[place - seen->columns];
}

/* One memory at work: features as they are and as decoded; inputs of the nets, where those *seen* so far are not 0, and numbers of one net.
 * What the market shows enters the sums of all nets at once, for all rows with the same asset in focus: where it is in *market* already,
 * *taken* says so. */
typedef struct {
    double fixed[FEATURES], decoded[FEATURES];
    double *inputs, *units, *market;
    int64_t *input_place, *unit_place, *taken, seen, known;
} Work;

/* Features *first* to *first* + *count* of those predicted, and what the net says of each. */
typedef struct {
    int64_t first, count;
    const double *weights, *market;
    double *expected, *spread, *odds;
} Stage;

/* A table of frequencies: before each symbol the sum of those before it. Its symbols are the differences -max_quantum to max_quantum, the
 * escape (a bypass number follows), and the most common value. */
typedef struct {
    const uint16_t *before;
    int64_t size;
} Table;

typedef struct {
    double difference;
    int common, escaped;
} Quantised;

static inline int64_t padded(int64_t count) { return (count + BLOCK - 1) / BLOCK * BLOCK; }

static inline int64_t inner_width(const Codec *codec, int64_t count) { return padded(codec->hidden) + padded(OUTPUTS * count); }

/* A feature vector in whole numbers; clipped to its range, NaN to its low end. */
static void to_fixed(const Codec *codec, const float *vector, double *fixed) {
    for (int f = 0; f < FEATURES; f++)
        fixed[f] = nearest((between(codec->low[f], vector[f], codec->high[f]) - codec->center[f]) * codec->scale[f]);
}

static void from_fixed(const Codec *codec, const double *fixed, float *vector) {
    for (int f = 0; f < FEATURES; f++)
        vector[f] = (float)between(codec->low[f], fixed[f] / codec->scale[f] + codec->center[f], codec->high[f]);
}

static inline double input_of(const Codec *codec, const Seen *seen, int64_t i) {
    return nearest(between(-LARGEST_INPUT, (column_of(seen, codec->place[i]) - codec->offset[i]) * codec->side_scale[i], LARGEST_INPUT));
}

/* Inputs from columns of the market, or from all others; 0 in place of the rest, and of features. */
static void take_inputs(const Codec *codec, const Seen *seen, int market, double *inputs) {
    for (int64_t i = 0; i < codec->columns; i++) inputs[i] = (codec->place[i] < seen->columns) == market ? input_of(codec, seen, i) : 0;
    for (int64_t i = codec->columns; i < codec->inputs; i++) inputs[i] = 0;
}

static void fill_copied(const Codec *codec, const Seen *seen, double *decoded) {
    for (int f = 0; f < FEATURES; f++)
        if (codec->copied_from[f] >= 0)
            decoded[f] = nearest((between(codec->low[f], column_of(seen, codec->copied_from[f]), codec->high[f]) - codec->center[f]) * codec->scale[f]);
}

/* Values of a feature as bypass numbers, over its range. */
static inline uint64_t to_bypass(const Codec *codec, int64_t f, double fixed) {
    double share = (fixed - codec->lowest[f]) / (codec->highest[f] - codec->lowest[f]);
    return (uint64_t)between(0, nearest(share * (PROB_SCALE - 1)), PROB_SCALE - 1);
}

static inline double from_bypass(const Codec *codec, int64_t f, uint64_t number) {
    double value = nearest((double)number / (PROB_SCALE - 1) * (codec->highest[f] - codec->lowest[f]) + codec->lowest[f]);
    return codec->on_lattice[f] ? nearest(value / codec->step[f]) * codec->step[f] : value;
}

/* Append to *place* (*count* so far) where numbers *from* to *to* are not 0: only those count in sums. */
static int64_t note_nonzero(const double *numbers, int64_t from, int64_t to, int64_t *place, int64_t count) {
    for (int64_t i = from; i < to; i++) {
        place[count] = i;
        count += to_bits(numbers[i]) << 1 != 0;
    }
    return count;
}

/* Add to sums (width) the products of numbers at places (count) with the rows of weights (width) there, four rows at a time. */
static void add_products(const double *numbers, const int64_t *place, int64_t count, const double *weights, int64_t width, double *restrict sums) {
    int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
        const double *a = weights + place[i] * width, *b = weights + place[i + 1] * width;
        const double *c = weights + place[i + 2] * width, *d = weights + place[i + 3] * width;
        double p = numbers[place[i]], q = numbers[place[i + 1]], r = numbers[place[i + 2]], s = numbers[place[i + 3]];
        for (int64_t o = 0; o < width; o++) sums[o] += (p * a[o] + q * b[o]) + (r * c[o] + s * d[o]);
    }
    for (; i < count; i++) {
        const double *a = weights + place[i] * width;
        for (int64_t o = 0; o < width; o++) sums[o] += numbers[place[i]] * a[o];
    }
}

/* Sums over 4096, rounded down: that is to the nearest of what lies half less than a unit lower. */
static inline double over_one(double sum) { return ((sum - (WEIGHT_ONE - 1) / 2.0) / WEIGHT_ONE + ROUNDER) - ROUNDER; }

/* Weights of a stage, rows (inputs + 1) of units and outputs, the last a bias; behind them lie rows (hidden) from units to outputs. */
static inline const double *outer_of(const Codec *codec, const double *weights, int64_t first, int64_t count) {
    return weights + (codec->columns + first + 1) * inner_width(codec, count);
}

/* Sums of the nets of all stages, of biases and of what the market shows. */
static void take_market(const Codec *codec, const Seen *seen, Work *work) {
    const double *weights = codec->weights;
    double *sums = work->market;
    take_inputs(codec, seen, 1, work->inputs);
    int64_t known = note_nonzero(work->inputs, 0, codec->columns, work->input_place, 0), first = 0;
    for (int64_t number = 0; number < codec->stages; number++) {
        int64_t count = codec->stage[number], width = inner_width(codec, count);
        const double *outer = outer_of(codec, weights, first, count);
        memcpy(sums, outer - width, (size_t)width * sizeof(double));
        add_products(work->inputs, work->input_place, known, weights, width, sums);
        weights = outer + codec->hidden * padded(OUTPUTS * count);
        sums += width;
        first += count;
    }
    *work->taken = 1;
}

/* Begin with a memory, by what is seen of its step. */
static Stage begin(const Codec *codec, const Seen *seen, Work *work) {
    if (!*work->taken) take_market(codec, seen, work);
    take_inputs(codec, seen, 0, work->inputs);
    work->seen = work->known = 0;
    return (Stage){0, 0, codec->weights, work->market, NULL, NULL, NULL};
}

/* Move on to the next stage and predict its features: one hidden layer of rectified units beside a linear part. */
static void predict(const Codec *codec, Stage *stage, int64_t count, Work *work) {
    stage->first += stage->count;
    stage->count = count;
    int64_t inputs = codec->columns + stage->first, units = padded(codec->hidden), width = inner_width(codec, count);
    const double *outer = outer_of(codec, stage->weights, stage->first, count);
    double *unit = work->units, *output = unit + units;
    memcpy(unit, stage->market, (size_t)width * sizeof(double));
    work->known = note_nonzero(work->inputs, work->seen, inputs, work->input_place, work->known);
    work->seen = inputs;
    add_products(work->inputs, work->input_place, work->known, stage->weights, width, unit);
    for (int64_t i = 0; i < units; i++) unit[i] = between(0, over_one(unit[i]), LARGEST_HIDDEN);
    add_products(unit, work->unit_place, note_nonzero(unit, 0, codec->hidden, work->unit_place, 0), outer, width - units, output);
    for (int64_t i = 0; i < width - units; i++) output[i] = over_one(output[i]);
    stage->weights = outer + codec->hidden * (width - units), stage->market += width;
    stage->expected = output, stage->spread = output + count, stage->odds = output + 2 * count;
    for (int64_t i = 0; i < count; i++) {
        int64_t f = codec->feature[stage->first + i];
        if (codec->on_lattice[f]) output[i] = nearest(output[i] / codec->step[f]) * codec->step[f];
    }
}

static inline int64_t context_of(double value, double edge, double width, int contexts) {
    return (int64_t)between(0, (value - edge) / width, contexts - 1);
}

static inline Table table_of(const Codec *codec, const Stage *stage, int64_t i) {
    int64_t at = stage->first + i, size = 2 * codec->max_quantum[at] + 3;
    int64_t spread = context_of(stage->spread[i], codec->spread_edge[at], codec->spread_width[at], SPREADS);
    int64_t common = context_of(stage->odds[i], codec->common_edge[at], codec->common_width[at], COMMONS);
    return (Table){codec->before + codec->first[at] + (spread * COMMONS + common) * size, size};
}

static inline uint64_t frequency_of(const Table *table, int64_t symbol) {
    return (uint64_t)((symbol + 1 < table->size ? table->before[symbol + 1] : PROB_SCALE) - table->before[symbol]);
}

/* The last symbol that has no more before it than *target*. */
static inline int64_t symbol_at(const Table *table, uint64_t target) {
    const uint16_t *first = table->before;
    for (int64_t size = table->size; size > 1; size -= size / 2)
        if (first[size / 2] <= target) first += size / 2;
    return first - table->before;
}

/* Deterministic features are taken to be as predicted. Of a difference of -0 symbols make 0. */
static inline Quantised quantise(const Codec *codec, int64_t at, double fixed, double expected) {
    if (codec->deterministic[at]) return (Quantised){0, 0, 0};
    double difference = nearest((fixed - expected) / codec->step[codec->feature[at]]) + 0.0;
    return (Quantised){difference, fixed == 0, fixed != 0 && magnitude(difference) > (double)codec->max_quantum[at]};
}

static inline double value_of(const Codec *codec, int64_t at, double difference, double expected) {
    return difference * codec->step[codec->feature[at]] + expected;
}

static inline void learn(const Codec *codec, int64_t at, double value, Work *work) {
    work->decoded[codec->feature[at]] = value;
    work->inputs[codec->columns + at] = between(-LARGEST_INPUT, value, LARGEST_INPUT);
}

static void write_stage(const Codec *codec, const Stage *stage, Work *work, Encoder *encoder, uint16_t *frequency) {
    int escaped[FEATURES];
    for (int64_t i = 0; i < stage->count; i++) {
        int64_t at = stage->first + i, largest = codec->max_quantum[at];
        Quantised found = quantise(codec, at, work->fixed[codec->feature[at]], stage->expected[i]);
        escaped[i] = found.escaped;
        learn(codec, at, found.common ? 0 : value_of(codec, at, found.difference, stage->expected[i]), work);
        frequency[at] = PROB_SCALE;
        if (codec->deterministic[at]) continue;
        Table table = table_of(codec, stage, i);
        int64_t inside = (int64_t)between((double)-largest, found.difference, (double)largest) + largest;
        int64_t symbol = found.common ? 2 * largest + 2 : found.escaped ? 2 * largest + 1 : inside;
        frequency[at] = (uint16_t)frequency_of(&table, symbol);
        encode(encoder, table.before[symbol], frequency[at]);
    }
    for (int64_t i = 0; i < stage->count; i++) {
        int64_t at = stage->first + i, f = codec->feature[at];
        if (!escaped[i]) continue;
        uint64_t number = to_bypass(codec, f, work->fixed[f]);
        encode_bypass(encoder, number);
        learn(codec, at, from_bypass(codec, f, number), work);
    }
}

/* Value of a feature with a symbol, as the code has it; as expected where that does not determine it. */
static double read_value(const Codec *codec, const Stage *stage, int64_t i, Decoder *decoder, int *escaped) {
    int64_t at = stage->first + i, largest = codec->max_quantum[at], symbol = 0;
    Table table = table_of(codec, stage, i);
    double expected = stage->expected[i];
    if (decoder->determined) {
        symbol = symbol_at(&table, decode_target(decoder));
        decode_update(decoder, table.before[symbol], frequency_of(&table, symbol));
    }
    /* The most common value is 0: this is the mean of what it may be, rounded so that sums stay exact. */
    if (!decoder->determined) return nearest(expected * (1 - (double)frequency_of(&table, table.size - 1) / PROB_SCALE));
    *escaped = symbol == 2 * largest + 1;
    return *escaped ? expected : symbol > 2 * largest ? 0 : value_of(codec, at, (double)(symbol - largest), expected);
}

static void read_stage(const Codec *codec, const Stage *stage, Work *work, Decoder *decoder) {
    int escaped[FEATURES] = {0};
    for (int64_t i = 0; i < stage->count; i++) {
        int64_t at = stage->first + i;
        double expected = stage->expected[i];
        learn(codec, at, codec->deterministic[at] ? value_of(codec, at, 0, expected) : read_value(codec, stage, i, decoder, &escaped[i]), work);
    }
    for (int64_t i = 0; i < stage->count && decoder->determined; i++) {
        int64_t at = stage->first + i, f = codec->feature[at];
        if (!escaped[i]) continue;
        uint64_t number = decode_bypass(decoder);
        if (decoder->determined) learn(codec, at, from_bypass(codec, f, number), work);
    }
}

static int mismatches(const Codec *codec, const Work *work) {
    int off = 0;
    for (int f = 0; f < FEATURES; f++) off |= !codec->coded[f] && magnitude(work->fixed[f] - work->decoded[f]) > codec->allowed[f];
    return off;
}

/* A flag where an uncoded feature is not as decoded, and in such memories all uncoded features. */
static void write_escapes(const Codec *codec, Work *work, Encoder *encoder) {
    int escaped = mismatches(codec, work);
    encode(encoder, escaped ? codec->p_no_escape : 0, escaped ? PROB_SCALE - codec->p_no_escape : codec->p_no_escape);
    for (int f = 0; f < FEATURES && escaped; f++) {
        if (codec->coded[f]) continue;
        uint64_t number = to_bypass(codec, f, work->fixed[f]);
        encode_bypass(encoder, number);
        work->decoded[f] = from_bypass(codec, f, number);
    }
}

static void read_escapes(const Codec *codec, Work *work, Decoder *decoder) {
    if (!decoder->determined) return;
    int escaped = decode_target(decoder) >= codec->p_no_escape;
    decode_update(decoder, escaped ? codec->p_no_escape : 0, escaped ? PROB_SCALE - codec->p_no_escape : codec->p_no_escape);
    for (int f = 0; f < FEATURES && escaped && decoder->determined; f++) {
        if (codec->coded[f]) continue;
        uint64_t number = decode_bypass(decoder);
        if (decoder->determined) work->decoded[f] = from_bypass(codec, f, number);
    }
}

/* The asset in focus; the first where the code determines none. */
static int64_t read_focus(Decoder *decoder, int64_t assets) {
    uint64_t each = PROB_SCALE / (uint64_t)assets;
    if (assets == 1) return 0;
    uint64_t focus = decode_target(decoder) / each;
    decode_update(decoder, focus * each, each);
    return !decoder->determined ? 0 : (int64_t)focus < assets ? (int64_t)focus : assets - 1;
}

#define CONSTANTS "dldldlldwnn"

static const double *rows_d(const Argument *argument, int array, int64_t count, int row) { return (const double *)argument[array].at + row * count; }
static const int64_t *rows_l(const Argument *argument, int array, int64_t count, int row) { return (const int64_t *)argument[array].at + row * count; }

static int outside(const int64_t *values, int64_t count, int64_t low, int64_t high) {
    for (int64_t i = 0; i < count; i++)
        if (values[i] < low || values[i] >= high) return 1;
    return 0;
}

/* Constants of all features: low, high, center, scale, step, lowest, highest, allowed (8, 48) and copied_from, on_lattice, coded (3, 48); of
 * columns: offset, side_scale (2, columns) and place (columns); of features with a prediction: spread_edge, spread_width, common_edge,
 * common_width (4, predicted) and feature, deterministic, max_quantum, first (4, predicted); features of each stage, weights, before, hidden,
 * p_no_escape. Places of columns are below *shown*. */
static int codec_of(const Argument *argument, int64_t shown, Codec *codec) {
    int64_t columns = argument[3].items, predicted = argument[5].items / 4, stages = argument[6].items, hidden = WHOLE(9);
    HOLDS(0, 8 * FEATURES);
    HOLDS(1, 3 * FEATURES);
    HOLDS(2, 2 * columns);
    HOLDS(4, 4 * predicted);
    *codec = (Codec){
        .low = rows_d(argument, 0, FEATURES, 0), .high = rows_d(argument, 0, FEATURES, 1), .center = rows_d(argument, 0, FEATURES, 2),
        .scale = rows_d(argument, 0, FEATURES, 3), .step = rows_d(argument, 0, FEATURES, 4), .lowest = rows_d(argument, 0, FEATURES, 5),
        .highest = rows_d(argument, 0, FEATURES, 6), .allowed = rows_d(argument, 0, FEATURES, 7),
        .copied_from = rows_l(argument, 1, FEATURES, 0), .on_lattice = rows_l(argument, 1, FEATURES, 1), .coded = rows_l(argument, 1, FEATURES, 2),
        .offset = rows_d(argument, 2, columns, 0), .side_scale = rows_d(argument, 2, columns, 1), .place = AS(const int64_t, 3),
        .spread_edge = rows_d(argument, 4, predicted, 0), .spread_width = rows_d(argument, 4, predicted, 1),
        .common_edge = rows_d(argument, 4, predicted, 2), .common_width = rows_d(argument, 4, predicted, 3),
        .feature = rows_l(argument, 5, predicted, 0), .deterministic = rows_l(argument, 5, predicted, 1),
        .max_quantum = rows_l(argument, 5, predicted, 2), .first = rows_l(argument, 5, predicted, 3),
        .stage = AS(const int64_t, 6), .weights = AS(const double, 7), .before = AS(const uint16_t, 8),
        .columns = columns, .predicted = predicted, .stages = stages, .hidden = hidden, .inputs = columns + predicted,
        .p_no_escape = (uint64_t)WHOLE(10),
    };
    if (outside(codec->copied_from, FEATURES, -1, shown)) return 2;
    if (columns > MOST_COLUMNS || outside(codec->place, columns, -1, shown)) return 4;
    if (predicted > FEATURES || outside(codec->feature, predicted, 0, FEATURES) || outside(codec->max_quantum, predicted, 0, MOST_QUANTA)) return 6;
    for (int64_t at = 0; at < predicted; at++)
        if (outside(codec->first + at, 1, 0, argument[8].items - SPREADS * COMMONS * (2 * codec->max_quantum[at] + 3) + 1)) return 9;
    if (outside(codec->stage, stages, 1, FEATURES + 1)) return 7;
    if (outside(&hidden, 1, 0, MOST_HIDDEN)) return 10;
    int64_t first = 0, weights = 0;
    for (int64_t number = 0; number < stages && first <= predicted; first += codec->stage[number++]) {
        int64_t width = inner_width(codec, codec->stage[number]);
        weights += (columns + first + 1) * width + hidden * padded(OUTPUTS * codec->stage[number]);
        codec->sums += width;
    }
    if (first != predicted) return 7;
    HOLDS(7, weights);
    return 0;
}

/* Of n rows, values and book at *first* and behind it; numbers of assets, of columns and of columns of the book at *sizes* and behind it. */
static int shared_of(const Argument *argument, int first, int sizes, int64_t n, Shared *shared) {
    int64_t assets = WHOLE(sizes), columns = WHOLE(sizes + 1), books = WHOLE(sizes + 2), one = assets * columns, given = argument[first].items;
    for (int number = 0; number < 3; number++)
        if (WHOLE(sizes + number) < (number == 0) || WHOLE(sizes + number) > MOST_COLUMNS) return sizes + number + 1;
    if (assets > PROB_SCALE) return sizes + 1;
    if (n && given != one && given != n * one) return first + 1;
    if (n && argument[first + 1].items != n * books) return first + 2;
    int alike = given == one;
    *shared = (Shared){AS(const float, first), AS(const float, first + 1), assets, columns, books, alike ? 0 : one, alike ? assets : 1};
    return 0;
}

/* Numbers and places to work with at *first* and behind it, with room for what the market shows of so many assets. */
#define SCRATCH(first, kept)                                                                      \
    do {                                                                                          \
        int64_t places = codec.inputs + codec.hidden;                                             \
        HOLDS(first, codec.inputs + inner_width(&codec, FEATURES) + (kept) * codec.sums);         \
        HOLDS((first) + 1, places + (kept));                                                      \
        memset(AS(int64_t, (first) + 1) + places, 0, (size_t)(kept) * sizeof(int64_t));           \
    } while (0)

static Work work_of(const Codec *codec, const Argument *scratch, int64_t kept) {
    double *inputs = scratch[0].at, *units = inputs + codec->inputs, *market = units + inner_width(codec, FEATURES);
    int64_t *input_place = scratch[1].at, *unit_place = input_place + codec->inputs, *taken = unit_place + codec->hidden;
    return (Work){{0}, {0}, inputs, units, market + kept * codec->sums, input_place, unit_place, taken + kept, 0, 0};
}

static void write_one(const Codec *codec, const Seen *seen, const float *vector, Work *work, Encoder *encoder, uint16_t *frequency) {
    Stage stage = begin(codec, seen, work);
    to_fixed(codec, vector, work->fixed);
    for (int64_t number = 0; number < codec->stages; number++) {
        predict(codec, &stage, codec->stage[number], work);
        write_stage(codec, &stage, work, encoder, frequency);
    }
    fill_copied(codec, seen, work->decoded);
    write_escapes(codec, work, encoder);
}

static void read_one(const Codec *codec, const Seen *seen, Work *work, Decoder *decoder) {
    Stage stage = begin(codec, seen, work);
    for (int64_t number = 0; number < codec->stages; number++) {
        predict(codec, &stage, codec->stage[number], work);
        read_stage(codec, &stage, work, decoder);
    }
    fill_copied(codec, seen, work->decoded);
    read_escapes(codec, work, decoder);
}

/* constants, vectors (n, 48), values, book, focus (n), assets, columns, books -> codes (n, most), zero before; length (n), vectors (n, 48) as they
 * come back, frequency of each symbol (n, predicted); scratch. */
static int codec_encode(const Argument *argument) {
    Codec codec;
    Shared shared;
    int64_t n = argument[14].items, most = n ? argument[18].items / n : 0;
    int wrong = shared_of(argument, 12, 15, n, &shared);
    if (!wrong) wrong = codec_of(argument, shared.columns + shared.books, &codec);
    if (wrong) return wrong;
    HOLDS(11, n * FEATURES);
    if (outside(AS(const int64_t, 14), n, 0, shared.assets)) return 15;
    if (most < 1) return n ? 19 : 0;
    HOLDS(19, n);
    HOLDS(20, n * FEATURES);
    HOLDS(21, n * codec.predicted);
    SCRATCH(22, shared.kept);
    uint64_t each = PROB_SCALE / (uint64_t)shared.assets;
    for (int64_t row = 0; row < n; row++) {
        int64_t focus = AS(const int64_t, 14)[row];
        uint8_t *code = AS(uint8_t, 18) + row * most;
        Seen seen = seen_by(&shared, row, focus);
        Work work = work_of(&codec, argument + 22, focus % shared.kept);
        if (shared.stride) *work.taken = 0;
        Encoder encoder = encoder_of(code + 1, most - 1);
        if (shared.assets > 1) encode(&encoder, (uint64_t)focus * each, each);
        write_one(&codec, &seen, AS(const float, 11) + row * FEATURES, &work, &encoder, AS(uint16_t, 21) + row * codec.predicted);
        int64_t length = finish(&encoder);
        code[0] = crc8_of(code + 1, length, length);
        AS(int64_t, 19)[row] = length + 1;
        from_fixed(&codec, work.decoded, AS(float, 20) + row * FEATURES);
    }
    return 0;
}

/* constants, codes (n, longest), length (n), values, book, assets, columns, books -> vectors (n, 48); scratch. Of a truncated code, features that
 * it does not determine come back as predicted. */
static int codec_decode(const Argument *argument) {
    Codec codec;
    Shared shared;
    int64_t n = argument[12].items, longest = n ? argument[11].items / n : 0;
    int wrong = shared_of(argument, 13, 15, n, &shared);
    if (!wrong) wrong = codec_of(argument, shared.columns + shared.books, &codec);
    if (wrong) return wrong;
    if (outside(AS(const int64_t, 12), n, 1, longest + 1)) return 12;
    HOLDS(18, n * FEATURES);
    SCRATCH(19, shared.kept);
    for (int64_t row = 0; row < n; row++) {
        Decoder decoder = decoder_of(AS(const uint8_t, 11) + row * longest + 1, AS(const int64_t, 12)[row] - 1);
        int64_t focus = read_focus(&decoder, shared.assets);
        Seen seen = seen_by(&shared, row, focus);
        Work work = work_of(&codec, argument + 19, focus % shared.kept);
        if (shared.stride) *work.taken = 0;
        read_one(&codec, &seen, &work, &decoder);
        from_fixed(&codec, work.decoded, AS(float, 18) + row * FEATURES);
    }
    return 0;
}

/* Quantise without coding, so that nothing escapes. constants, vectors (n, 48), side information (n, columns), columns -> fixed (n, 48), inputs
 * (n, columns + predicted), expected, spread, odds, difference (n, predicted each; NaN for a most common value), vectors (n, 48) as they would
 * come back, whether an uncoded feature is not as decoded (n); scratch. */
static int codec_quantise(const Argument *argument) {
    Codec codec;
    int64_t n = argument[21].items, shown = WHOLE(13);
    int wrong = codec_of(argument, shown, &codec);
    if (wrong) return wrong;
    if (shown < 0 || shown > MOST_COLUMNS) return 14;
    HOLDS(11, n * FEATURES);
    HOLDS(12, n * shown);
    HOLDS(14, n * FEATURES);
    HOLDS(15, n * codec.inputs);
    for (int array = 16; array < 20; array++) HOLDS(array, n * codec.predicted);
    HOLDS(20, n * FEATURES);
    SCRATCH(22, 1);
    for (int64_t row = 0; row < n; row++) {
        Seen seen = {AS(const float, 12) + row * shown, NULL, shown};
        Work work = work_of(&codec, argument + 22, 0);
        *work.taken = 0;
        Stage stage = begin(&codec, &seen, &work);
        to_fixed(&codec, AS(const float, 11) + row * FEATURES, work.fixed);
        for (int64_t number = 0; number < codec.stages; number++) {
            predict(&codec, &stage, codec.stage[number], &work);
            for (int64_t i = 0; i < stage.count; i++) {
                int64_t at = stage.first + i, to = row * codec.predicted + at;
                Quantised found = quantise(&codec, at, work.fixed[codec.feature[at]], stage.expected[i]);
                learn(&codec, at, found.common ? 0 : value_of(&codec, at, found.difference, stage.expected[i]), &work);
                AS(double, 16)[to] = stage.expected[i];
                AS(double, 17)[to] = stage.spread[i];
                AS(double, 18)[to] = stage.odds[i];
                AS(double, 19)[to] = found.common ? from_bits(0x7ff8000000000000u) : found.difference;
            }
        }
        fill_copied(&codec, &seen, work.decoded);
        memcpy(AS(double, 14) + row * FEATURES, work.fixed, sizeof work.fixed);
        double *inputs = AS(double, 15) + row * codec.inputs;
        memcpy(inputs, work.inputs, (size_t)codec.inputs * sizeof(double));
        for (int64_t i = 0; i < codec.columns; i++) inputs[i] = input_of(&codec, &seen, i);
        from_fixed(&codec, work.decoded, AS(float, 20) + row * FEATURES);
        AS(uint8_t, 21)[row] = (uint8_t)mismatches(&codec, &work);
    }
    return 0;
}
