"""Memories of agents: feature vectors, the codes they are stored as, and the index that recalls them."""

from freeagentics.memory.codec import (
    CODECS,
    Codec,
    SideInformation,
    book_codec_of,
    codec_name,
    codec_of,
    extended,
    open_book_codec,
    open_codec,
)
from freeagentics.memory.encoded import EncodedMemories
from freeagentics.memory.feature_table import TABLE, FeatureTable
from freeagentics.memory.features import BOOK, FEATURES, GROUPS, Feature, column
from freeagentics.memory.recall import LARGEST_OUTCOME, Ranking, Recalled, RecallIndex, whole_metric
from freeagentics.memory.sequences import FoundSequences, SequenceIndex

__all__ = [
    "BOOK",
    "CODECS",
    "FEATURES",
    "GROUPS",
    "LARGEST_OUTCOME",
    "TABLE",
    "Codec",
    "EncodedMemories",
    "Feature",
    "FeatureTable",
    "FoundSequences",
    "Ranking",
    "RecallIndex",
    "Recalled",
    "SequenceIndex",
    "SideInformation",
    "book_codec_of",
    "codec_name",
    "codec_of",
    "column",
    "extended",
    "open_book_codec",
    "open_codec",
    "whole_metric",
]
