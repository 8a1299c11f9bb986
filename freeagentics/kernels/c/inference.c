/* Perception and choice under a generative model, agent by agent. */

#include "elementary.h"
#include "sums.h"
#include "table.h"

/* Bayes' rule: p(s) <- p(o | s) max(p(s), floor), made to sum to one. Likelihoods (combinations, S) of what so many modalities from the first
 * one on show together, entries between neighbouring observations of each, observations (n, M) with -1 for none, S; p (n, S). */
static int states_infer(const Argument *argument) {
    const float *likelihood = AS(const float, 0);
    const int64_t *stride = AS(const int64_t, 1), *seen = AS(const int64_t, 2);
    int64_t count = argument[1].items, first = WHOLE(3), modalities = WHOLE(4), states = WHOLE(5);
    int64_t n = states > 0 ? argument[7].items / states : 0, combinations = states > 0 ? argument[0].items / states : 0;
    float floor = (float)REAL(6), *posterior = AS(float, 7);
    if (first < 0 || count > modalities - first) return 2;
    HOLDS(2, times(n, modalities));
    for (int64_t i = 0; i < n; i++) {
        int64_t place = 0;
        for (int64_t m = 0; m < count; m++) place += (seen[i * modalities + first + m] + 1) * stride[m];
        if (place < 0 || place >= combinations) return 1;
        const float *given = likelihood + place * states;
        float *p = posterior + i * states;
        /* What is not a number stays so. */
        for (int64_t s = 0; s < states; s++) p[s] = given[s] * (p[s] < floor ? floor : p[s]);
        float sum = sum_f(p, states);
        for (int64_t s = 0; s < states; s++) p[s] /= sum;
    }
    return 0;
}

/* What a belief b (S) makes of a matrix (S, R): each sum from the first state to the last. */
static void expect(const float *matrix, const float *b, int64_t states, int64_t columns, float *expected) {
    int64_t whole = columns - columns % WIDTH;
    for (int64_t l = 0; l < whole; l += WIDTH) {
        float sum[WIDTH] = {0};
        for (int64_t s = 0; s < states; s++)
            for (int w = 0; w < WIDTH; w++) sum[w] += matrix[s * columns + l + w] * b[s];
        memcpy(expected + l, sum, sizeof sum);
    }
    float sum[WIDTH] = {0};
    for (int64_t s = 0; s < states; s++)
        for (int64_t l = whole; l < columns; l++) sum[l - whole] += matrix[s * columns + l] * b[s];
    memcpy(expected + whole, sum, (size_t)(columns - whole) * sizeof *sum);
}

/* Softmax of gamma v + habit, where there is one, over so many policies. */
static void softmax(const float *value, float gamma, const float *habit, int64_t policies, float *chosen) {
    float largest = -__builtin_inff(), sum = 0;
    for (int64_t p = 0; p < policies; p++) chosen[p] = habit ? value[p] * gamma + habit[p] : value[p] * gamma;
    for (int64_t p = 0; p < policies; p++) largest = larger_f(chosen[p], largest);
    for (int64_t p = 0; p < policies; p++) chosen[p] = (float)exp_of((double)(chosen[p] - largest));
    for (int64_t p = 0; p < policies; p++) sum += chosen[p];
    for (int64_t p = 0; p < policies; p++) chosen[p] /= sum;
}

/* Negative expected free energies (n, P) and probabilities (n, P) of policies: a matrix (S, P + outcomes * prefixes) gives what is linear in a
 * belief (n, S), and the probability q of each outcome after each prefix, whose entropy -q log q counts along the policy. Habit (n, P) or
 * nothing; gamma; U actions, horizon h, outcomes, S; room for a row of the matrix. */
static int policies_weigh(const Argument *argument) {
    const float *matrix = AS(const float, 0), *belief = AS(const float, 1);
    const float *habit = argument[2].items ? AS(const float, 2) : 0;
    int64_t actions = WHOLE(4), horizon = WHOLE(5), outcomes = WHOLE(6), states = WHOLE(7), policies = 1, prefixes = 0;
    float gamma = (float)REAL(3), floor = (float)REAL(8), *expected = AS(float, 9), *value = AS(float, 10), *chosen = AS(float, 11);
    if (horizon < 1 || actions < 1 || outcomes < 1) return 1;
    for (int64_t length = 0; length < horizon; length++) {
        policies = times(policies, actions);
        if (policies > argument[9].items - prefixes) return 10;
        prefixes += policies;
    }
    int64_t columns = policies + times(outcomes, prefixes), n = argument[10].items / policies;
    HOLDS(9, columns < 0 ? INT64_MAX : columns);
    HOLDS(0, times(states, columns));
    HOLDS(1, times(n, states));
    HOLDS(11, n * policies);
    if (habit) HOLDS(2, n * policies);
    for (int64_t i = 0; i < n; i++) {
        float *entropy = expected + policies, *v = value + i * policies;
        expect(matrix, belief + i * states, states, columns, expected);
        for (int64_t o = 0; o < outcomes * prefixes; o++) {
            float q = entropy[o];
            entropy[o] = (float)log_of((double)(q < floor ? floor : q)) * q;
        }
        for (int64_t o = prefixes; o < outcomes * prefixes; o++) entropy[o % prefixes] += entropy[o];
        for (int64_t p = 0; p < policies; p++) {
            float total = 0;
            int64_t prefix = 0, each = policies;
            for (int64_t length = 0; length < horizon; length++) {
                each /= actions;
                total += entropy[prefix + p / each];
                prefix += policies / each;
            }
            v[p] = expected[p] - total;
        }
        softmax(v, gamma, habit ? habit + i * policies : 0, policies, chosen + i * policies);
    }
    return 0;
}
