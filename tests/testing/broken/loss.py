"""Broken losses."""

from __future__ import annotations

import itertools

import torch
from torch import nn


class Loss:
    """Distance of matching samples; sound."""

    def __init__(self, context, scale: float = 1.0):
        self.first, self.second = context.between
        self.views = frozenset(context.between)
        self.scale = scale

    def __call__(self, views):
        return self.scale * (views.embeddings[self.first] - views.embeddings[self.second]).square().sum(1).mean()


class LossOfFixedViews(Loss):
    def __init__(self, context):
        self.first, self.second = "visual", "target"
        self.views = frozenset(("visual", "target"))
        self.scale = 1.0


class LossReadsMore(Loss):
    def __call__(self, views):
        return super().__call__(views) + views.embeddings["cross"].sum()


class LossPerSample(Loss):
    def __call__(self, views):
        return (views.embeddings[self.first] * views.embeddings[self.second]).sum(1)


class LossWithoutGradient(Loss):
    def __call__(self, views):
        return super().__call__(views).detach()


class LossRoot(Loss):
    def __call__(self, views):
        return (views.embeddings[self.first] - views.embeddings[self.second]).norm(dim=1).square().sqrt().mean()


class LossVariance(Loss):
    def __call__(self, views):
        return super().__call__(views) + views.embeddings[self.first].std(0).mean()


class LossRandom(Loss):
    counter = itertools.count()

    def __call__(self, views):
        return super().__call__(views) * (1 + next(self.counter))


class LossOfNeighbours(Loss):
    def __call__(self, views):
        one = views.embeddings[self.first]
        return (one[1:] * one[:-1]).sum()


class LossReadsPadding(Loss):
    def __call__(self, views):
        return views.states["target"].states.mean() + super().__call__(views)


class LossChangesTheStep(Loss):
    def __call__(self, views):
        with torch.no_grad():
            views.embeddings[self.first].mul_(0.5)
        return super().__call__(views)


class LossLooseParameter(Loss):
    def __init__(self, context):
        super().__init__(context)
        self.scale = nn.Parameter(torch.ones(()))


class LossForgetsParameters(nn.Module):
    def __init__(self, context):
        super().__init__()
        self.views = frozenset(context.between)
        self.layer = nn.Linear(8, 1)
        self.secret = [torch.rand(())]

    def forward(self, views):
        return self.layer(views.embeddings["visual"]).mean() * self.secret[0]


class Opponent(Loss):
    """A linear opponent with plain steps; sound."""

    def __init__(self, context):
        super().__init__(context)
        self.line = nn.Linear(8, 1)
        self.steps = 0

    def auxiliary_step(self, views):
        loss = self.line(views.embeddings[self.first].detach()).square().mean()
        loss.backward()
        self.steps += 1
        with torch.no_grad():
            for parameter in self.line.parameters():
                parameter -= 0.1 / self.steps * parameter.grad
                parameter.grad = None
        return {"opponent": loss.detach()}

    def auxiliary_state(self):
        return {**self.line.state_dict(), "steps": torch.tensor(self.steps)}

    def load_auxiliary_state(self, state):
        state = dict(state)
        self.steps = int(state.pop("steps"))
        self.line.load_state_dict(state)


class OpponentAttached(Opponent):
    def auxiliary_step(self, views):
        return {"opponent": self.line(views.embeddings[self.first]).square().mean()}


class OpponentForgetsSteps(Opponent):
    def load_auxiliary_state(self, state):
        super().load_auxiliary_state(state)
        self.steps = 0
