"""The per-agent architecture of seed 000: its snippets as they are written there, and the mechanisms that it names."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from freeagentics.memory.codec.nets import AdaptiveEntropyBottleneck, FeatureGroupedVAE  # noqa: E402
from freeagentics.memory.codec.training.nets import NetSettings, start_net  # noqa: E402
from freeagentics.memory.forgetting import PER_RECALL, CodeSizes, kept_lengths, priorities, to_strength  # noqa: E402

torch.set_num_threads(1)

FEATURES, LATENTS = 12, 4
GROUPS = {"position": (0, 6, 1.0), "social": (6, 12, 1.0)}

INSTANCE_CREATION = """
# Example of creating per-agent memory systems
agent_memory_systems = {}

for agent_id in agents:
    # Configure based on agent's role/importance
    if agents[agent_id].is_critical:
        compression_level = 0.3  # Lower compression for important agents
    else:
        compression_level = 0.7  # Higher compression for less critical agents
        
    # Create custom feature groups based on agent type
    feature_groups = define_feature_groups(agents[agent_id].type)
    
    # Initialize this agent's memory system
    agent_memory_systems[agent_id] = FeatureGroupedVAE(
        input_dim=agent_state_dim,
        latent_dim=latent_dim,
        feature_groups=feature_groups,
        base_compression_level=compression_level
    )
"""  # noqa: W293

MEMORY_OPERATIONS = """
# Store experience
def store_experience(agent_id, agent_state):
    memory_system = agent_memory_systems[agent_id]
    compressed_state = memory_system.encode(agent_state)
    agent_memory_stores[agent_id].append(compressed_state)

# Retrieve and reconstruct experience
def recall_experience(agent_id, memory_index):
    memory_system = agent_memory_systems[agent_id]
    compressed_state = agent_memory_stores[agent_id][memory_index]
    reconstructed_state = memory_system.decode(compressed_state)
    return reconstructed_state
"""


def lived(agent: int, count: int = 200) -> Any:
    """States (count, 12) of an agent whose life has two dimensions, its own ones."""
    habits = np.random.default_rng(agent).normal(size=(2, FEATURES))
    states = np.random.default_rng(100 + agent).normal(size=(count, 2)) @ habits
    return states.astype(np.float32)


def fitted(states: Any, level: float = 0.3) -> FeatureGroupedVAE:
    """A net that begins at the principal components of an agent's own experience."""
    return start_net(states, GROUPS, NetSettings(latents=LATENTS, hidden=8, level=level)).eval()


def error(net: FeatureGroupedVAE, states: Any) -> float:
    """Mean squared error of states as they are recalled."""
    given = torch.as_tensor(states)
    with torch.no_grad():
        return float((net.decode(net.encode(given)) - given).square().mean())


def test_every_agent_has_a_memory_system_stores_and_recalls() -> None:
    known: dict[str, Any] = {
        "agents": {"guard": SimpleNamespace(is_critical=True, type="social"), "walker": SimpleNamespace(is_critical=False, type="spatial")},
        "define_feature_groups": lambda kind: GROUPS if kind == "social" else {"all": (0, FEATURES, 1.0)},
        "agent_state_dim": FEATURES,
        "latent_dim": LATENTS,
        "agent_memory_stores": {"guard": [], "walker": []},
        "FeatureGroupedVAE": FeatureGroupedVAE,
    }
    exec(INSTANCE_CREATION + MEMORY_OPERATIONS, known)
    systems = known["agent_memory_systems"]
    assert {name: net.base_compression_level for name, net in systems.items()} == {"guard": 0.3, "walker": 0.7}
    assert [list(net.feature_groups) for net in systems.values()] == [["position", "social"], ["all"]]
    for agent in systems:
        known["store_experience"](agent, torch.as_tensor(lived(1)[0]))
        assert known["recall_experience"](agent, 0).shape == (FEATURES,)


def test_a_bottleneck_has_layers_of_projection_from_the_threshold_on_alone() -> None:
    plain, projecting = AdaptiveEntropyBottleneck(8, compression_level=1.0, threshold=1.2), AdaptiveEntropyBottleneck(8, 2.0, 1.2)
    assert (plain.use_projection, projecting.use_projection) == (False, True)
    assert plain.compress_params.shape == (8, 2)
    assert not hasattr(plain, "proj_down")
    assert (projecting.proj_down.in_features, projecting.proj_down.out_features) == (8, projecting.effective_dim)
    assert isinstance(projecting.proj_up, nn.Linear)
    assert (projecting.proj_up.in_features, projecting.proj_up.out_features) == (projecting.effective_dim, 16)


def test_a_large_projection_up_has_low_rank() -> None:
    large = AdaptiveEntropyBottleneck(64, compression_level=2.0)
    first, between, last = large.proj_up  # type: ignore[misc]
    assert (first.in_features, first.out_features) == (large.effective_dim, 16)
    assert isinstance(between, nn.LeakyReLU)
    assert (last.in_features, last.out_features) == (16, 128)


def test_groups_share_a_compressor_and_have_two_numbers_a_latent_of_their_own() -> None:
    net = FeatureGroupedVAE(FEATURES, LATENTS, GROUPS)
    for layer in (net.shared_compressor.mu_network, net.shared_compressor.scale_network):
        assert (layer.in_features, layer.out_features) == (LATENTS, LATENTS)
    assert {name: tuple(own.shape) for name, own in net.group_params.items()} == {"position": (2, 2), "social": (2, 2)}


def test_memories_that_are_often_recalled_keep_more_of_their_bytes() -> None:
    sizes, need = CodeSizes(shortest=4, whole=24), np.zeros(2, dtype=np.int64)
    strength = to_strength(np.array([0.3, 0.3 + 9 * PER_RECALL]))
    priority = priorities(strength, np.full(2, 100, dtype=np.int64), need)
    rarely, often = kept_lengths(priority, int(priority.min()), np.full(2, 24, dtype=np.int64), sizes)
    assert often > rarely


def test_a_net_of_ones_own_experience_recalls_it_better_than_that_of_another() -> None:
    nets = [fitted(lived(agent)[:100]) for agent in range(3)]
    for agent, own in enumerate(nets):
        others = [error(net, lived(agent)[100:]) for net in nets if net is not own]
        assert error(own, lived(agent)[100:]) < 0.1 * min(others)


def test_fidelity_follows_the_task_without_training_and_falls_gracefully() -> None:
    net, states = fitted(lived(1)), lived(1)
    errors = [error(net.at_level(level), states) for level in (0.1, 0.3, 0.7, 1.0)]
    assert errors == sorted(errors)
    assert all(later < 8 * earlier for earlier, later in pairwise(errors[1:]))


def test_a_new_agent_that_starts_from_a_peers_net_is_ahead_of_one_that_starts_cold() -> None:
    elder, states = fitted(lived(1)[:100]), lived(1)[100:]
    young = FeatureGroupedVAE(**elder.get_config()).eval()  # type: ignore[arg-type]
    cold = error(young, states)
    young.load_state_dict(elder.state_dict())
    assert error(young, states) < 0.1 * cold


def test_experience_put_together_makes_a_net_that_serves_all() -> None:
    together = fitted(np.concatenate([lived(agent)[:100] for agent in range(2)]))
    for agent in range(2):
        other = fitted(lived(1 - agent)[:100])
        assert error(together, lived(agent)[100:]) < 0.1 * error(other, lived(agent)[100:])
