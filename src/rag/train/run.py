"""A model and losses, one after the other -> trained weights; knows no data. Needs torch."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_AVERAGED = 0.13
"""Share of the steps over which the weights are averaged, the last ones counting most."""
_SAVED_EVERY = 50
_WARM, _CALM = 0.06, 0.02
"""Share of the steps in which the rate rises; share of it that is left at the end."""


class Run:
    """A training under way: the model, the moving average of its weights, and how far it has come.

    Args:
        model: A torch module; those of its parameters that need no gradient stay as they are.
        steps: How many there will be.
        rate: The highest learning rate.
        work: Where states and the log are kept; a run that was interrupted goes on from the state that is there.
        name: Begins the names of the files in it.
    """

    def __init__(self, model: Any, *, steps: int, rate: float, work: Path, name: str) -> None:
        import torch

        self.model = model
        self._trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self._optimiser = torch.optim.AdamW(self._trained, lr=rate, weight_decay=0.01)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimiser, lambda step: _rate_at(step / steps))
        self._original = {name: value.detach().clone() for name, value in model.state_dict().items()}
        self._average = {name: value.clone() for name, value in self._original.items()}
        self._state, self._log = work / f"{name}.pt", work / f"{name}.jsonl"
        self._least_new = 1 / max(1, _AVERAGED * steps)
        self.step, self.loss = 0, 0.0
        work.mkdir(parents=True, exist_ok=True)
        if self._state.exists():
            self._resume()

    def learn(self, batches: Sequence[T], loss: Callable[[T], Any]) -> None:
        """Go through the batches from where the run stands, with a progress bar; `self.loss` is a mean of the last 200.

        Args:
            batches: All of them.
            loss: Of a batch, a torch scalar.
        """
        from tqdm import tqdm

        with tqdm(total=len(batches), initial=self.step, desc=self._log.stem, unit="batch", mininterval=5) as bar:
            for batch in batches[self.step :]:
                self._take(loss(batch))
                bar.update()
                bar.set_postfix(loss=f"{self.loss:.3f}", refresh=False)
                if self.step % _SAVED_EVERY == 0 or self.step == len(batches):
                    self._save()

    def finish(self, *, original: float) -> Any:
        """Return the model with the average of its weights, those of its transformer drawn back to where they began.

        Args:
            original: Share of what they were at first: what a model knew before helps on texts of another kind
                (Wortsman et al., CVPR 2022).
        """
        import torch

        weights = {
            name: torch.lerp(value, self._original[name], original)
            if name.startswith("transformer") and value.is_floating_point()
            else value
            for name, value in self._average.items()
        }
        self.model.load_state_dict(weights)
        return self.model

    def _take(self, loss: Any) -> None:
        """Take one step down a loss."""
        import torch

        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._trained, 1.0)
        self._optimiser.step()
        self._schedule.step()
        self._optimiser.zero_grad()
        self.step += 1
        self.loss += (float(loss.detach()) - self.loss) / min(self.step, 200)
        new = max(self._least_new, 10 / (self.step + 10))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                if value.is_floating_point():
                    self._average[name].lerp_(value, new)

    def _save(self) -> None:
        """Keep everything that is needed to go on, the old state until the new one is whole, and add to the log."""
        import torch

        state = {
            "model": self.model.state_dict(), "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(), "average": self._average, "step": self.step, "mean": self.loss,
        }  # fmt: skip
        new = self._state.with_suffix(".new")
        torch.save(state, new)
        new.replace(self._state)
        with self._log.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"time": round(time.time()), "step": self.step, "loss": round(self.loss, 4)}) + "\n")

    def _resume(self) -> None:
        import torch

        state = torch.load(self._state, weights_only=True)
        self.model.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        self._average, self.step, self.loss = state["average"], state["step"], state["mean"]


def _rate_at(done: float) -> float:
    """Share of the highest rate when a share of the steps is done."""
    return done / _WARM if done < _WARM else max(_CALM, (1 - done) / (1 - _WARM))
