"""Boltzmann wealth: whose state of now is like one that it was in before, and how long ago was that?"""

from mesa.examples.basic.boltzmann_wealth_model.model import BoltzmannWealth

from freeagentics import AgentMemory

model = BoltzmannWealth()
with AgentMemory.attach(model, state=["wealth", "cell"], out="runs/wealth") as memory:
    for _ in range(100):
        memory.remember(model.agents, action=["give" if agent.wealth else "move" for agent in model.agents])
        model.step()
    print(memory.recall(model.agents[0], k=3, like="cell"))
