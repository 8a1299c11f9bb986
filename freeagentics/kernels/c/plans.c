/* Plans of optimizers: weights that views ask for, where going there pays. The formulas are those of `PortfolioOptimizer.replan`. */

#include "elementary.h"
#include "sums.h"
#include "table.h"

/* Pivot below which a covariance is taken to be singular. */
#define LEAST_PIVOT 1e-18

/* Covariance of returns (A, A): correlations shrunk by a tenth towards none, at this volatility. */
static void covariance_of(const double *outer, const float *volatility, int64_t assets, double *covariance) {
    for (int64_t i = 0; i < assets; i++)
        for (int64_t j = 0; j < assets; j++) {
            double mine = __builtin_sqrt(larger(outer[i * assets + i], 1e-12)), other = __builtin_sqrt(larger(outer[j * assets + j], 1e-12));
            double correlation = 0.9 * outer[i * assets + j] / (mine * other) + (i == j ? 0.1 : 0);
            covariance[i * assets + j] = correlation * (double)(larger_f(volatility[i], 1e-6f) * larger_f(volatility[j], 1e-6f));
        }
}

/* Expected return of weights (A) less what their distance from the neutral ones risks. */
static double utility_of(const float *weight, const float *neutral, const float *expected, const double *covariance, float aversion, int64_t assets) {
    double lane[LANES] = {0};
    for (int64_t a = 0; a < assets; a++) {
        double risk = 0;
        for (int64_t b = 0; b < assets; b++) risk += (double)(weight[b] - neutral[b]) * covariance[b * assets + a];
        lane[a % LANES] += (double)(weight[a] - neutral[a]) * ((double)expected[a] - (double)(aversion / 2) * risk);
    }
    return lanes_d(lane);
}

/* By how much more is traded in going to these weights (A) and then to the neutral ones than in going there from the plan. */
static float further_of(const float *weight, const float *plan, const float *neutral, int64_t assets) {
    float lane[LANES] = {0};
    for (int64_t a = 0; a < assets; a++) {
        float there = magnitude_f(weight[a] - plan[a]) + magnitude_f(weight[a] - neutral[a]);
        lane[a % LANES] += there - magnitude_f(plan[a] - neutral[a]);
    }
    return lanes_f(lane);
}

/* outer products of returns (A, A), views (rows, A), volatility over the horizon (A), neutral weights (rows, A), aversion to risk (rows), largest
 * sum of weights, cost of trading -> plan (rows, A); room for 2 A (A + 1) numbers, and for 2 A. */
static int plans_move(const Argument *argument) {
    int64_t assets = argument[2].items, n = argument[7].items, rows = argument[4].items;
    HOLDS(7, rows * assets);
    HOLDS(0, assets * assets);
    HOLDS(1, n);
    HOLDS(3, n);
    HOLDS(8, 2 * assets * (assets + 1));
    HOLDS(9, 2 * assets);
    const float *volatility = AS(const float, 2);
    double *covariance = AS(double, 8), *factors = covariance + assets * assets, *tilt = factors + assets * assets, *asked = tilt + assets;
    float *expected = AS(float, 9), *wanted = expected + assets, cost = (float)REAL(6);
    covariance_of(AS(const double, 0), volatility, assets, covariance);
    memcpy(factors, covariance, (size_t)(assets * assets) * sizeof *factors);
    factorise(factors, assets, LEAST_PIVOT);
    for (int64_t row = 0; row < rows; row++) {
        const float *neutral = AS(const float, 3) + row * assets;
        float aversion = AS(const float, 4)[row], *plan = AS(float, 7) + row * assets;
        for (int64_t a = 0; a < assets; a++) {
            expected[a] = AS(const float, 1)[row * assets + a] * larger_f(volatility[a], 1e-6f);
            tilt[a] = (double)expected[a];
        }
        substitute(factors, tilt, assets);
        for (int64_t a = 0; a < assets; a++) asked[a] = larger((double)neutral[a] + tilt[a] / (double)aversion, 0);
        double share = smaller(REAL(5) / larger(sum_d(asked, assets), 1e-9), 1);
        for (int64_t a = 0; a < assets; a++) wanted[a] = (float)(asked[a] * share);
        double gain = utility_of(wanted, neutral, expected, covariance, aversion, assets);
        gain -= utility_of(plan, neutral, expected, covariance, aversion, assets);
        if (gain > (double)(further_of(wanted, plan, neutral, assets) * cost)) memcpy(plan, wanted, (size_t)assets * sizeof *plan);
    }
    return 0;
}

/* weights (rows, A), limits (rows) -> weights scaled down so that together, long and short, they keep them (rows, A). */
static int weights_within(const Argument *argument) {
    int64_t rows = argument[1].items, assets = rows ? argument[2].items / rows : 0;
    HOLDS(0, rows * assets);
    for (int64_t row = 0; row < rows; row++) {
        const float *weight = AS(const float, 0) + row * assets;
        float *kept = AS(float, 2) + row * assets;
        for (int64_t a = 0; a < assets; a++) kept[a] = magnitude_f(weight[a]);
        float share = smaller_f(AS(const float, 1)[row] / larger_f(sum_f(kept, assets), 1e-9f), 1);
        for (int64_t a = 0; a < assets; a++) kept[a] = weight[a] * share;
    }
    return 0;
}
