"""A baseline of `RedisAgentMemory` in the usual way: pickled tensors, a hash and index keys for each memory.

It is no part of the package's own storage: it writes pickles, five keys a memory in three to six trips, and draws a new untrained net for
every memory.
"""

from __future__ import annotations

import io
import json
import time
from typing import Any

import redis
import torch

from freeagentics.memory.codec.nets import FeatureGroupedVAE


class PickledRedisAgentMemory:
    """Agent memory as pickles, five keys each, with a net made anew for every memory."""

    def __init__(self, redis_url: str = "redis://localhost:6379/0", compression_threshold: int = 1000) -> None:
        self.redis: Any = redis.Redis.from_url(redis_url)
        self.compression_threshold = compression_threshold

    def store_agent_memory(self, agent_id: str, agent_state: torch.Tensor, metadata: dict[str, Any] | None = None) -> int:
        """Store compressed agent memory in Redis."""
        memory_system = self._get_memory_system(agent_id)
        compressed_state = memory_system.encode(agent_state)
        timestamp = int(time.time() * 1000)
        buffer = io.BytesIO()
        torch.save(compressed_state, buffer)
        compressed_bytes = buffer.getvalue()
        memory_key = f"agent:{agent_id}:memory:{timestamp}"
        self.redis.set(memory_key, compressed_bytes)
        self.redis.zadd(f"agent:{agent_id}:memories", {str(timestamp): timestamp})
        if metadata:
            metadata_key = f"agent:{agent_id}:memory:{timestamp}:meta"
            self.redis.hset(metadata_key, mapping=metadata)
        if self.redis.zcard(f"agent:{agent_id}:memories") > self.compression_threshold:
            self._apply_memory_management(agent_id)
        return timestamp

    def retrieve_agent_memory(self, agent_id: str, timestamp: int) -> dict[str, Any]:
        """Retrieve and reconstruct a specific memory."""
        memory_system = self._get_memory_system(agent_id)
        memory_key = f"agent:{agent_id}:memory:{timestamp}"
        compressed_bytes = self.redis.get(memory_key)
        if not compressed_bytes:
            raise KeyError(f"Memory not found for agent {agent_id} at timestamp {timestamp}")
        buffer = io.BytesIO(compressed_bytes)
        compressed_state = torch.load(buffer)
        reconstructed_state = memory_system.decode(compressed_state)
        result = {"state": reconstructed_state, "timestamp": timestamp}
        metadata_key = f"agent:{agent_id}:memory:{timestamp}:meta"
        if self.redis.exists(metadata_key):
            result["metadata"] = self.redis.hgetall(metadata_key)
        return result

    def get_recent_memories(self, agent_id: str, count: int = 10) -> list[dict[str, Any]]:
        """Get most recent memories for replay or training."""
        memory_keys = self.redis.zrevrange(f"agent:{agent_id}:memories", 0, count - 1)
        memories = []
        for timestamp_bytes in memory_keys:
            timestamp = int(timestamp_bytes)
            try:
                memory = self.retrieve_agent_memory(agent_id, timestamp)
                memories.append(memory)
            except Exception as e:
                print(f"Error retrieving memory {timestamp}: {e}")  # noqa: T201 - as written there
        return memories

    def _get_memory_system(self, agent_id: str) -> FeatureGroupedVAE:
        system_key = f"agent:{agent_id}:memory_system"
        if not self.redis.exists(system_key):
            memory_system = self._create_memory_system(agent_id)
            config = memory_system.get_config()
            self.redis.set(system_key, json.dumps(config))
            return memory_system
        config = json.loads(self.redis.get(system_key))
        return self._load_memory_system(config)

    def _create_memory_system(self, agent_id: str) -> FeatureGroupedVAE:
        feature_groups = {
            "critical": (0, 10, 0.3),  # (start, end, compression)
            "spatial": (10, 20, 0.5),
            "social": (20, 30, 0.4),
            "other": (30, 50, 0.8),
        }
        return FeatureGroupedVAE(
            input_dim=50,  # Total agent state dimension
            latent_dim=25,  # Compressed dimension
            feature_groups=feature_groups,
            base_compression_level=0.5,
        )

    def _load_memory_system(self, config: dict[str, Any]) -> FeatureGroupedVAE:
        return FeatureGroupedVAE(
            input_dim=config["input_dim"],
            latent_dim=config["latent_dim"],
            feature_groups=config["feature_groups"],
            base_compression_level=config["base_compression_level"],
        )

    def _apply_memory_management(self, agent_id: str) -> None:
        memory_index = f"agent:{agent_id}:memories"
        oldest_count = 100  # Number of oldest memories to check
        oldest_timestamps = self.redis.zrange(memory_index, 0, oldest_count - 1)
        to_remove = oldest_timestamps[: int(len(oldest_timestamps) * 0.2)]
        pipeline = self.redis.pipeline()
        for timestamp_bytes in to_remove:
            timestamp = timestamp_bytes.decode("utf-8")
            pipeline.delete(f"agent:{agent_id}:memory:{timestamp}")
            pipeline.delete(f"agent:{agent_id}:memory:{timestamp}:meta")
            pipeline.zrem(memory_index, timestamp)
        pipeline.execute()


class PickledWithOneNet(PickledRedisAgentMemory):
    """The baseline without its two slowest parts: one net for all, made once, and no look-up of its configuration on the server."""

    def __init__(self, redis_url: str) -> None:
        super().__init__(redis_url)
        self._net = self._create_memory_system("")

    def _get_memory_system(self, agent_id: str) -> FeatureGroupedVAE:
        return self._net
