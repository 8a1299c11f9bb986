"""Fixed-point numbers of codecs and their nets."""

ONE = 256
"""Fixed-point numbers are multiples of 1/256 of a standard deviation."""

WEIGHT_ONE = 4096
"""Weights of nets stand for multiples of 1/4096."""

OUTPUTS = 3
"""Of a net, per feature: what to expect, how far off that may be (logarithm of standard deviations), and the log-odds of the most common
value; each times 256."""

LARGEST_INPUT = 2048
"""Inputs of nets are clipped to eight standard deviations on either side."""

LARGEST_HIDDEN = 8192
"""Hidden units are clipped to it."""

LARGEST_SUM = 2**50
"""Sums of nets stay below it, and so below 2**53, where those of doubles are exact: the same answer, bit for bit, on every machine."""
