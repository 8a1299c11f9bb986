/* The crowd of an auction market: what its members order before an auction, and what an auction leaves them with. */

#include "elementary.h"
#include "table.h"

/* Places in the array of what a crowd goes by; freeagentics/market/auction/mechanism.py says what they mean, in the same order. */
enum {
    MOVE, REACH, FEEDBACK, NEAREST, FARTHEST, TREND_SHARE, BUSIER, STILLEST, BUSIEST, SWELL, SMALLEST, LARGEST,
    TRADER_RATE, TRADER_SIZE, LARGEST_FORECAST, NOISE_RATE, NOISE_SIZE,
    HALF_SPREAD, NARROWEST, WIDEST, LEAN, QUOTE_SIZE, WITHDRAWAL, SHADE,
    FIRST_SCALE, TREND_SCALE = FIRST_SCALE + 4, LEAN_SCALE = TREND_SCALE + 2, FIRST_WEIGHT, RULES = FIRST_WEIGHT + 4,
};

/* Weighted means of each asset: sizes of moves and volumes on four scales, trends on two, and what makers lean against. */
enum { SIZES, VOLUMES = 4, TRENDS = 8, LAST_MOVES = 10, MEANS };

#define LOOK_BACKS 4
#define USUAL_SIZE 0.8
/* A cent of every purse stays back: what buyers pay is rounded for all of them together. */
#define PER_CENT_AND_A_BIT (1e14 * (1 - 0x1p-40))
#define LARGEST_ORDER 1e17
#define LARGEST_PRICE 9e18

static inline double weighted(const double *rules, const double *means) {
    const double *weight = rules + FIRST_WEIGHT;
    return ((means[0] * weight[0] + means[1] * weight[1]) + means[2] * weight[2]) + means[3] * weight[3];
}

/* Volatility as it is felt, over the usual one. */
static inline double felt_of(const double *rules, const double *means) {
    double trend = (magnitude(means[TRENDS]) + magnitude(means[TRENDS + 1])) / (2 * USUAL_SIZE);
    return (1 - rules[TREND_SHARE]) * weighted(rules, means + SIZES) + rules[TREND_SHARE] * trend;
}

static inline double power(double x, double exponent) { return exp_of(exponent * log_of(larger(x, 1e-6))); }

static inline int64_t rounded(double x) { return (int64_t)(x < 0 ? x - 0.5 : x + 0.5); }

static inline int64_t limit_of(double log_price, double offset, double units) {
    return rounded(between(1, exp_of(log_price + between(-0.5, offset, 0.5)) * units, LARGEST_PRICE));
}

static inline int64_t size_of_order(double size, double units) { return rounded(between(-LARGEST_ORDER, size * units, LARGEST_ORDER)); }

/* What is wanted, cut to what its owner can pay at the limit and has. */
static inline int64_t within_purse(int64_t wanted, int64_t limit, int64_t cash, int64_t held) {
    if (wanted <= 0) return wanted < -held ? -held : wanted;
    int64_t most = (int64_t)between(0, (double)(cash - 1) * PER_CENT_AND_A_BIT / (double)limit, LARGEST_ORDER);
    return wanted < most ? wanted : most;
}

/* Orders before an auction. Rules (RULES); variates of traders (A, traders, 5) and noise traders (A, noise, 4); how traders weigh value and trend
 * (A, traders, 2), and the look-back of each (A, traders); log values (A); units of a usual size and of a price (A); log prices, a ring (R, A);
 * means (A, MEANS); cash and units held (A, members), first units (A) -> limits, quantities, last auction (A, orders) and what of the quantities their
 * owners can trade. Members are traders, noise traders and makers; orders one of each, and then a second one of each maker. Look-backs (4). */
static int crowd_post(const Argument *argument) {
    const double *rules = AS(const double, 0);
    int64_t assets = argument[5].items, traders = WHOLE(18), noise = WHOLE(19), makers = WHOLE(20), clock = WHOLE(21);
    if (traders < 0 || traders > 1 << 24) return 19;
    if (noise < 0 || noise > 1 << 24) return 20;
    if (makers < 0 || makers > 1 << 24) return 21;
    if (clock < 0) return 22;
    int64_t members = traders + noise + makers, orders = members + makers, ring = assets ? argument[8].items / assets : 0;
    HOLDS(0, RULES);
    HOLDS(1, times(5 * traders, assets));
    HOLDS(2, times(4 * noise, assets));
    HOLDS(3, times(2 * traders, assets));
    HOLDS(4, times(traders, assets));
    HOLDS(6, assets);
    HOLDS(7, assets);
    HOLDS(8, assets);
    HOLDS(9, MEANS * assets);
    HOLDS(10, times(members, assets));
    HOLDS(11, times(members, assets));
    HOLDS(12, assets);
    for (int array = 13; array < 17; array++) HOLDS(array, times(orders, assets));
    HOLDS(17, LOOK_BACKS);
    const int64_t *look_backs = AS(const int64_t, 17);
    for (int i = 0; i < LOOK_BACKS; i++)
        if (look_backs[i] < 0 || look_backs[i] >= ring) return 18;
    for (int64_t i = 0; i < traders * assets; i++)
        if (AS(const int32_t, 4)[i] < 0 || AS(const int32_t, 4)[i] >= LOOK_BACKS) return 5;
    for (int64_t asset = 0; asset < assets; asset++) {
        const double *means = AS(const double, 9) + asset * MEANS, *logs = AS(const double, 8);
        const int64_t *cash = AS(const int64_t, 10) + asset * members, *held = AS(const int64_t, 11) + asset * members;
        int64_t *limit = AS(int64_t, 13) + asset * orders, *quantity = AS(int64_t, 14) + asset * orders;
        int64_t *until = AS(int64_t, 15) + asset * orders, *wanted = AS(int64_t, 16) + asset * orders;
        double now = logs[clock % ring * assets + asset], size_units = AS(const double, 6)[asset], price_units = AS(const double, 7)[asset];
        double busy = weighted(rules, means + VOLUMES);
        double felt = felt_of(rules, means), gap = AS(const double, 5)[asset] - now, trend[LOOK_BACKS];
        double distance = rules[MOVE] * rules[REACH] * between(rules[NEAREST], power(felt, rules[FEEDBACK]), rules[FARTHEST]);
        double activity = between(rules[STILLEST], power(felt * busy, rules[BUSIER]), rules[BUSIEST]);
        size_units *= between(rules[SMALLEST], power(busy, rules[SWELL]), rules[LARGEST]);
        for (int i = 0; i < LOOK_BACKS; i++) trend[i] = now - logs[(clock + ring - look_backs[i]) % ring * assets + asset];
        for (int64_t i = 0; i < traders; i++) {
            const double *draw = AS(const double, 1) + (asset * traders + i) * 5, *trait = AS(const double, 3) + (asset * traders + i) * 2;
            if (draw[0] >= rules[TRADER_RATE] * activity) continue;
            double forecast = trait[0] * gap + trait[1] * trend[AS(const int32_t, 4)[asset * traders + i]] + draw[1] * distance;
            double sure = between(-rules[LARGEST_FORECAST], forecast / distance, rules[LARGEST_FORECAST]);
            limit[i] = limit_of(now, forecast / 2 + draw[2] * distance, price_units);
            quantity[i] = size_of_order(sure * draw[3] * rules[TRADER_SIZE], size_units);
            until[i] = clock + (int64_t)between(1, draw[4], 1e9);
        }
        for (int64_t i = traders; i < traders + noise; i++) {
            const double *draw = AS(const double, 2) + (asset * noise + i - traders) * 4;
            if (draw[0] >= rules[NOISE_RATE] * activity) continue;
            double side = draw[1] < 0.5 ? -1 : 1;
            limit[i] = limit_of(now, side * draw[3] * distance, price_units);
            quantity[i] = size_of_order(side * draw[2] * rules[NOISE_SIZE], size_units);
            until[i] = clock + 1;
        }
        double drawn_back = 1 + rules[WITHDRAWAL] * larger(felt - 1, 0);
        for (int64_t maker = 0; maker < makers; maker++) {
            int64_t bid = traders + noise + maker, ask = bid + makers;
            double place = makers > 1 ? (double)maker / (double)(makers - 1) : 0;
            double width = rules[NARROWEST] + (rules[WIDEST] - rules[NARROWEST]) * (place * place);
            double half = rules[HALF_SPREAD] * distance * width, first = (double)AS(const int64_t, 12)[asset];
            double inventory = between(-1, (double)held[bid] / larger(first, 1) - 1, 1);
            double centre = -rules[LEAN] * means[LAST_MOVES] - rules[SHADE] * inventory * half;
            double size = rules[QUOTE_SIZE] * (1 + width) / drawn_back;
            limit[bid] = limit_of(now, centre - half, price_units);
            limit[ask] = limit_of(now, centre + half, price_units);
            quantity[bid] = size_of_order(size * smaller(1, 1 - inventory), size_units);
            quantity[ask] = -size_of_order(size * smaller(1, 1 + inventory), size_units);
            until[bid] = until[ask] = clock + 1;
        }
        for (int64_t i = 0; i < orders; i++) {
            int64_t owner = i < members ? i : i - makers;
            if (until[i] <= clock) quantity[i] = 0;
            wanted[i] = within_purse(quantity[i], limit[i], cash[owner], held[owner]);
        }
    }
    return 0;
}

/* Whole part of a number over another, towards minus infinity. */
static inline int64_t floored(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/* What an auction leaves. Rules (RULES); what was filled of each order, and cents (A, orders); prices and volumes (A); units of prices and usual
 * volumes (A); first units and cents (A) -> log prices, a ring (R, A), in the row of the next auction; means (A, MEANS); cash and units
 * held (A, members), what is left of orders (A, orders), and cents and units (A) that newcomers brought in all. One part in so many of what is
 * missing that comes each time (0: none), members, makers, auctions so far. */
static int crowd_settle(const Argument *argument) {
    const double *rules = AS(const double, 0);
    int64_t assets = argument[3].items, part = WHOLE(16), members = WHOLE(17), makers = WHOLE(18), clock = WHOLE(19);
    if (part < 0) return 17;
    if (members < 0 || members > 1 << 26) return 18;
    if (makers < 0 || makers > members) return 19;
    if (clock < 0 || clock == INT64_MAX) return 20;
    int64_t orders = members + makers, ring = assets ? argument[9].items / assets : 0;
    HOLDS(0, RULES);
    HOLDS(1, times(orders, assets));
    HOLDS(2, times(orders, assets));
    for (int array = 4; array < 10; array++) HOLDS(array, assets);
    HOLDS(10, MEANS * assets);
    HOLDS(11, times(members, assets));
    HOLDS(12, times(members, assets));
    HOLDS(13, times(orders, assets));
    HOLDS(14, assets);
    HOLDS(15, assets);
    for (int64_t asset = 0; asset < assets; asset++) {
        const int64_t *filled = AS(const int64_t, 1) + asset * orders, *cents = AS(const int64_t, 2) + asset * orders;
        double *logs = AS(double, 9), *means = AS(double, 10) + asset * MEANS;
        int64_t *cash = AS(int64_t, 11) + asset * members, *held = AS(int64_t, 12) + asset * members, *left = AS(int64_t, 13) + asset * orders;
        for (int64_t i = 0; i < orders; i++) {
            int64_t owner = i < members ? i : i - makers;
            left[i] -= filled[i];
            held[owner] += filled[i];
            cash[owner] -= filled[i] < 0 ? -cents[i] : cents[i];
        }
        for (int64_t i = 0; i < members && part; i++) {
            int64_t brought = floored(AS(const int64_t, 8)[asset] - cash[i], part), units = floored(AS(const int64_t, 7)[asset] - held[i], part);
            cash[i] += brought;
            held[i] += units;
            AS(int64_t, 14)[asset] += brought;
            AS(int64_t, 15)[asset] += units;
        }
        double before = logs[clock % ring * assets + asset], now = log_of((double)AS(const int64_t, 3)[asset] / AS(const double, 5)[asset]);
        double moved = (now - before) / rules[MOVE];
        double traded = (double)AS(const int64_t, 4)[asset] / AS(const double, 6)[asset];
        for (int i = 0; i < 4; i++) {
            double fresh = 1 - exp2_of(-1 / rules[FIRST_SCALE + i]);
            means[SIZES + i] += fresh * (magnitude(moved) / USUAL_SIZE - means[SIZES + i]);
            means[VOLUMES + i] += fresh * (traded - means[VOLUMES + i]);
        }
        for (int i = 0; i < 2; i++) {
            double kept = exp2_of(-1 / rules[TREND_SCALE + i]);
            means[TRENDS + i] = means[TRENDS + i] * kept + __builtin_sqrt(1 - kept * kept) * moved;
        }
        means[LAST_MOVES] += (1 - exp2_of(-1 / rules[LEAN_SCALE])) * (now - before - means[LAST_MOVES]);
        logs[(clock + 1) % ring * assets + asset] = now;
    }
    return 0;
}
