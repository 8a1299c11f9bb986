/* Desks: what their accounts pay, what their books say, and what their executors trade. */

#include "elementary.h"
#include "sums.h"
#include "table.h"

/* desk, cents (n) -> cash, data costs (D), charged (n): in order, each charge cut to the cash that is left. */
static int accounts_charge(const Argument *argument) {
    int64_t n = argument[0].items, desks = argument[2].items;
    int64_t *cash = AS(int64_t, 2);
    HOLDS(1, n);
    HOLDS(3, desks);
    HOLDS(4, n);
    for (int64_t i = 0; i < n; i++) {
        int64_t desk = AS(const int32_t, 0)[i], cents = AS(const int64_t, 1)[i];
        if (desk < 0 || desk >= desks) return 1;
        if (cents < 0) return 2;
        int64_t charged = cents < cash[desk] ? cents : cash[desk];
        cash[desk] -= charged;
        AS(int64_t, 3)[desk] += charged;
        AS(int64_t, 4)[i] = charged;
    }
    return 0;
}

/* Places of features of a book, in the order of `BOOK` of memory/features.py. */
enum {
    OF_CASH_SHARE, OF_EXPOSURE, OF_POSITION_CHANGE, OF_UNREALISED, OF_DRAWDOWN, OF_RETURN, OF_DAY_RETURN, OF_TURNOVER, OF_COSTS,
    OF_CONCENTRATION, OF_BOOK
};

static inline int64_t cents_of(int64_t a, int64_t least) { return a > least ? a : least; }

static inline double share_of(int64_t part, int64_t whole) { return (double)part / (double)whole; }

/* values, costs (D, A), cash, fees, data costs, peak, equity, equity a bar and a day before, and traded in a day (D), cash at first ->
 * exposure (D), features (D, 10), weights (D, A); a desk without equity has weights of nought. */
static int books_close(const Argument *argument) {
    int64_t desks = argument[2].items, assets = desks ? argument[13].items / desks : 0;
    const int64_t *value = AS(const int64_t, 0);
    float *weight = AS(float, 13);
    for (int array = 0; array < 2; array++) HOLDS(array, desks * assets);
    for (int array = 3; array < 10; array++) HOLDS(array, desks);
    HOLDS(11, desks);
    HOLDS(12, desks * OF_BOOK);
    for (int64_t desk = 0; desk < desks; desk++) {
        int64_t equity = AS(const int64_t, 6)[desk], whole = cents_of(equity, 1), held = 0, paid = 0;
        double invested[LANES] = {0};
        float squares[LANES] = {0}, *book = AS(float, 12) + desk * OF_BOOK;
        for (int64_t a = 0; a < assets; a++) {
            int64_t here = desk * assets + a;
            double share = equity > 0 ? share_of(value[here], whole) : 0;
            held += value[here], paid += AS(const int64_t, 1)[here];
            invested[a % LANES] += share;
            weight[here] = (float)share;
            squares[a % LANES] += weight[here] * weight[here];
        }
        float before = AS(float, 11)[desk], exposure = (float)lanes_d(invested);
        AS(float, 11)[desk] = exposure;
        book[OF_CASH_SHARE] = (float)share_of(AS(const int64_t, 2)[desk], whole);
        book[OF_EXPOSURE] = exposure;
        book[OF_POSITION_CHANGE] = exposure - before;
        double unrealised = paid < 0 ? 1 - share_of(held, paid) : share_of(held, cents_of(paid, 1)) - 1;
        book[OF_UNREALISED] = (float)unrealised * (paid ? 1.0f : 0.0f);
        book[OF_DRAWDOWN] = (float)(1 - share_of(equity, cents_of(AS(const int64_t, 5)[desk], 1)));
        book[OF_RETURN] = (float)(share_of(equity, cents_of(AS(const int64_t, 7)[desk], 1)) - 1);
        book[OF_DAY_RETURN] = (float)(share_of(equity, cents_of(AS(const int64_t, 8)[desk], 1)) - 1);
        book[OF_TURNOVER] = (float)share_of(AS(const int64_t, 9)[desk], whole);
        book[OF_COSTS] = (float)share_of(AS(const int64_t, 3)[desk] + AS(const int64_t, 4)[desk], cents_of(WHOLE(10), 1));
        book[OF_CONCENTRATION] = lanes_f(squares);
    }
    return 0;
}

/* weight, what is missing of it, whether a position is closed (rows, A), limit, band, peers, agent (rows), exposure by which a limit may be missed
 * -> whether to trade (rows, A): all gaps together leave the band, and this one is more than an asset's share of it; a position is closed; or else
 * the limit would not be kept. */
static int trades_choose(const Argument *argument) {
    int64_t rows = argument[6].items, assets = rows ? argument[8].items / rows : 0;
    HOLDS(0, rows * assets);
    HOLDS(1, rows * assets);
    HOLDS(2, rows * assets);
    for (int array = 3; array < 6; array++) HOLDS(array, rows);
    for (int64_t row = 0; row < rows; row++) {
        const float *weight = AS(const float, 0) + row * assets, *missing = AS(const float, 1) + row * assets;
        const uint8_t *closing = AS(const uint8_t, 2) + row * assets;
        uint8_t *trading = AS(uint8_t, 8) + row * assets;
        float band = AS(const float, 4)[row], peers = (float)AS(const int32_t, 5)[row], gaps[LANES] = {0}, after[LANES] = {0};
        for (int64_t a = 0; a < assets; a++) gaps[a % LANES] += magnitude_f(missing[a] / peers);
        int moved = lanes_f(gaps) > band, there = AS(const int32_t, 6)[row] >= 0;
        for (int64_t a = 0; a < assets; a++) {
            trading[a] = (uint8_t)((moved && magnitude_f(missing[a] / peers) > band / (float)assets) || closing[a]);
            after[a % LANES] += magnitude_f(weight[a] + (trading[a] ? missing[a] : 0));
        }
        int over = lanes_f(after) > AS(const float, 3)[row] + (float)REAL(7);
        for (int64_t a = 0; a < assets; a++) {
            int reduces = weight[a] > 0 ? missing[a] < 0 : weight[a] < 0 && missing[a] > 0;
            trading[a] = (uint8_t)(there && (trading[a] || (over && reduces)));
        }
    }
    return 0;
}

/* wanted weights (rows, A), weight, position (D, A), equity (D), desk, peers (rows), price, units of price and of quantity (A), cents in a dollar ->
 * weight and what is missing of it, change of weight, whether a position is closed, quantity (rows, A): to the wanted weight, a peer's part of it,
 * cut towards zero; all that is held where it is closed. */
static int trades_size(const Argument *argument) {
    int64_t rows = argument[4].items, assets = argument[6].items, desks = argument[3].items;
    double most = 9e18;
    HOLDS(0, times(rows, assets));
    HOLDS(1, times(desks, assets));
    HOLDS(2, desks * assets);
    HOLDS(5, rows);
    HOLDS(7, assets);
    HOLDS(8, assets);
    for (int array = 10; array < 15; array++) HOLDS(array, rows * assets);
    for (int64_t row = 0; row < rows; row++) {
        int64_t desk = AS(const int32_t, 4)[row];
        float peers = (float)AS(const int32_t, 5)[row];
        if (desk < 0 || desk >= desks) return 5;
        double dollars = share_of(AS(const int64_t, 3)[desk], WHOLE(9));
        for (int64_t a = 0; a < assets; a++) {
            int64_t at = row * assets + a, held = AS(const int64_t, 2)[desk * assets + a];
            float wanted = AS(const float, 0)[at], weight = AS(const float, 1)[desk * assets + a], missing = wanted - weight, change = missing / peers;
            double price = (double)AS(const int64_t, 6)[a] / AS(const double, 7)[a];
            double units = between(-most, (double)change * dollars / price * AS(const double, 8)[a], most);
            int closing = magnitude_f(wanted) < 1e-3f && held != 0;
            if (units != units) return 1;
            AS(float, 10)[at] = weight;
            AS(float, 11)[at] = missing;
            AS(float, 12)[at] = change;
            AS(uint8_t, 13)[at] = (uint8_t)closing;
            AS(int64_t, 14)[at] = closing ? -held : (int64_t)units;
        }
    }
    return 0;
}
