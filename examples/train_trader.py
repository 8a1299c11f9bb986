"""Train a small policy to trade a desk on `whale-pump`, and hold it against a random one on seeds that it never saw.

    python examples/train_trader.py

Five or more whales in a rising market foretell a rise there. The desk pays for the source `whales`, and nobody tells it what the source is
good for. REINFORCE (Williams 1992): desks of one market see the same bars and toss their own coins, so the mean over them is the baseline.
"""

import argparse

import numpy as np
import torch

from freeagentics.env import TradingVectorEnv

MARKETS, DESKS = 8, 8
"""Markets of a rollout, each with bars of its own, and desks on each."""

DISCOUNT = 0.8
"""Of the rewards that follow a decision: what a bar's weight earns comes with the next one, what leaving it costs soon after."""

HURDLE = 0.0005
"""Return that a bar must earn to be worth holding, about what bars do on average: otherwise always being in would do."""

HELD_OUT = 1_000_000
"""The first seed of those that are kept for the judgement."""


class Policy(torch.nn.Module):
    """Logit of being all in, (n,), from observations (n, F) that are scaled as in the first rollout."""

    def __init__(self, columns):
        super().__init__()
        self.register_buffer("mean", torch.zeros(columns))
        self.register_buffer("scale", torch.ones(columns))
        self.net = torch.nn.Sequential(torch.nn.Linear(columns, 32), torch.nn.Tanh(), torch.nn.Linear(32, 1))

    def forward(self, seen):
        """Logits."""
        return self.net(((seen - self.mean) / self.scale).clamp(-5, 5))[:, 0]

    def fit_scale(self, seen):
        """Take the mean and the spread of these observations (n, F) for those of all."""
        self.mean, self.scale = seen.mean(0), seen.std(0) + 1e-3


def worlds(desks, markets, steps):
    """An environment of so many desks on each of so many markets."""
    return TradingVectorEnv("whale-pump", desks * markets, markets=markets, drives="desk", reads=["whales"], changes={"steps": steps})


def rollout(env, choose, seed):
    """An episode: observations (T, n, F), weights (T, n), and rewards (T, n)."""
    seen, _ = env.reset(seed=seed)
    rows, over = [], False
    while not over:
        weights = choose(torch.from_numpy(seen))
        after, rewards, _, truncated, _ = env.step(weights.numpy()[:, None])
        rows.append((torch.from_numpy(seen), weights, torch.from_numpy(rewards).float()))
        seen, over = after, truncated.all()
    return (torch.stack(part) for part in zip(*rows, strict=True))


def advantages(rewards, markets):
    """What followed each decision, discounted, above the mean of the desks of its market, (T, n), in standard deviations."""
    following = torch.zeros_like(rewards)
    for step in reversed(range(len(rewards))):
        following[step] = rewards[step] + (DISCOUNT * following[step + 1] if step + 1 < len(rewards) else 0)
    by_market = following.reshape(len(rewards), markets, -1)
    above = (by_market - by_market.mean(2, keepdim=True)).reshape(following.shape)
    return above / above.std()


def train(rollouts, steps, seed=1):
    """Train a policy on markets with the seeds from *seed* on."""
    torch.manual_seed(seed)
    env = worlds(DESKS, MARKETS, steps)
    policy = Policy(len(env.columns))
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.01)
    for number in range(rollouts):
        with torch.no_grad():
            seen, weights, rewards = rollout(env, lambda at: torch.bernoulli(torch.sigmoid(policy(at))), seed + number * MARKETS)
        if not number:
            policy.fit_scale(seen.flatten(0, 1))
        above = advantages(rewards - HURDLE * weights, MARKETS).flatten()
        for _ in range(4):
            logit = policy(seen.flatten(0, 1))
            likelihood = -torch.nn.functional.binary_cross_entropy_with_logits(logit, weights.flatten(), reduction="none")
            loss = -(above * likelihood).mean() - 0.01 * torch.distributions.Bernoulli(logits=logit).entropy().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"rollout {number + 1:3}: return {100 * (rewards.sum(0).exp().mean() - 1):+6.2f} %, all in {100 * weights.mean():4.1f} %")
    env.close()
    return policy


def judge(choose, markets, steps):
    """Returns of one desk on each of the held-out markets, (markets,), and its mean weight."""
    env = worlds(1, markets, steps)
    with torch.no_grad():
        _, weights, rewards = rollout(env, choose, HELD_OUT)
    env.close()
    return (rewards.sum(0).exp() - 1).numpy(), weights.mean().item()


def compare(policy, markets, steps):
    """Returns on held-out markets and mean weight, by name of who traded."""
    generator = torch.Generator().manual_seed(0)
    traders = {
        "trained": lambda seen: torch.sigmoid(policy(seen)).round(),
        "random": lambda seen: torch.rand(len(seen), generator=generator),
        "all in": lambda seen: torch.ones(len(seen)),
    }
    return {name: judge(choose, markets, steps) for name, choose in traders.items()}


def main():
    """Train, judge, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rollouts", type=int, default=14, help="episodes to train on, of eight markets each")
    parser.add_argument("--steps", type=int, default=300, help="bars of an episode")
    parser.add_argument("--held-out", type=int, default=12, help="markets to judge on")
    given = parser.parse_args()
    policy = train(given.rollouts, given.steps)
    found = compare(policy, given.held_out, given.steps)
    for name, (returns, weight) in found.items():
        print(f"{name:8} {100 * returns.mean():+6.2f} % on {len(returns)} held-out markets, holding {100 * weight:.0f} %")
    ahead = found["trained"][0] - found["random"][0]
    print(f"ahead of random by {100 * ahead.mean():.2f} points (standard error {100 * ahead.std(ddof=1) / np.sqrt(len(ahead)):.2f})")


if __name__ == "__main__":
    main()
