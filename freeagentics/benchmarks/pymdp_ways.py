"""The two ways to let pymdp infer for many agents at once, jitted; it is imported when asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from freeagentics.arrays import F32, I64
from freeagentics.errors import BadInput
from freeagentics.mind import GenerativeModel


def _modules() -> tuple[Any, Any]:
    """jax and pymdp. Raises BadInput where they are not installed."""
    try:
        for part in ("agent", "control", "inference"):
            import_module(f"pymdp.{part}")
        return import_module("jax"), import_module("pymdp")
    except ModuleNotFoundError as error:
        raise BadInput(f"the benchmark 'inference' needs pymdp ({error}): pip install 'freeagentics[test]'") from error


def as_agent(model: GenerativeModel, observations: I64, prior: F32, gamma: float) -> Callable[[], Any]:
    """`pymdp.agent.Agent` with a batch of all agents: each holds its own copy of the model."""
    jax, pymdp = _modules()
    array, agents = jax.numpy.asarray, len(prior)
    agent = pymdp.agent.Agent(
        A=[array(likelihood, dtype="float32") for likelihood in model.A],
        B=[array(model.B, dtype="float32")],
        C=[jax.numpy.broadcast_to(array(preference, dtype="float32"), (agents, len(preference))) for preference in model.C],
        D=[array(prior)],
        gamma=gamma,
        batch_size=agents,
    )

    def think(seen: Any, belief: Any) -> Any:
        states = agent.infer_states(seen, empirical_prior=[belief])
        return states[0][:, -1], *agent.infer_policies(states)

    # The agent is a constant of what is compiled: as an argument it took pymdp twice as long at 50 agents.
    return _waiting(jax, jax.jit(think), observations, prior)


def as_functions(model: GenerativeModel, observations: I64, prior: F32, gamma: float) -> Callable[[], Any]:
    """pymdp's functions under `vmap`, with one model for all agents: less comfortable, and faster for many."""
    jax, pymdp = _modules()
    array = jax.numpy.asarray
    likelihoods, preferences = ([array(part, dtype="float32") for part in parts] for parts in (model.A, model.C))
    transitions = [array(model.B, dtype="float32")]
    policies = pymdp.control.construct_policies([model.states], [model.actions], 1)
    habit = jax.numpy.ones(model.actions) / model.actions
    shown_by, moved_by = [[0]] * len(likelihoods), [[0]]

    def think(seen: Any, belief: Any) -> Any:
        vectors = [jax.nn.one_hot(o, size) for o, size in zip(seen, model.sizes.tolist(), strict=True)]
        states = pymdp.inference.update_posterior_states(
            likelihoods, transitions, vectors, None, prior=[belief], A_dependencies=shown_by, B_dependencies=moved_by, num_iter=1
        )
        now = [states[0][-1]]
        chosen, value = pymdp.control.update_posterior_policies(
            policies, now, likelihoods, transitions, preferences, habit, None, None, shown_by, moved_by, gamma=gamma
        )
        return now[0], chosen, value

    return _waiting(jax, jax.jit(jax.vmap(think)), observations, prior)


def _waiting(jax: Any, think: Any, observations: I64, prior: F32) -> Callable[[], Any]:
    """A call that waits for its result, with all that it is given on the device already."""
    seen = [jax.numpy.asarray(column) for column in observations.T]
    belief = jax.numpy.asarray(prior)
    return lambda: jax.block_until_ready(think(seen, belief))
