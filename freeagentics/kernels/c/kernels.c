/* All kernels in one unit, compiled once for any processor of the kind and once more for wide registers. */

#include "numbers.c"
#include "belief.c"
#include "weights.c"
#include "effects.c"
#include "recall.c"
#include "signals.c"
#include "experience.c"
#include "inference.c"
#include "sequences.c"
#include "checksum.c"
#include "codec.c"
#include "auction.c"
#include "crowd.c"
#include "book.c"
#include "decisions.c"
#include "recollection.c"
#include "forecasts.c"
#include "limits.c"
#include "plans.c"
#include "desks.c"
#include "random.c"
#include "memory_block.c"

#ifndef TABLE
#define TABLE kernels_baseline
#endif

const Kernel TABLE[] = {
    {"exp", "dD", exp_each},
    {"exp_f", "fF", exp_each_f},
    {"exp2", "dD", exp2_each},
    {"exp2_f", "fF", exp2_each_f},
    {"log", "dD", log_each},
    {"log_f", "fF", log_each_f},
    {"log1p", "dD", log1p_each},
    {"log1p_f", "fF", log1p_each_f},
    {"tanh", "dD", tanh_each},
    {"tanh_f", "fF", tanh_each_f},
    {"sum_rows", "dDn", sum_rows},
    {"sum_rows_f", "fFn", sum_rows_f},
    {"sum_middle", "dDnn", sum_middle},
    {"sum_middle_f", "fFnn", sum_middle_f},
    {"pick", "flF", pick},
    {"uniform_draws", "lnD", uniform_draws},
    {"money_products", "llnL", money_products},
    {"product", "ddDnnn", product},
    {"product_f", "ffFnnn", product_f},
    {"ewma", "dDnnnx", ewma},
    {"normal_quantiles", "dD", normal_quantiles},
    {"solve", "DDnnx", solve},
    {"belief_likelihood", "fffxFD", belief_likelihood},
    {"belief_advance", "fdfflfffxlFFFFFFL", belief_advance},
    {"belief_settle", "fxFFFFFL", belief_settle},
    {"tail_risk", "ffxFF", tail_risk},
    {"weights_learn", "fffbbFFFFFFFnnnxx", weights_learn},
    {"weights_conclude", "ffffffFFnxxxx", weights_conclude},
    {"weights_around", "fffFxn", weights_around},
    {"weights_worth", "fffffffFnxxxxxxx", weights_worth},
    {"effects_learn", "bnfbnxxFF", effects_learn},
    {"effects_judge", "fffnxxF", effects_judge},
    {"recall_find", "bifffbinnnxxxxnWFIIFFFF", recall_find},
    {"recall_remember", "bfBIFFFWnnnnx", recall_remember},
    {"recall_keys", "flffB", recall_keys},
    {"recall_metric", "fnxI", recall_metric},
    {"recall_means", "fffxFF", recall_means},
    {"recall_attach", "ffnnxiFFF", recall_attach},
    {"recollection_add", "fxxffFF", recollection_add},
    {"recollection_left", "ffbnfFFF", recollection_left},
    {"recollection_follow", "ffxF", recollection_follow},
    {"outcomes_judge", "fwfFF", outcomes_judge},
    {"outcomes_record", "ibffnB", outcomes_record},
    {"signals_take", "lbfflliiFFLLIInnnn", signals_take},
    {"signals_latest", "flbnnF", signals_latest},
    {"signals_count", "lbfIBF", signals_count},
    {"signals_causes", "lliibbnnLII", signals_causes},
    {"signals_due", "ffilxnnnB", signals_due},
    {"experience_situation", "flilffffffffffflibflnxxF", experience_situation},
    {"experience_action", "lnbflffbiffFB", experience_action},
    {"experience_sources", "bfllllFn", experience_sources},
    {"history_record", "bflinB", history_record},
    {"decisions_record", "ibffliifilfnB", decisions_record},
    {"rows_heard", "fiB", rows_heard},
    {"directions_take", "fbnWF", directions_take},
    {"directions_now", "wfnF", directions_now},
    {"directions_faded", "wnF", directions_faded},
    {"sources_choose", "fflddlfFBB", sources_choose},
    {"forecasts_add", "fffffxFFFn", forecasts_add},
    {"advice_add", "ffxxFF", advice_add},
    {"advice_left", "fxffFF", advice_left},
    {"forecasts_left", "ffbffFFFB", forecasts_left},
    {"forecasts_tell", "Fflfbfllx" "FFFLf", forecasts_tell},
    {"plans_move", "dffffxxFDF", plans_move},
    {"weights_within", "ffF", weights_within},
    {"accounts_charge", "ilLLL", accounts_charge},
    {"books_close", "llllllllllnFFF", books_close},
    {"trades_choose", "ffbffiixB", trades_choose},
    {"trades_size", "ffllii" "ldd" "n" "FFFBL", trades_size},
    {"limits_find", "ffffflfifxxxxx" "DBFF", limits_find},
    {"states_infer", "fllnnnxF", states_infer},
    {"policies_weigh", "fffxnnnnxFFF", policies_weigh},
    {"sequences_find", "bfnnnnnxxfIFFD", sequences_find},
    {"sequences_words", "ifdinxxxF", sequences_words},
    {"crc8", "blnB", crc8},
    {"crc16", "bW", crc16},
    {"codes_join", "blnBL", codes_join},
    {"codec_encode", CONSTANTS "ffflnnnBLFWDL", codec_encode},
    {"codec_decode", CONSTANTS "blffnnnFDL", codec_decode},
    {"codec_quantise", CONSTANTS "ffnDDDDDDFBDL", codec_quantise},
    {"auction_clear", "iilllLLLLL", auction_clear},
    {"auction_tell", "illllL", auction_tell},
    {"crowd_post", "ddddiddddd" "lllLLLLl" "nnnn", crowd_post},
    {"crowd_settle", "dllllddllDDLLLLL" "nnnn", crowd_settle},
    {"book_process", "biilll" "LLLL" "BLL", book_process},
    {"block_remember", "BIlBbffnx", block_remember},
    {"block_find", "bnnllL", block_find},
    {"block_recall", "Bnlbbffbbxxxxn" "LF", block_recall},
    {0, 0, 0},
};
