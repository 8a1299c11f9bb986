"""Perception and choice under a generative model, for all agents of a cohort at once.

The equations are those of Da Costa et al., "Active inference on discrete state-spaces: a synthesis" (2020); the figures agree with
pymdp's for one hidden factor. Rows are agents; a row's result does not depend on the others, nor on their number, to the bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from freeagentics.arrays import F32, I64, contiguous
from freeagentics.errors import BadInput
from freeagentics.kernels import compiled
from freeagentics.mind.generative import GenerativeModel
from freeagentics.mind.likelihood import FLOOR


def infer_states(model: GenerativeModel, observations: NDArray[np.integer], prior: F32) -> F32:
    """The exact posterior over hidden states, by Bayes' rule.

    Priors and likelihoods below 2.2e-16 are taken to be that: what the model holds impossible is very unlikely instead, and every
    posterior is a distribution. A row whose prior holds NaN becomes NaN, and no other.

    Args:
        model: of S states and M modalities.
        observations: index of what each modality shows, integers (n, M); a negative one was not observed and tells nothing.
        prior: (n, S), need not be normalised.

    Returns:
        (n, S), each row of which sums to one.

    Raises:
        BadInput: shapes do not fit, or an observation that its modality does not have.
    """
    seen = _checked_observations(model, observations)
    posterior = _checked_belief(model, "prior", prior).copy()
    if len(seen) != len(posterior):
        raise BadInput(f"infer_states: {len(seen)} rows of observations and {len(posterior)} of prior; they must be as many")
    for table in model.likelihoods:
        table.update(posterior, seen)
    return posterior


def evaluate_policies(
    model: GenerativeModel, posterior: F32, horizon: int = 1, gamma: float = 16.0, log_prior: ArrayLike | None = None
) -> tuple[F32, F32]:
    """Evaluate policies: the value of each, and its probability.

    The negative expected free energy of a policy is the sum, over its steps and all modalities, of the expected log-preference of what
    will be observed (pragmatic) and the expected information gain about the hidden state (epistemic: entropy of what is expected to be
    observed less expected ambiguity). The policy posterior is softmax(gamma * negative expected free energy + log_prior).

    Args:
        model: of S states and U actions.
        posterior: belief over the state now, (n, S), each row a distribution.
        horizon: number of actions in a policy. Policies are in lexicographic order, P = U ** horizon: the first action of policy p is
            p // U ** (horizon - 1).
        gamma: precision, at least 0: how surely the best policy is preferred.
        log_prior: habits, (P,) or (n, P); minus infinity forbids a policy. Without it all policies are alike.

    Returns:
        Policy posterior and negative expected free energy in nats, both (n, P).

    Raises:
        BadInput: shapes do not fit, more than 4096 policies, a gamma that is no precision, or a row with all policies forbidden.
    """
    belief = _checked_belief(model, "posterior", posterior)
    table = model.policies(horizon)
    if not 0 <= gamma < np.inf:
        raise BadInput(f"evaluate_policies: gamma {gamma} must be finite and at least 0")
    shape = (len(belief), table.policies)
    habit = np.zeros(0, dtype=np.float32) if log_prior is None else _checked_habit(log_prior, shape)
    room = np.empty(table.matrix.shape[1], dtype=np.float32)
    chosen, value = np.empty((2, *shape), dtype=np.float32)
    sizes = table.actions, table.horizon, table.outcomes, model.states
    compiled.policies_weigh(table.matrix, belief, habit, gamma, *sizes, FLOOR, room, value, chosen)
    return chosen, value


def _checked_belief(model: GenerativeModel, name: str, given: F32) -> F32:
    belief = contiguous(np.asarray(given, dtype=np.float32))
    if belief.ndim != 2 or belief.shape[1] != model.states:
        raise BadInput(f"{name} has shape {belief.shape}; expected (rows, {model.states}) for {model}")
    return belief


def _checked_observations(model: GenerativeModel, given: NDArray[np.integer]) -> I64:
    """Observations as int64, all that were not made as -1."""
    observations = np.asarray(given)
    if observations.dtype.kind not in "iu" or observations.ndim != 2 or observations.shape[1] != len(model.A):
        raise BadInput(f"observations are {observations.dtype}{observations.shape}; expected integers (rows, {len(model.A)}) for {model}")
    seen = np.maximum(observations.astype(np.int64, copy=False), -1)
    if (seen >= model.sizes).any():
        row, modality = np.argwhere(seen >= model.sizes)[0]
        size = model.sizes[modality]
        raise BadInput(f"observation {seen[row, modality]} in row {row}: modality {modality} has {size}, 0 to {size - 1}")
    return contiguous(seen)


def _checked_habit(given: ArrayLike, shape: tuple[int, int]) -> F32:
    habit = np.asarray(given, dtype=np.float32)
    if habit.shape not in (shape, shape[1:]):
        raise BadInput(f"log_prior has shape {habit.shape}; expected {shape[1:]} or {shape}")
    if (habit.max(axis=-1) == -np.inf).any():
        raise BadInput("log_prior forbids every policy of a row; at least one must be left")
    return contiguous(np.broadcast_to(habit, shape))
