"""Sugarscape of Mesa's own examples: traders that are short of sugar or spice go back to where they ate much of it. Does remembering pay?

    python examples/sugarscape_memory.py

runs 20 pairs of the model that are alike but for memory, prints the differences, and draws them on a page.
"""

from pathlib import Path

from mesa.examples.advanced.sugarscape_g1mt import model as sugarscape
from mesa.examples.advanced.sugarscape_g1mt.agents import Trader, get_distance

from freeagentics import AgentMemory, ablate_model
from freeagentics.report.experiment import save_experiment_page

HUNGRY = 15
"""Steps that the scarcer of two stocks lasts, below which a trader looks for it."""

PLENTY = 3
"""What a cell must have given to be remembered."""


class RememberingTrader(Trader):
    """A trader of Mesa's, that may leave the cell it would choose for one on the way to where it ate what it needs."""

    def move(self):
        """Move as in Mesa; or, hungry and with too little of what is scarce in sight, towards a cell that is remembered for it."""
        start = self.cell
        reach = [cell for cell in start.get_neighborhood(self.vision, include_center=True) if cell.is_empty]
        if not reach:
            return  # Mesa's own move fails where no cell in sight is free
        super().move()
        left = {"sugar": self.sugar / self.metabolism_sugar, "spice": self.spice / self.metabolism_spice}
        scarce = min(left, key=left.get)
        enough = getattr(self, f"metabolism_{scarce}")
        if left[scarce] < HUNGRY and all(getattr(cell, scarce) < enough for cell in reach):
            goal = self.remembered(start, scarce, left[scarce])
            if goal is not None:
                self.cell = min(reach, key=lambda cell: get_distance(cell, goal))

    def remembered(self, start, scarce, steps):
        """The cell that gave most of what is scarce, of those that can be reached in so many steps; None without any."""
        known = [(one.outcome, self.model.grid[one.state["cell"]]) for one in self.model.memory.recall(self, k=12, action=scarce)]
        near = [(gave, cell) for gave, cell in known if get_distance(start, cell) <= steps * self.vision]
        return max(near, key=lambda one: one[0], default=(0, None))[1]

    def eat(self):
        """Eat as in Mesa, and note what there was."""
        self.ate = {"sugar": self.cell.sugar, "spice": self.cell.spice}
        super().eat()


sugarscape.Trader = RememberingTrader
"""What Mesa's model makes its agents of."""


class RememberingSugarscape(sugarscape.SugarscapeG1mt):
    """Mesa's model with such traders; without memory they do what Mesa's do."""

    def __init__(self, memory=True, seed=None, **settings):
        super().__init__(seed=seed, **settings)
        self.initial = len(self.agents)
        self.memory = AgentMemory.attach(self, state=["cell"], enabled=memory)

    def step(self):
        """Step as in Mesa, and let those who found plenty remember it."""
        super().step()
        for kind in ("sugar", "spice"):
            fed = [trader for trader in self.agents if trader.ate[kind] >= PLENTY]
            if fed:
                self.memory.remember(fed, action=kind, outcome=[trader.ate[kind] for trader in fed])


def stock(model):
    """Steps that the scarcer of a trader's stocks lasts, the mean over all who were there at first: those who died have none."""
    return sum(min(one.sugar / one.metabolism_sugar, one.spice / one.metabolism_spice) for one in model.agents) / model.initial


MEASURES = {"traders alive": lambda model: len(model.agents), "steps of stock": stock}


if __name__ == "__main__":
    found = ablate_model(RememberingSugarscape, "memory", MEASURES, seeds=20, steps=100)
    print(found.differences.select("contrast", "measure", "mean_of", "mean_against", "mean", "low", "high", "p_value"))
    print(save_experiment_page(found, Path("sugarscape-memory.html")))
