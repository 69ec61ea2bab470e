"""Asking, comparing, searching, and who said what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse

from rag.articles import read_text
from rag.errors import TooLargeError
from rag.shapes import hit_shape, reply_shape, statements_shape
from rag.web.api.bodies import LONGEST_NAME, MOST_READ, AskBody, CompareBody, SearchBody, StatementsBody
from rag.web.api.failures import PlainRoute
from rag.web.api.replies import HitsShape, ManyStatementsShape, ReplyShape, StatementsShape
from rag.web.api.told import answers
from rag.web.gate import Gate
from rag.web.logs import log_question

if TYPE_CHECKING:
    from rag.library import Library


def question_routes(library: Library, gate: Gate) -> APIRouter:
    """What is asked of the articles; each question waits at the gate."""
    router = APIRouter(route_class=PlainRoute, tags=["Questions"])

    @router.post("/api/ask", responses=answers({200: ReplyShape}, 404, 409, 429))
    def ask(body: AskBody, request: Request) -> JSONResponse:
        """Answer a question with the articles' own sentences, or say that they do not answer it."""
        log_question(body.question, request.scope.get("user_name"))
        with gate.entered():
            reply = library.ask(body.question, after=body.after, articles=body.articles, max_quotes=body.quotes)
        return JSONResponse(reply_shape(reply))

    @router.post("/api/compare", responses=answers({200: ReplyShape}, 404, 409, 429))
    def compare(body: CompareBody) -> JSONResponse:
        """Put what several speakers say on a topic side by side."""
        with gate.entered():
            reply = library.compare(body.topic, speakers=body.speakers, articles=body.articles)
        return JSONResponse(reply_shape(reply))

    @router.post("/api/search", responses=answers({200: HitsShape}, 404, 409, 429))
    def search(body: SearchBody) -> JSONResponse:
        """Find the passages that fit a query best."""
        with gate.entered():
            hits = library.search(body.query, k=body.k, articles=body.articles)
        return JSONResponse({"passages": [hit_shape(hit) for hit in hits]})

    @router.get("/api/statements", responses=answers({200: StatementsShape}, 404, 409, 429))
    def statements(
        article: Annotated[str, Query(min_length=1, max_length=LONGEST_NAME, description="The article's id.")],
    ) -> JSONResponse:
        """Tell who said what in an article."""
        with gate.entered():
            return JSONResponse(_told(library, article))

    @router.post("/api/statements", responses=answers({200: ManyStatementsShape}, 404, 409, 413, 429))
    def many_statements(body: StatementsBody) -> JSONResponse:
        """Tell who said what in several articles, or in a text that is not kept."""
        if body.text is not None and body.articles:
            raise HTTPException(422, "Send articles or a text, not both.")
        with gate.entered():
            if body.text is not None:
                return JSONResponse({"statements": _said_in(library, body.text)})
            wanted = body.articles or [one.id for one in library.articles()]
            if len(wanted) > MOST_READ:
                raise HTTPException(422, f"Name the articles; one request may ask of {MOST_READ:,} at most.")
            return JSONResponse({"articles": [_told(library, article_id) for article_id in wanted]})

    return router


def _told(library: Library, article_id: str) -> dict[str, Any]:
    article = library.article(article_id)
    return {"article": article.id, "statements": statements_shape(library.statements(article.id))}


def _said_in(library: Library, text: str) -> list[dict[str, Any]]:
    most = library.settings.max_article_bytes
    if len(text) > most:
        raise TooLargeError("The text", len(text.encode()), most)
    return statements_shape(library.statements_in(read_text(text, name="The text")))
