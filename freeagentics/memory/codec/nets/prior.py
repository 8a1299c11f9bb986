"""The prior of a role's codec: what to expect of every feature, from the shared observation and the features coded before."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from freeagentics.memory.codec.nets.widths import checked_width

_LARGEST_HIDDEN = 32.0
_LN2 = 0.6931471805599453


class PriorNet(nn.Module):
    """A net per stage: one hidden layer beside a linear part, whose inputs are the side information and the features of earlier stages.

    Args:
        side: numbers of side information, S.
        stages: features a stage; F in all.
        hidden: hidden units a stage.
    """

    def __init__(self, side: int, stages: Sequence[int], hidden: int = 24) -> None:
        super().__init__()
        self.side, self.stages, self.hidden = side, tuple(stages), hidden
        before = [side + sum(self.stages[:number]) for number in range(len(self.stages))]
        self.inner = nn.ModuleList(nn.Linear(inputs, hidden + 3 * count) for inputs, count in zip(before, self.stages, strict=True))
        self.outer = nn.ModuleList(nn.Linear(hidden, 3 * count, bias=False) for count in self.stages)

    def forward(self, known: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """From side information and features (n, S + F), in standard deviations, to three (n, F): the value expected, the logarithm of its
        spread, and the log-odds of the feature's most common value. Raises ValueError for another number of columns."""
        checked_width(known, self.side + sum(self.stages), "side information and features")
        parts = [self._stage(number, known) for number in range(len(self.stages))]
        expected, spread, common = (torch.cat(outputs, dim=1) for outputs in zip(*parts, strict=True))
        return expected, spread, common

    def _stage(self, number: int, known: Tensor) -> tuple[Tensor, ...]:
        inner = self.inner[number]
        sums = inner(known[:, : inner.in_features])
        units = sums[:, : self.hidden].clamp(0, _LARGEST_HIDDEN)
        out = sums[:, self.hidden :] + self.outer[number](units)
        return out.chunk(3, dim=1)

    def bits(self, known: Tensor, features: Tensor, step: Tensor) -> Tensor:
        """Bits that coding features (n, F) at a step (F,) would take, (n,).

        They tell of each whether it has its most common value, which is 0, and else how far it is from what is expected (Laplace density).
        """
        expected, log_spread, odds = self(known)
        spread = log_spread.clamp(-6, 3).exp() + 0.1 * step
        usual = (features == 0).to(features.dtype)
        mark = nn.functional.binary_cross_entropy_with_logits(odds, usual, reduction="none")
        rest = (2 * spread / step).log() + (features - expected).abs() / spread
        return (mark + (1 - usual) * rest).sum(dim=1) / _LN2

    def get_config(self) -> dict[str, object]:
        """Arguments to build it again."""
        return {"side": self.side, "stages": list(self.stages), "hidden": self.hidden}
