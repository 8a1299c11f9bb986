"""Wolf-Sheep: classes of agents with a state each; lambs begin with nothing, the dead are forgotten."""

from mesa.examples.advanced.wolf_sheep.agents import Sheep, Wolf
from mesa.examples.advanced.wolf_sheep.model import WolfSheep
from mesa.experimental.devs import ABMSimulator

from freeagentics import AgentMemory

simulator = ABMSimulator()  # Mesa 3.3 and 3.4; from 3.5 on: model = WolfSheep(), and model.run_for(50)
model = WolfSheep(simulator=simulator)
with AgentMemory.attach(model, state={Sheep: ["energy", "cell"], Wolf: ["energy", "cell"]}, out="runs/wolf-sheep") as memory:
    simulator.run_for(50)
    print(memory.replay(25).group_by("class").len())
