"""Foragers among fruit trees: each goes by what it sees, or also by what it remembers. Does remembering pay?

    python examples/foragers.py

runs 20 pairs of worlds that are alike but for memory, and prints the difference with its interval.
"""

import mesa

from freeagentics import AgentMemory, ablate_model

SIZE, SIGHT = 60, 2
HEADINGS = ((0, 1), (1, 0), (0, -1), (-1, 0))


class Forager(mesa.Agent):
    """Walks to the nearest fruit that it sees, or to a tree that it remembers, or straight on."""

    def __init__(self, model):
        super().__init__(model)
        self.place = (self.random.randrange(SIZE), self.random.randrange(SIZE))
        self.heading = self.random.choice(HEADINGS)
        self.eaten = 0.0
        self.memory = AgentMemory.attach(self, state=["place"], halflife=500, width=0.5, enabled=model.memory)

    def step(self):
        """Eat, choose where to go, and go."""
        if fruit := self.model.pick(self.place):
            self.eaten += fruit
            self.memory.remember("eat", outcome=fruit)
        goal = self.model.nearest_fruit(self.place) or self.remembered_tree()
        if goal is None and self.random.random() < 0.1:
            self.heading = self.random.choice(HEADINGS)
        self.place = towards(self.place, goal) if goal else move(self.place, self.heading)

    def remembered_tree(self):
        """The tree that promises most for each step until it is reached and ripe, if that is more than searching has brought so far."""
        promises = {}
        for one in self.memory.recall(k=12, action="eat"):
            tree = one.state["place"]
            steps = max(distance(self.place, tree), self.model.ripening - one.age) + 1
            promises.setdefault(tree, one.outcome / steps)
        best = max(promises, key=promises.get, default=None)
        # The marginal value theorem (Charnov, 1976): leave for what is better than the average.
        return best if best and best != self.place and promises[best] > self.eaten / self.model.clock else None


class Foragers(mesa.Model):
    """A torus with trees that bear fruit again some steps after it was picked."""

    def __init__(self, memory=True, seed=None, count=5, trees=12, ripening=60):
        super().__init__(rng=seed)
        self.memory, self.ripening, self.clock = memory, ripening, 0
        places = [(x, y) for x in range(SIZE) for y in range(SIZE)]
        self.trees = {place: self.random.uniform(5, 25) for place in self.random.sample(places, trees)}
        self.ripe_at = dict.fromkeys(self.trees, 0)
        Forager.create_agents(self, count)

    def step(self):
        """Let all foragers step."""
        self.clock += 1
        self.agents.shuffle_do("step")

    def is_ripe(self, tree):
        """Answer whether a tree bears fruit."""
        return self.clock >= self.ripe_at[tree]

    def pick(self, place):
        """Take the fruit of a place; 0 where there is none."""
        if place not in self.trees or not self.is_ripe(place):
            return 0.0
        self.ripe_at[place] = self.clock + self.ripening
        return self.trees[place]

    def nearest_fruit(self, place):
        """Return the nearest ripe tree in sight, or None."""
        seen = [tree for tree in self.trees if distance(place, tree) <= SIGHT and self.is_ripe(tree)]
        return min(seen, key=lambda tree: distance(place, tree), default=None)


def distance(one, other):
    """Steps from place to place."""
    return sum(min(abs(a - b), SIZE - abs(a - b)) for a, b in zip(one, other, strict=True))


def move(place, heading):
    """Return the place a step further."""
    return tuple((a + b) % SIZE for a, b in zip(place, heading, strict=True))


def towards(place, goal):
    """One step of the way, along the first axis on which there is a way to go."""
    gaps = [(there - here + SIZE // 2) % SIZE - SIZE // 2 for here, there in zip(place, goal, strict=True)]
    axis = 0 if gaps[0] else 1
    return move(place, tuple((gap > 0) - (gap < 0) if at == axis else 0 for at, gap in enumerate(gaps)))


def fruit_a_step(model):
    """What a forager eats in a step, on average."""
    return sum(agent.eaten for agent in model.agents) / len(model.agents) / model.clock


if __name__ == "__main__":
    found = ablate_model(Foragers, "memory", {"fruit a step": fruit_a_step}, seeds=20, steps=400)
    print(found.differences.select("contrast", "measure", "mean_of", "mean_against", "mean", "low", "high", "p_value"))
