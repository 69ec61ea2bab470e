"""The list of articles, one article, and changing what is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse

from rag.shapes import summary_shape
from rag.web.api.bodies import FARTHEST, LONGEST_NAME, LONGEST_SEARCH, MOST_LISTED, IdsBody, TitleBody
from rag.web.api.failures import PlainRoute
from rag.web.api.replies import ArticleShape, ListShape, RemovedShape, SummaryShape
from rag.web.api.session import changes_allowed, user_of
from rag.web.api.told import answers
from rag.web.listing import Order, Wanted, listed

if TYPE_CHECKING:
    from rag.library import Library
    from rag.web.options import WebOptions
    from rag.web.removed import Removed

_Search = Annotated[str, Query(max_length=LONGEST_SEARCH, description="Words of a title, author, source or id.")]
_Id = Annotated[str, Path(max_length=LONGEST_NAME, description="The article's id, or the beginning of it.")]


def article_routes(library: Library, options: WebOptions, removed: Removed) -> APIRouter:
    """What is there, and changing and removing it; what is removed goes to `removed`."""
    router = APIRouter(route_class=PlainRoute, tags=["Articles"])

    @router.get("/api/articles", responses=answers({200: ListShape}))
    def articles(
        search: _Search = "",
        sort: Order = "added",
        descending: bool = False,
        offset: Annotated[int, Query(ge=0, le=FARTHEST)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = MOST_LISTED,
    ) -> JSONResponse:
        """List the articles."""
        version = library.version
        found = listed(library.articles(), Wanted(search, sort, descending, offset, limit))
        shapes = [summary_shape(one) for one in found.articles]
        return JSONResponse({"articles": shapes, "total": found.total, "version": version})

    @router.get("/api/articles/{article_id}", responses=answers({200: ArticleShape}, 404, 409))
    def article(article_id: _Id) -> JSONResponse:
        """Give an article with its text."""
        found = library.article(article_id)
        return JSONResponse(_summary(library, found.id) | {"note": found.note, "text": found.text})

    @router.patch("/api/articles/{article_id}", responses=answers({200: SummaryShape}, 403, 404, 409, 413))
    def rename(article_id: _Id, body: TitleBody) -> JSONResponse:
        """Give an article another title; its id and its text stay."""
        changes_allowed(options)
        return JSONResponse(summary_shape(library.rename(article_id, body.title)))

    @router.delete("/api/articles/{article_id}", responses=answers({200: RemovedShape}, 403, 404, 409))
    def remove(article_id: _Id, request: Request) -> JSONResponse:
        """Remove an article; for an hour it can be restored."""
        changes_allowed(options)
        return JSONResponse(_remove(library, removed, [article_id], user_of(request)))

    @router.post("/api/articles/remove", responses=answers({200: RemovedShape}, 403, 404, 409))
    def remove_many(body: IdsBody, request: Request) -> JSONResponse:
        """Remove several articles, all or none."""
        changes_allowed(options)
        return JSONResponse(_remove(library, removed, body.articles, user_of(request)))

    return router


def _summary(library: Library, article_id: str) -> dict[str, Any]:
    return next((summary_shape(one) for one in library.articles() if one.id == article_id), {})


def _remove(library: Library, removed: Removed, article_ids: Sequence[str], user: str | None) -> dict[str, Any]:
    articles = {one.id: one for one in map(library.article, article_ids)}
    titles = library.remove(list(articles))
    removed.keep([articles[article_id] for article_id in titles], owner=user)
    return {"removed": [{"id": article_id, "title": title} for article_id, title in titles.items()]}
