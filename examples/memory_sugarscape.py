"""Sugarscape: where was there much sugar? Traders remember their cell with what they ate there."""

from mesa.examples.advanced.sugarscape_g1mt.model import SugarscapeG1mt

from freeagentics import AgentMemory

model = SugarscapeG1mt()
with AgentMemory.attach(model, state=["cell", "vision"], budget=4096, out="runs/sugarscape") as memory:
    for _ in range(30):
        before = {agent: agent.sugar + agent.spice for agent in model.agents}
        model.step()
        alive = [agent for agent in model.agents if agent in before]
        memory.remember(alive, action="eat", outcome=[agent.sugar + agent.spice - before[agent] for agent in alive])
    print(max(memory.recall(model.agents[0], k=20), key=lambda one: one.outcome).state)
