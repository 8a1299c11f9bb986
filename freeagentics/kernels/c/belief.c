/* The belief filter: a Bayesian filter over a grid of 32 drifts by 32 volatilities, for every agent and asset. */

#include "elementary.h"
#include "sums.h"
#include "table.h"

#define SIDE 32
#define CELLS (SIDE * SIDE)
/* Numbers that are read off a belief, padded to whole registers: total, four regimes, two moments, 24 points of a distribution. */
#define READINGS SIDE
#define REGIMES 4
#define MOMENTS 2
#define POINTS 24
#define LEAST_LIKELY 1e-20

/* Arrays of a cohort's beliefs, (n = rows * assets) each. */
typedef struct {
    float *regimes, *moments, *below, *entropy;
} Read;

/* zscore (A), tables drift, sigma (32), log density of a return of 0 -> likelihood (A, 1024), peak (A): the density of a standardised return in
 * each cell over that where it is largest, at least LEAST_LIKELY, and the log of the largest. Student t with six degrees of freedom: proportional
 * to (1 + s^2 / 6)^(-7/2) / sigma, where s = return / sigma - drift. */
static int belief_likelihood(const Argument *argument) {
    int64_t assets = argument[0].items;
    const float *drift = AS(const float, 1), *sigma = AS(const float, 2);
    HOLDS(1, SIDE);
    HOLDS(2, SIDE);
    HOLDS(4, assets * CELLS);
    HOLDS(5, assets);
    for (int64_t asset = 0; asset < assets; asset++) {
        double density[CELLS], peak = 0, zscore = between(-1e3, AS(const float, 0)[asset], 1e3);
        float *found = AS(float, 4) + asset * CELLS;
        for (int d = 0; d < SIDE; d++)
            for (int v = 0; v < SIDE; v++) {
                double s = zscore / sigma[v] - drift[d], u = 1 + s * s / 6;
                density[d * SIDE + v] = 1 / (u * u * u * __builtin_sqrt(u) * sigma[v]);
            }
        for (int i = 0; i < CELLS; i++) peak = larger(peak, density[i]);
        for (int i = 0; i < CELLS; i++) found[i] = (float)larger(density[i] / peak, LEAST_LIKELY);
        AS(double, 5)[asset] = log_of(peak) + REAL(3);
    }
    return 0;
}

/* Numbers side by side in a register of the processor: four or eight, and the same sums. */
#ifdef __AVX2__
#define PACKED 8
#else
#define PACKED 4
#endif
typedef float Pack __attribute__((vector_size(4 * PACKED), aligned(4)));
#define PACKS (SIDE / PACKED)

/* Sums over cells of one row, or of two side by side: each is a chain of additions, and the processor waits for none of them. */
typedef struct {
    Pack of[2][PACKS];
} Sums;

/* Where either of two rows (count) is not 0: first and last place; the first is behind the last where both are 0. */
typedef struct {
    int32_t first, last;
} Span;

static inline Span span_of(const float *a, const float *b, int32_t count) {
    Span span = {SIDE, -1};
    for (int32_t v = 0; v < count; v++) {
        int possible = a[v] > 0 || b[v] > 0;
        int32_t low = possible ? v : SIDE, high = possible ? v : -1;
        span.first = low < span.first ? low : span.first;
        span.last = high > span.last ? high : span.last;
    }
    return span;
}

/* Sums of the cells of two rows, each times the row of numbers (32) that its table has for it. */
static inline Sums weighed(const float *a, const float *b, Span span, const float *of_a, const float *of_b) {
    Sums sums = {{{{0}}}};
    const Pack *x = (const Pack *)(of_a + span.first * SIDE), *y = (const Pack *)(of_b + span.first * SIDE);
    for (int32_t v = span.first; v <= span.last; v++, x += PACKS, y += PACKS)
        for (int g = 0; g < PACKS; g++) {
            sums.of[0][g] += a[v] * x[g];
            sums.of[1][g] += b[v] * y[g];
        }
    return sums;
}

/* One bar passes over one belief, *before* (drifts, volatilities) as the block lies on the grid: volatility diffuses along the transition, a share of
 * each volatility's belief draws a new drift, and all is weighed by the likelihood. Of the total, which is returned, only shares count: what lasts is
 * left as it is, what is drawn anew is weighed against it. */
static float move(const float *before, const int64_t *lies, const float *transition, const float *prior, float drawn, const float *likely,
                  float *after) {
    static const float none[SIDE] = {0};
    Pack all[PACKS] = {0}, lanes[LANES / PACKED] = {0};
    for (int i = 0; i < CELLS; i++) after[i] = 0;
    transition += lies[2] * SIDE;
    for (int64_t d = 0; d < lies[1]; d += 2) {
        const float *from = before + d * lies[3], *next = d + 1 < lies[1] ? from + lies[3] : none;
        Sums moved = weighed(from, next, span_of(from, next, (int32_t)lies[3]), transition, transition);
        for (int64_t row = 0; row < 2 && d + row < lies[1]; row++)
            for (int g = 0; g < PACKS; g++) {
                all[g] += moved.of[row][g];
                ((Pack *)(after + (lies[0] + d + row) * SIDE))[g] = moved.of[row][g];
            }
    }
    for (int g = 0; g < PACKS; g++) all[g] *= drawn;
    for (int d = 0; d < SIDE; d++)
        for (int g = 0; g < PACKS; g++) {
            Pack *cells = (Pack *)(after + d * SIDE) + g;
            *cells = (*cells + all[g] * prior[d]) * ((const Pack *)(likely + d * SIDE))[g];
            lanes[g % (LANES / PACKED)] += *cells;
        }
    return lanes_f((const float *)lanes);
}

/* Prune and normalise a belief of this *total*, and read it off; *box* (first and last drift and volatility that are possible) grows to hold it. */
static void settle(float *cells, float total, const float *readings, float pruned, int64_t at, Read read, int64_t *box) {
    float least = pruned * total;
    union {
        Pack packs[PACKS];
        float numbers[READINGS];
    } found = {{{0}}};
    for (int i = 0; i < CELLS; i++) cells[i] = cells[i] >= least ? cells[i] : 0;
    for (int d = 0; d < SIDE; d += 2) {
        const float *row = cells + d * SIDE, *next = row + SIDE, *asked = readings + d * SIDE * READINGS;
        Span span = span_of(row, next, SIDE);
        if (span.last < 0) continue;
        Sums here = weighed(row, next, span, asked, asked + SIDE * READINGS);
        /* The first number asked of a cell is 1. */
        int first = here.of[0][0][0] > 0 ? d : d + 1, last = here.of[1][0][0] > 0 ? d + 1 : d;
        box[0] = first < box[0] ? first : box[0];
        box[1] = last > box[1] ? last : box[1];
        box[2] = span.first < box[2] ? span.first : box[2];
        box[3] = span.last > box[3] ? span.last : box[3];
        for (int g = 0; g < PACKS; g++) found.packs[g] = (found.packs[g] + here.of[0][g]) + here.of[1][g];
    }
    float norm = 1 / found.numbers[0];
    for (int i = 0; i < CELLS; i++) cells[i] *= norm;
    for (int g = 0; g < PACKS; g++) found.packs[g] *= norm;
    double entropy = 0;
    for (int r = 0; r < REGIMES; r++) {
        double p = found.numbers[1 + r];
        entropy -= p * log_of(larger(p, 1e-12));
        read.regimes[at * REGIMES + r] = found.numbers[1 + r];
    }
    read.entropy[at] = (float)(entropy / (2 * LN2));
    for (int m = 0; m < MOMENTS; m++) read.moments[at * MOMENTS + m] = found.numbers[1 + REGIMES + m];
    for (int p = 0; p < POINTS; p++) read.below[at * POINTS + p] = found.numbers[1 + REGIMES + MOMENTS + p];
}

#define READ(first) {AS(float, first), AS(float, first + 1), AS(float, first + 2), AS(float, first + 3)}
#define READ_HOLDS(first, n)          \
    HOLDS(first, (n) * REGIMES);      \
    HOLDS(first + 1, (n) * MOMENTS);  \
    HOLDS(first + 2, (n) * POINTS);   \
    HOLDS(first + 3, n)

/* A place on the grid: first drift, drifts, first volatility, volatilities. */
static int is_place(const int64_t *place) {
    for (int i = 0; i < 4; i++)
        if (place[i] < 0 || place[i] > SIDE) return 0;
    return place[0] + place[1] <= SIDE && place[2] + place[3] <= SIDE;
}

static int is_inside(const int64_t *box, const int64_t *place) {
    return box[0] >= place[0] && box[1] < place[0] + place[1] && box[2] >= place[2] && box[3] < place[2] + place[3];
}

/* likelihood (A, 1024), peak (A), persistence (rows), block (rows * A, drifts, volatilities) and its place, tables prior (32), transition
 * (32, 32), readings (1024, 32), pruned, the place that the new block is to have -> the new block, surprise (rows * A), regimes, moments, below,
 * entropy, box (5: first and last drift, first and last volatility that are possible, and beliefs that are done). It goes on from those done,
 * and stops before one that leaves that place. */
static int belief_advance(const Argument *argument) {
    int64_t assets = argument[1].items, rows = argument[2].items, n = rows * assets;
    const float *likelihood = AS(const float, 0), *persistence = AS(const float, 2), *block = AS(const float, 3);
    const double *peak = AS(const double, 1);
    const int64_t *lies = AS(const int64_t, 4), *to = AS(const int64_t, 9);
    const float *prior = AS(const float, 5), *transition = AS(const float, 6), *readings = AS(const float, 7);
    float *into = AS(float, 10), *surprise = AS(float, 11);
    Read read = READ(12);
    int64_t *box = AS(int64_t, 16);
    HOLDS(4, 4);
    HOLDS(9, 4);
    if (!is_place(lies)) return 5;
    if (!is_place(to)) return 10;
    HOLDS(0, assets * CELLS);
    HOLDS(3, n * lies[1] * lies[3]);
    HOLDS(5, SIDE);
    HOLDS(6, CELLS);
    HOLDS(7, CELLS * READINGS);
    HOLDS(10, n * to[1] * to[3]);
    HOLDS(11, n);
    READ_HOLDS(12, n);
    HOLDS(16, 5);
    if (box[4] < 0) return 17;
    for (; box[4] < n; box[4]++) {
        int64_t at = box[4], row = at / assets, asset = at % assets;
        float cells[CELLS], drawn = 1 / persistence[row] - 1;
        float total = move(block + at * lies[1] * lies[3], lies, transition, prior, drawn, likelihood + asset * CELLS, cells);
        settle(cells, total, readings, (float)REAL(8), at, read, box);
        surprise[at] = (float)-(log_of(total * persistence[row]) + peak[asset]);
        if (!is_inside(box, to)) return 0;
        for (int64_t d = 0; d < to[1]; d++)
            memcpy(into + (at * to[1] + d) * to[3], cells + (to[0] + d) * SIDE + to[2], (size_t)to[3] * sizeof(float));
    }
    return 0;
}

/* readings (1024, 32), pruned, cells (n, 1024) -> regimes, moments, below, entropy, box (4). */
static int belief_settle(const Argument *argument) {
    int64_t n = argument[2].items / CELLS, *box = AS(int64_t, 7);
    Read read = READ(3);
    HOLDS(0, CELLS * READINGS);
    READ_HOLDS(3, n);
    HOLDS(7, 4);
    box[0] = box[2] = SIDE, box[1] = box[3] = -1;
    for (int64_t at = 0; at < n; at++) {
        float *cells = AS(float, 2) + at * CELLS;
        settle(cells, sum_f(cells, CELLS), AS(const float, 0), (float)REAL(1), at, read, box);
    }
    return 0;
}

/* Mean of an exponential between its values at both ends. */
static double log_mean(double left, double right) {
    double ratio = log_of(right / left);
    return magnitude(ratio) < 1e-4 ? (left + right) / 2 : (right - left) / ratio;
}

typedef struct {
    float value_at_risk, expected_shortfall;
} Risk;

/* Of returns at (points), rising, and the distribution below them. Between two points the log of the probability is taken to be linear. */
static Risk risk_of(const float *at, const float *below, int64_t points, double probability) {
    int64_t place = 0;
    while (place < points && larger(below[place], 1e-12) < probability) place++;
    place = place < 1 ? 1 : place > points - 1 ? points - 1 : place;
    double left = larger(below[place - 1], 1e-12), right = larger(below[place], 1e-12);
    double share = between(0, log_of(probability / left) / larger(log_of(right / left), 1e-12), 1);
    double quantile = at[place - 1] + share * (at[place] - at[place - 1]), area = 0;
    for (int64_t i = 1; i < place; i++) area += ((double)at[i] - at[i - 1]) * log_mean(larger(below[i - 1], 1e-12), larger(below[i], 1e-12));
    area += (quantile - at[place - 1]) * log_mean(left, probability);
    return (Risk){(float)-quantile, (float)(area / probability - quantile)};
}

/* Returns at (K), rising, distributions below them (n, K), a probability -> value-at-risk (n), expected shortfall (n). */
static int tail_risk(const Argument *argument) {
    int64_t points = argument[0].items, n = argument[3].items;
    HOLDS(1, n * points);
    HOLDS(4, n);
    if (points < 2) return 1;
    for (int64_t row = 0; row < n; row++) {
        Risk risk = risk_of(AS(const float, 0), AS(const float, 1) + row * points, points, REAL(2));
        AS(float, 3)[row] = risk.value_at_risk;
        AS(float, 4)[row] = risk.expected_shortfall;
    }
    return 0;
}
