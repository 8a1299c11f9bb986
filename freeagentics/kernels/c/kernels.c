/* All kernels in one unit, compiled once for any processor of the kind and once more for wide registers. */

#include "numbers.c"
#include "belief.c"
#include "weights.c"
#include "recall.c"
#include "signals.c"
#include "experience.c"
#include "inference.c"
#include "sequences.c"
#include "checksum.c"
#include "codec.c"
#include "auction.c"
#include "crowd.c"

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
    {"recall_find", "bifffbinnnxxxxnWFIIFFFF", recall_find},
    {"recall_keep", "BIFFFWnnnnnx", recall_keep},
    {"recall_keys", "flffB", recall_keys},
    {"signals_take", "lbfflliiFFLLIInnnn", signals_take},
    {"signals_count", "lbfIBF", signals_count},
    {"signals_causes", "lliibbnnLII", signals_causes},
    {"signals_due", "ffilxnnnB", signals_due},
    {"experience_situation", "flilffffffffffflibflnxxF", experience_situation},
    {"states_infer", "fllnnnxF", states_infer},
    {"policies_weigh", "fffxnnnnxFFF", policies_weigh},
    {"sequences_find", "bfnnnnnxxIFI", sequences_find},
    {"crc8", "blnB", crc8},
    {"crc16", "bW", crc16},
    {"codec_encode", CONSTANTS "ffflnnnBLFWDL", codec_encode},
    {"codec_decode", CONSTANTS "blffnnnFDL", codec_decode},
    {"codec_quantise", CONSTANTS "ffnDDDDDDFBDL", codec_quantise},
    {"auction_clear", "iilllLLLLL", auction_clear},
    {"auction_tell", "illllL", auction_tell},
    {"crowd_post", "ddddiddddd" "lllLLLLl" "nnnn", crowd_post},
    {"crowd_settle", "dllllddllDDLLLLL" "nnnn", crowd_settle},
    {0, 0, 0},
};
