"""The interface for programs over HTTP: what is asked and answered in JSON, and its description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException

from rag.web.api.adding import Adding, adding_routes
from rag.web.api.articles import article_routes
from rag.web.api.docs import docs_routes
from rag.web.api.failures import PlainRoute
from rag.web.api.questions import question_routes
from rag.web.api.session import session_routes
from rag.web.gate import Gate
from rag.web.removed import Removed
from rag.web.sources import Readers

if TYPE_CHECKING:
    from rag.library import Library
    from rag.web.jobs import Jobs
    from rag.web.options import WebOptions

__all__ = ["api_routes"]


def api_routes(
    library: Library,
    *,
    options: WebOptions,
    jobs: Jobs,
    gate: Gate,
    readers: Readers = Readers(),
) -> APIRouter:
    """Everything below `/api/`.

    Args:
        library: What is asked and changed.
        options: What whoever runs the server chose.
        jobs: What adds articles; closed by who made it.
        gate: Where questions wait.
        readers: How files and addresses are read.
    """
    router = APIRouter(route_class=PlainRoute)
    removed = Removed()
    for part in (
        question_routes(library, gate),
        article_routes(library, options, removed),
        adding_routes(library, options, Adding(jobs, removed, readers)),
        session_routes(library, options),
    ):
        router.include_router(part)
    router.include_router(docs_routes(list(router.routes)))
    router.add_api_route("/api/{rest:path}", _nothing_here, methods=_METHODS, include_in_schema=False)
    return router


_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def _nothing_here(rest: str) -> None:
    """Answer for the whole of `/api/`, so that nothing else is found there."""
    raise HTTPException(404, "There is nothing at this address for this method. /api/docs lists what there is.")
