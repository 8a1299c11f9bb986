"""A categorical generative model with one joint hidden state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from freeagentics import kernels
from freeagentics.arrays import F64, I64
from freeagentics.errors import BadInput
from freeagentics.mind.likelihood import LikelihoodTable, likelihood_tables
from freeagentics.mind.policies import PolicyTable, policy_table
from freeagentics.sharing import parameters

_TOLERANCE = 1e-4


@dataclass(frozen=True, eq=False)
class GenerativeModel:
    """A partially observed Markov decision process, in the letters of the active-inference literature (Da Costa et al., "Active
    inference on discrete state-spaces: a synthesis", 2020).

    Never changes once made: arrays are copies, normalised in float64 and read-only, and held once for all models that have them.
    States are the S values of one joint hidden state; U actions move it; each of M modalities shows it.

    Args:
        A: a list, for each modality, of the probability of its observations in each state, (O_m, S).
        B: probability of the next state, by current state and action, (S, S, U).
        C: a list, for each modality, of log-preferences over its observations, (O_m,); used as they are, not normalised.
        D: probability of the first state, (S,).

    Attributes:
        sizes: number of observations of each modality, (M,).
        likelihoods: what `infer_states` looks up.

    Raises:
        BadInput: shapes do not fit, an entry is not finite, a probability is negative, or probabilities do not sum to one within 1e-4.
    """

    A: Sequence[F64]
    B: F64
    C: Sequence[F64]
    D: F64
    sizes: I64 = field(init=False)
    likelihoods: tuple[LikelihoodTable, ...] = field(init=False, repr=False)
    _policies: dict[int, PolicyTable] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        first = _probabilities("D", self.D, ("states",))
        states = len(first)
        transitions = _probabilities("B", self.B, (states, states, "actions"))
        if not len(self.A) or len(self.A) != len(self.C):
            raise BadInput(f"generative model: A has {len(self.A)} modalities and C {len(self.C)}; both need the same, at least one")
        likelihoods = tuple(_probabilities(f"A[{m}]", given, ("observations", states)) for m, given in enumerate(self.A))
        preferences = tuple(_finite(f"C[{m}]", given, (len(likelihoods[m]),)) for m, given in enumerate(self.C))
        sizes = np.array([len(likelihood) for likelihood in likelihoods])
        sizes.flags.writeable = False
        made = {
            "A": likelihoods,
            "B": transitions,
            "C": preferences,
            "D": first,
            "sizes": sizes,
            "likelihoods": likelihood_tables(likelihoods),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"GenerativeModel(states={self.states}, actions={self.actions}, observations={self.sizes.tolist()})"

    @property
    def states(self) -> int:
        """Number of hidden states, S."""
        return len(self.D)

    @property
    def actions(self) -> int:
        """Number of actions, U."""
        return self.B.shape[2]

    def policies(self, horizon: int) -> PolicyTable:
        """All policies of *horizon* actions, multiplied out when first asked for. Raises BadInput where they would be too many."""
        known = self._policies.get(horizon)
        if known is None:
            # Two threads may both make it: they make the same, and keep one.
            known = self._policies.setdefault(horizon, policy_table(self.A, self.B, self.C, horizon))
        return known


def _finite(name: str, given: ArrayLike, shape: tuple[int | str, ...]) -> F64:
    """A read-only copy in float64, of the shape wanted: a number, or a word for any number but zero."""
    try:
        array = np.array(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(f"generative model: {name} is not an array of numbers of shape ({', '.join(map(str, shape))})") from error
    fits = len(array.shape) == len(shape) and all(
        size == wanted if isinstance(wanted, int) else size > 0 for size, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits:
        raise BadInput(f"generative model: {name} has shape {array.shape}; expected ({', '.join(map(str, shape))})")
    if not np.isfinite(array).all():
        raise BadInput(f"generative model: {name} has entries that are not finite")
    return parameters.share(array)


def _probabilities(name: str, given: ArrayLike, shape: tuple[int | str, ...]) -> F64:
    """Distributions along the first axis, made to sum to one exactly."""
    array = _finite(name, given, shape)
    if (array < 0).any():
        raise BadInput(f"generative model: {name} has negative probabilities, down to {array.min():.3g}")
    total = kernels.total(array, axis=0)
    worst = float(np.ravel(total)[np.abs(total - 1).argmax()])
    if abs(worst - 1) > _TOLERANCE:
        raise BadInput(f"generative model: {name} must sum to 1 over its first axis; somewhere it sums to {worst:.6g}")
    return parameters.share(array / total)
