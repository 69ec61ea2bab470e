"""The functions that programs call through Gradio and MCP; each checks what it is given and answers in shapes.

Gradio makes the description of a tool from its docstring, one line a parameter.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import gradio as gr
from gradio.events import api
from pydantic import BaseModel, ValidationError

from rag.errors import RagError
from rag.shapes import hit_shape, reply_shape, summary_shape
from rag.web.api.bodies import AskBody, CompareBody, ListBody, SearchBody
from rag.web.api.failures import invalid, sentence_for_program
from rag.web.gate import Gate
from rag.web.listing import Wanted, listed
from rag.web.logs import log_question

if TYPE_CHECKING:
    from gradio.mcp import GradioMCPServer

    from rag.library import Library

_log = logging.getLogger(__name__)

_Body = TypeVar("_Body", bound=BaseModel)


class ToolError(gr.Error):
    """A message for who called a tool; it is written to no log."""

    def __init__(self, message: str) -> None:
        super().__init__(message, print_exception=False)

    def __str__(self) -> str:
        return str(self.message)


def offer_tools(library: Library, gate: Gate) -> None:
    """Offer the functions in the page that is being laid out; they skip its queue and wait at the gate."""

    def ask_article(
        question: str,
        after: list[str] | None = None,
        articles: list[str] | None = None,
        quotes: int | None = None,
    ) -> dict[str, Any]:
        """Answer a question with numbered quotes, word for word from the news articles kept here, or refuse.

        Args:
            question: What to find, in words of any language.
            after: Earlier questions of the conversation, oldest first, which "he" or "there" may refer to.
            articles: Ids of the only articles to look in, as list_articles gives them; all when left out.
            quotes: Quotes at most, from 1 to 100; six when left out.

        Returns:
            The reply: kind is answer, abstention or comparison; each quote has its text, article, start, end, speaker.
        """
        given = _checked(AskBody, question=question, after=after, articles=articles, quotes=quotes)
        log_question(given.question)
        return _answered(
            gate,
            lambda: reply_shape(
                library.ask(given.question, after=given.after, articles=given.articles, max_quotes=given.quotes)
            ),
        )

    def compare_opinions(
        topic: str = "", speakers: list[str] | None = None, articles: list[str] | None = None
    ) -> dict[str, Any]:
        """Put what several speakers of the news articles say on a topic side by side, in their own words.

        Args:
            topic: What they speak of, in words; the articles' own main topics when empty.
            speakers: Names, roles, countries or groups of the only speakers to compare; all when left out.
            articles: Ids of the only articles to look in, as list_articles gives them; all when left out.

        Returns:
            A comparison with its quotes, speakers, stances and those who are silent, or an abstention.
        """
        given = _checked(CompareBody, topic=topic, speakers=speakers, articles=articles)
        return _answered(
            gate,
            lambda: reply_shape(library.compare(given.topic, speakers=given.speakers, articles=given.articles)),
        )

    def search_passages(query: str, k: int = 10, articles: list[str] | None = None) -> dict[str, Any]:
        """Find the passages of the news articles that fit a query best, by meaning and by words.

        Args:
            query: What to search for, in words.
            k: Passages at most, from 1 to 100.
            articles: Ids of the only articles to look in, as list_articles gives them; all when left out.

        Returns:
            The passages, best first, each with its article, start, end, text and score.
        """
        given = _checked(SearchBody, query=query, k=k, articles=articles)
        return _answered(
            gate,
            lambda: {
                "passages": [hit_shape(hit) for hit in library.search(given.query, k=given.k, articles=given.articles)]
            },
        )

    def list_articles(search: str = "", offset: int = 0, limit: int = 100) -> dict[str, Any]:
        """List the news articles kept here, in the order of adding, with the ids that other tools take.

        Args:
            search: Words that the title, author, source or id must hold; all articles when empty.
            offset: Articles to leave out at the beginning.
            limit: Articles at most, from 1 to 1000.

        Returns:
            The articles, each with id, title, authors, date and counts, and the total that fit.
        """
        given = _checked(ListBody, search=search, offset=offset, limit=limit)

        def found() -> dict[str, Any]:
            wanted = Wanted(given.search, offset=given.offset, limit=given.limit)
            some = listed(library.articles(), wanted)
            return {"articles": [summary_shape(one) for one in some.articles], "total": some.total}

        return _answered(gate, found)

    for tool in (ask_article, compare_opinions, search_passages, list_articles):
        api(tool, queue=False)


def speak_json(server: GradioMCPServer) -> None:
    """Let the MCP server answer in JSON; by itself it writes Python's form of what a function returns."""
    from mcp.types import TextContent

    def as_json(data: Any, root_url: str) -> list[TextContent]:
        return [TextContent(type="text", text=json.dumps(one, ensure_ascii=False)) for one in data]

    logging.getLogger("mcp").setLevel(logging.WARNING)  # it would log several lines a call
    server.postprocess_output_data = as_json  # type: ignore[method-assign, assignment]  # there is no other way in


def _checked(body: type[_Body], **given: object) -> _Body:
    try:
        return body.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        raise ToolError(invalid([{**first, "loc": ("body", *first["loc"])}])[1]) from None


def _answered(gate: Gate, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        with gate.entered():
            return work()
    except RagError as error:
        raise ToolError(sentence_for_program(error)) from error
    except Exception as error:  # the last edge: Gradio would show the caller whatever the error says
        _log.exception("a tool broke")
        raise ToolError("This did not work because of a defect here; the log has the details.") from error
