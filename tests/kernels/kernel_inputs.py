"""Valid inputs of every kernel: what golden vectors are recorded of, and what the tests of calls spoil.

A new kernel needs one small function in the file of its kind, which draws its arguments in their order; arrays that it fills hold zeros, or
anything. A new file is imported here.
"""

from __future__ import annotations

import auction_inputs
import belief_inputs
import checksum_inputs
import codec_inputs
import decision_inputs
import desk_inputs
import experience_inputs
import forecast_inputs
import inference_inputs
import memory_block_inputs
import number_inputs
import recall_inputs
import sequence_inputs
import signal_inputs
import weight_inputs
from draws import Draws
from input_registry import INPUTS, Argument

FILES = (
    auction_inputs,
    belief_inputs,
    checksum_inputs,
    codec_inputs,
    decision_inputs,
    desk_inputs,
    experience_inputs,
    forecast_inputs,
    inference_inputs,
    memory_block_inputs,
    number_inputs,
    recall_inputs,
    sequence_inputs,
    signal_inputs,
    weight_inputs,
)


def drawn(kernel: str, seed: int) -> list[Argument]:
    """Arguments of a call of *kernel*, the same for the same *seed* everywhere."""
    return INPUTS[kernel].draw(Draws(seed))
