"""Running steps of a journal again: to go on from them, and to explain them."""

from freeagentics.replay.explain import explain
from freeagentics.replay.explanation import Explanation
from freeagentics.replay.replay_frames import ReplayFrames, replay_frames

__all__ = ["Explanation", "ReplayFrames", "explain", "replay_frames"]
