"""Schelling: after a move, were agents happier than before?"""

from mesa.examples.basic.schelling.model import Schelling

from freeagentics import AgentMemory

model = Schelling()
with AgentMemory.attach(model, state=["type", "happy", "cell"], out="runs/schelling") as memory:
    for _ in range(20):
        made = memory.remember(model.agents, action=["stay" if agent.happy else "move" for agent in model.agents])
        model.step()
        memory.outcome(model.agents, made, [agent.happy for agent in model.agents])
    print(memory.recall(model.agents, k=10, action="move").mean_outcome())
