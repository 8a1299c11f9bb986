"""Policies of a horizon, unrolled into one matrix over the states of now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, F64
from freeagentics.errors import BadInput
from freeagentics.sharing import parameters

MAX_POLICIES = 4096

_TINY = float(np.finfo(np.float64).tiny)
"""What is never observed has no entropy: nought times the log of this is nought."""


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """All policies of U actions over a horizon, in lexicographic order, and what each expects of a belief over states.

    Expected observations are linear in the belief, so that actions and likelihoods are multiplied out once, and no state after the
    first is ever computed. A *prefix* is the beginning of a policy, of any length from one to the horizon; shorter ones come first.

    Attributes:
        actions, horizon: sizes U and h.
        outcomes: number of observations over all modalities.
        matrix: (S, P + outcomes * prefixes). First, a column a policy, the part of its value that is linear in the belief: log-preference
            less ambiguity of what it expects to observe, summed over the horizon. Then, by outcome and prefix, the probability to
            observe that outcome right after that prefix.
    """

    actions: int
    horizon: int
    outcomes: int
    matrix: F32

    @property
    def policies(self) -> int:
        """Number of policies, P."""
        return self.actions**self.horizon


def policy_table(likelihoods: Sequence[F64], transitions: F64, preferences: Sequence[F64], horizon: int) -> PolicyTable:
    """Unroll a model: likelihoods (O_m, S), transitions (S, S, U), log-preferences (O_m,). Raises BadInput for a horizon out of range."""
    actions = transitions.shape[2]
    # Two actions make too many policies in 13 steps, and one action unrolled for ever would never end.
    if horizon not in range(1, MAX_POLICIES.bit_length()) or actions**horizon > MAX_POLICIES:
        raise BadInput(f"horizon {horizon} with {actions} actions: it must be 1 to 12 and make at most {MAX_POLICIES} policies")
    features = np.vstack([*likelihoods, _policy_values(likelihoods, preferences)])
    after = features[:, None]
    linear, observed = np.zeros((1, transitions.shape[0])), []
    for _ in range(horizon):
        # A further action goes in front: what came first in a policy is multiplied on last.
        moved = kernels.product(after.reshape(-1, len(transitions)), transitions.reshape(len(transitions), -1))
        after = moved.reshape(*after.shape[:2], *transitions.shape[1:]).transpose(0, 3, 1, 2).reshape(len(features), -1, len(transitions))
        linear = np.repeat(linear, actions, axis=0) + after[-1]
        observed.append(after[:-1])
    by_outcome = np.concatenate(observed, axis=1).reshape(-1, transitions.shape[0])
    matrix = np.ascontiguousarray(np.vstack([linear, by_outcome]).T, dtype=np.float32)
    return PolicyTable(actions, horizon, len(features) - 1, parameters.share(matrix))


def _policy_values(likelihoods: Sequence[F64], preferences: Sequence[F64]) -> F64:
    """Expected log-preference of a state less its ambiguity, the entropy of what is observed in it: (S,)."""
    value = np.zeros(likelihoods[0].shape[1])
    for likelihood, preference in zip(likelihoods, preferences, strict=True):
        certain = likelihood * kernels.log(np.maximum(likelihood, _TINY))
        value += kernels.total(preference[:, None] * likelihood + certain, axis=0)
    return value
