from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from signals_town import ASSETS, EVERYONE, signal

from freeagentics.signals import Signals


def test_nothing_has_no_rows_but_its_columns() -> None:
    nothing = Signals.empty(ASSETS)
    assert len(nothing) == 0
    assert nothing.data.shape == (0, ASSETS)


def test_batches_follow_each_other_in_order() -> None:
    both = Signals.concatenate([signal(3, EVERYONE), Signals.empty(ASSETS), signal(1, EVERYONE)])
    assert both.source.tolist() == [3, 1]
    assert both.data.shape == (2, ASSETS)
    assert both.audience.dtype == np.uint32


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"column kind has shape \(2,\), it must be \(1,\)"):
        replace(signal(0, EVERYONE), kind=np.zeros(2, np.uint8))


def test_data_without_assets_is_refused() -> None:
    with pytest.raises(ValueError, match=r"column data has shape \(1,\), it must be \(1, assets\)"):
        replace(signal(0, EVERYONE), data=np.zeros(1, np.float32))
