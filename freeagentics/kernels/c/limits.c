/* Limits of risk managers, from what may be lost and what was lost. The formulas are those of `RiskManager`. */

#include "elementary.h"
#include "sums.h"
#include "table.h"

/* Largest shares and losses that a risk manager allows, before its caution. */
typedef struct {
    double exposure, value_at_risk, shortfall, drawdown;
} Allowed;

/* Mean over assets of losses (A), at the volatility that they are warned of. */
static inline float mean_loss(const float *loss, const float *volatility, const float *warned, int64_t assets) {
    float lane[LANES] = {0};
    for (int64_t a = 0; a < assets; a++) lane[a % LANES] += loss[a] * (volatility[a] * larger_f(warned[a], 1));
    return lanes_f(lane) / (float)assets;
}

/* value-at-risk, expected shortfall, warned volatility (rows, A), volatility over the horizon (A), caution (rows), equity, exposure (D), desk,
 * shift by memories (rows), share of a loss that is remembered, the largest exposure, value-at-risk, shortfall and drawdown -> high water, vetoes,
 * limit (rows), numbers of reasoning (6, rows). */
static int limits_find(const Argument *argument) {
    int64_t rows = argument[16].items, assets = argument[3].items, desks = argument[5].items;
    const float *volatility = AS(const float, 3);
    double *high_water = AS(double, 14);
    float *reason = AS(float, 17);
    Allowed most = {REAL(10), REAL(11), REAL(12), REAL(13)};
    for (int array = 0; array < 3; array++) HOLDS(array, times(rows, assets));
    HOLDS(4, rows);
    HOLDS(6, desks);
    HOLDS(7, rows);
    HOLDS(8, rows);
    HOLDS(14, rows);
    HOLDS(15, rows);
    HOLDS(17, 6 * rows);
    if (rows && !assets) return 4;
    for (int64_t row = 0; row < rows; row++) {
        const float *warned = AS(const float, 2) + row * assets;
        int64_t desk = AS(const int32_t, 7)[row];
        if (desk < 0 || desk >= desks) return 8;
        float at_risk = mean_loss(AS(const float, 0) + row * assets, volatility, warned, assets);
        float shortfall = mean_loss(AS(const float, 1) + row * assets, volatility, warned, assets), caution = AS(const float, 4)[row];
        float safe = smaller_f((float)most.value_at_risk / larger_f(at_risk, 1e-6f), (float)most.shortfall / larger_f(shortfall, 1e-6f));
        float limit = caution * smaller_f(safe, (float)most.exposure), largest = warned[0], held = AS(const float, 6)[desk];
        float largest_fall = (float)most.drawdown * caution;
        double equity = (double)AS(const int64_t, 5)[desk];
        high_water[row] = larger(equity, equity + (high_water[row] - equity) * REAL(9));
        double fallen = 1 - equity / larger(high_water[row], 1), left = between(0.5, 1 - 0.5 * fallen / (double)largest_fall, 1);
        double before = between(0, (double)limit * left, 1);
        float bad = between_f(0, -AS(const float, 8)[row], 1), drawdown = (float)fallen;
        float after = (float)smaller(before * (double)(1 - bad), most.exposure);
        int vetoed = drawdown > (AS(const uint8_t, 15)[row] ? largest_fall / 2 : largest_fall);
        for (int64_t a = 1; a < assets; a++) largest = larger_f(largest, warned[a]);
        AS(uint8_t, 15)[row] = (uint8_t)vetoed;
        AS(float, 16)[row] = reason[row] = vetoed ? 0 : after;
        reason[rows + row] = at_risk * held;
        reason[2 * rows + row] = drawdown;
        reason[3 * rows + row] = shortfall * held;
        reason[4 * rows + row] = largest;
        reason[5 * rows + row] = (float)before;
    }
    return 0;
}
