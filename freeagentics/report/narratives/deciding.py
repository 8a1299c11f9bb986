"""Numbers that a decision went by, in words, by role."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from freeagentics.agents.roles.portfolio_optimizer import PortfolioOptimizer
from freeagentics.agents.roles.risk_manager import RiskManager
from freeagentics.report.formatting import number, percent

Reasons = Mapping[str, float]

_SAME = 0.0005
"""Shares closer than this read the same."""


def sd(value: float) -> str:
    """A forecast."""
    return f"{number(value, signed=True)} sd"


def optimizer_went_by(reasons: Reasons) -> str:
    """Words for what an optimizer's target followed from: what it heard and remembered, and the limit where it binds."""
    view, before = reasons["expected_return"], reasons["before_memories"]
    heard = [f"{sd(reasons[name])} from the {who}" for name, who in _ADVICE if reasons[name]]
    if reasons["limit"] < _SAME:
        return "was under a veto, so that nothing may be held"
    bound = f", kept to the limit of {percent(reasons['limit'], 0)}" if reasons["target"] >= reasons["limit"] - _SAME else ""
    if not view:
        told = f"heard {' and '.join(heard)}, gave that no weight" if heard else "had no view"
        return f"{told}, planned its neutral weight{bound}"
    told = f"heard {' and '.join(heard)}" if heard else "heard nothing"
    return f"{told}, {'with memories' if abs(view - before) >= _SAME else 'weighed'} {sd(view)}{bound}"


def risk_manager_went_by(reasons: Reasons) -> str:
    """Words for what a limit followed from: value-at-risk, drawdown, and memories where they lowered it."""
    risk = f"saw a value-at-risk of {percent(reasons['value_at_risk'])} and a drawdown of {percent(reasons['drawdown'])}"
    before, limit = reasons["before_memories"], reasons["limit"]
    return f"{risk}, and lowered its limit of {percent(before, 0)} by memories" if 0 < limit < before - _SAME else risk


def executor_went_by(reasons: Reasons, *, told: bool) -> str:
    """From which weight to which an executor traded, and whose word that was: *told* a target, or else its neutral weight."""
    target, wanted, limit = reasons["target"], reasons["wanted"], reasons["limit"]
    way = f"held {percent(reasons['weight'], 0)} of equity in it"
    if limit < _SAME:
        return f"{way} under a veto, which allows nothing"
    share = percent(target, 0)
    aim = f"the target was {share}" if told else f"no target stood, so that its neutral weight of {share} counted"
    cut = f", cut to {percent(wanted, 0)} by the limit of {percent(limit, 0)}" if target - wanted > _SAME else ""
    return f"{way}; {aim}{cut}"


_ADVICE = (("trend_heard", "hunter"), ("sentiment_heard", "analyzer"))

WENT_BY: dict[str, Callable[[Reasons], str]] = {PortfolioOptimizer.role: optimizer_went_by, RiskManager.role: risk_manager_went_by}
"""By role, of those that pass on what others told."""
