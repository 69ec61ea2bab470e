"""Who is asking and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse

from rag.web.api.failures import PlainRoute
from rag.web.api.replies import SessionShape
from rag.web.api.told import answers

if TYPE_CHECKING:
    from rag.library import Library
    from rag.web.options import WebOptions


def session_routes(library: Library, options: WebOptions) -> APIRouter:
    """What the page asks first."""
    router = APIRouter(route_class=PlainRoute, tags=["Session"])

    @router.get("/api/session", responses=answers({200: SessionShape}))
    def session(request: Request) -> JSONResponse:
        """Tell who is logged in, and what can be changed."""
        facts = {"user": user_of(request), "read_only": options.read_only, "version": library.version}
        counts = {"articles": len(library.articles()), "max_articles": options.max_articles}
        return JSONResponse(facts | counts)

    return router


def user_of(request: Request) -> str | None:
    """The name of who is logged in, None where nobody logs in."""
    user = request.scope.get("user_name")
    return str(user) if user is not None else None


def changes_allowed(options: WebOptions) -> None:
    """Answer 403 where nothing may be changed.

    Raises:
        HTTPException: Nothing may.
    """
    if options.read_only:
        raise HTTPException(403, "The articles can only be read here. Ask whoever runs this server to change them.")
