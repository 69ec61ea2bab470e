"""The library's articles and one conversation -> what the source panel and the live region hold.

Knows which articles are open and what is quoted of them; leaves markup to `article`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rag.records import Abstention, Reply
from rag.web.article import OpenArticle, panel_html
from rag.web.conversation import Conversation, quotes_of
from rag.web.quotes import verbatim

if TYPE_CHECKING:
    from rag.library import Library


def panel_of(library: Library, conversation: Conversation) -> str:
    """The source panel with all articles that the conversation opened, the first of the library to begin with."""
    summaries = library.articles()
    known = {one.id for one in summaries}
    conversation.opened = [article for article in conversation.opened if article in known]
    if summaries and not conversation.opened:
        conversation.open(summaries[0].id)
    opened = [_opened(library, article, conversation) for article in conversation.opened]
    shown = conversation.shown if conversation.shown in conversation.opened else next(iter(conversation.opened), None)
    return panel_html(opened, summaries, shown=shown, version=str(conversation.replies))


def announcement(sentences: str) -> str:
    """A live region that says `sentences`."""
    return f'<p class="unseen" role="status" aria-live="polite">{verbatim(sentences)}</p>'


def _opened(library: Library, article: str, conversation: Conversation) -> OpenArticle:
    return OpenArticle(
        library.article(article),
        library.sentences(article),
        cited=_cited(conversation.latest(), article),
        compared=_cited(conversation.compared, article),
        fresh=bool(_cited(conversation.newest, article)),
    )


def _cited(reply: Reply | str | None, article: str) -> Mapping[int, int]:
    """The quote numbers of one article by sentence numbers; what only comes near is not cited."""
    if isinstance(reply, Abstention):
        return {}
    return {quote.sentence: quote.number for quote in reversed(quotes_of(reply)) if quote.article.id == article}
