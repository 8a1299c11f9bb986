"""Twelve changes made by hand, each a way to be wrong that a learning market must not have: all of them must die."""

from __future__ import annotations

from mutant import ROOT, Mutant


def _changed(file: str, before: str, after: str) -> Mutant:
    path = f"freeagentics/{file}"
    code = (ROOT / path).read_text(encoding="utf-8")
    if code.count(before) != 1:
        raise SystemExit(f"{path}: {before!r} comes {code.count(before)} times, not once; bring hand_made.py up to date")
    return Mutant(path, "by hand", code, code.replace(before, after))


HAND_MADE = [
    # Executors and optimizers trust whoever was wrong.
    _changed("agents/advisers.py", "said, residual, result, judged", "said, -residual, result, judged"),
    # Weights of faculties move away from what was right.
    _changed("mind/faculty_weights.py", "for numbers in (component, residual, result)", "for numbers in (component, -residual, result)"),
    # Sequences that came true are not believed.
    _changed("agents/sequence_recall.py", "word, residual, result, judged", "word, -residual, result, judged"),
    # Beliefs that saw a drift are not believed.
    _changed("agents/roles/forecaster.py", "residual[:, 0] = result", "residual[:, 0] = -result"),
    # Assets that move together are taken to move apart.
    _changed("agents/roles/portfolio_optimizer.py", "(1 - decay) * outer", "(1 - decay) * -outer"),
    # Whales are many from six on, not from five.
    _changed("market/sources/whales.py", "count >= MANY_WHALES", "count > MANY_WHALES"),
    # An order is rounded up where it must be cut: it would cost more than there is.
    _changed("market/money.py", "np.trunc(given * units)", "np.rint(given * units)"),
    # Expensive fills teach that trading is cheap.
    _changed("agents/roles/trade_executor.py", "self.cost += (rate *", "self.cost -= (rate *"),
    # Features that told of nothing count most in what is recalled.
    _changed("agents/recollection.py", "FLAT + self.features.credence", "1 + FLAT - self.features.credence"),
    # A rise is taken for a fall.
    _changed("mind/grid.py", "contiguous(zscore, dtype", "contiguous(-zscore, dtype"),
    # False alarms are what a warning is for.
    _changed("agents/signal_policy.py", "np.array([-1.5, 0.0, 1.0])", "np.array([1.0, 0.0, -1.5])"),
    # What turned out to matter is forgotten first.
    _changed("memory/recall.py", "self.importance[there, slot] += np.minimum", "self.importance[there, slot] -= np.minimum"),
]
