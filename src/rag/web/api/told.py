"""How the description of the interface tells what a route answers."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from rag.web.api.replies import Failure

_WHY = {
    400: "The request is not JSON.",
    403: "Nothing can be changed here.",
    404: "There is no such article or job.",
    409: "The id fits several articles, there are no articles, or there may be no more.",
    413: "It is too large.",
    422: "What was sent cannot be used.",
    429: "Too much is asked for at the same time; `Retry-After` says for how many seconds to wait.",
    503: "The library cannot do this now.",
}


def answers(good: dict[int, type[BaseModel]], *bad: int) -> dict[int | str, dict[str, Any]]:
    """The answers of a route by status: what it gives when all is well, and the failures that it knows."""
    well: dict[int | str, dict[str, Any]] = {
        status: {"model": model, "description": (model.__doc__ or "").strip()} for status, model in good.items()
    }
    return well | {status: {"model": Failure, "description": _WHY[status]} for status in (*bad, 422, 503)}
