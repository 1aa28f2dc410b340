"""The model that an option of a command means: completed while it is typed, and understood by any of its names."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from parley_gateway.interactions import Completion
from parley_gateway.messages import DeliveryError
from parley_gateway.model import Model
from parley_gateway.panels import Choice
from parley_gateway.ports import Models, Responses


@dataclass(frozen=True, slots=True)
class ModelCompletion:
    """Offers the models that the executors know."""

    responses: Responses
    models: Models

    async def take(self, completion: Completion) -> None:
        """Offer those that fit what stands there so far."""
        choices = fitting(await self.models.list(), completion.typed)
        with contextlib.suppress(DeliveryError):
            await self.responses.complete(completion, choices)


def fitting(models: Sequence[Model], typed: str) -> Sequence[Choice]:
    """Return the models with the typed words in their name, id or an alias."""
    wanted = typed.strip().lower()
    return [
        Choice(model.name, model.id)
        for model in models
        if any(wanted in word.lower() for word in (model.name, model.id, *model.aliases))
    ]


def matching(models: Sequence[Model], wanted: str) -> str | None:
    """Return the id of the model that is meant by a name, an id or an alias; None: there is none."""
    word = wanted.strip().casefold()
    known = (
        model.id for model in models if word in {name.casefold() for name in (model.id, model.name, *model.aliases)}
    )
    return next(known, None)
