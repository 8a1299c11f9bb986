"""What agents remember: experiences, the codes they are kept as, and the index that recalls them."""

from freeagentics.memory.codec import ScalarCodec
from freeagentics.memory.features import FEATURES, GROUPS, Feature, column
from freeagentics.memory.recall import Recalled, RecallIndex

__all__ = ["FEATURES", "GROUPS", "Feature", "RecallIndex", "Recalled", "ScalarCodec", "column"]
