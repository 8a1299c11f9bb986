from __future__ import annotations

import hashlib
from itertools import groupby

import pytest

from freeagentics.memory import FEATURES, GROUPS, Feature, column

# Codes on disk are decoded by this table, and what codecs are measured on is made by it: changing a row, or the order of rows, makes every
# memory ever stored decode to something else. A new table needs a new codec version that decodes with it, and then a new hash here.
FROZEN = "3cc2a9f10a123dfb64b744dbe1d39ce897aefa361c040f1cf7d7f0dad135fd5f"


def test_the_table_of_features_is_frozen() -> None:
    table = "\n".join(f"{one.name}|{one.group}|{one.low}|{one.high}|{one.bits}|{one.recall}" for one in FEATURES)
    assert hashlib.sha256(table.encode()).hexdigest() == FROZEN, "stored memories would decode to something else: make a new codec version"


def test_an_experience_is_40_to_50_numbers_in_four_groups_that_lie_together() -> None:
    assert 40 <= len(FEATURES) <= 50
    assert [group for group, _ in groupby(FEATURES, key=lambda feature: feature.group)] == ["portfolio", "view", "signals", "action"]
    assert GROUPS == {"portfolio": 1.0, "view": 0.7, "signals": 0.7, "action": 0.9}


def test_every_feature_has_a_range_a_width_and_a_meaning() -> None:
    for feature in FEATURES:
        assert feature.low < feature.high
        assert 1 <= feature.bits <= 8
        assert feature.meaning
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)


def test_whole_numbers_have_a_level_each() -> None:
    for name in ("action", "whale_count", "top_severity", "received", "published", "veto_heard", "explored", "read_whales"):
        feature = FEATURES[column(name)]
        assert 2**feature.bits - 1 == feature.high - feature.low


def test_a_column_is_found_by_name() -> None:
    assert [column(feature.name) for feature in FEATURES] == list(range(len(FEATURES)))
    with pytest.raises(KeyError):
        column("luck")


def test_a_feature_is_kept_in_a_byte_and_recalled_by_unless_it_says_otherwise() -> None:
    assert Feature("held", 0, 1) == Feature("held", 0, 1, bits=8, recall=True, meaning="", group="view")
