"""What programs send, with its bounds; what is not known is ignored."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

LONGEST_WORDS = 10_000
"""Characters of a question, topic or query that are looked at at all; the settings allow fewer."""

MOST_NAMED = 10_000
"""Articles, speakers or earlier questions that one request may name."""

MOST_READ = 1_000
"""Articles of which one request may ask who said what."""

MOST_QUOTES = 100
MOST_PASSAGES = 100
LONGEST_TEXT = 20_000_000
LONGEST_TITLE = 300
LONGEST_NAME = 300
LONGEST_ADDRESS = 2_000
MOST_AUTHORS = 50
LONGEST_SEARCH = 200
MOST_LISTED = 1_000
FARTHEST = 10**9


def whole(value: object) -> object:
    """Replace NUL and halves of characters, which JSON can carry and no question needs."""
    if not isinstance(value, str):
        return value
    return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


Words: TypeAlias = Annotated[str, Field(max_length=LONGEST_WORDS), BeforeValidator(whole)]
Name: TypeAlias = Annotated[str, Field(max_length=LONGEST_NAME), BeforeValidator(whole)]
Ids: TypeAlias = Annotated[list[Name], Field(max_length=MOST_NAMED)]
SomeIds: TypeAlias = Annotated[list[Name], Field(min_length=1, max_length=MOST_NAMED)]

_ONLY = "Ids of the only articles to look in, or their beginnings; all articles when empty."


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore")


class AskBody(_Body):
    """A question, and what it belongs to."""

    question: Words = Field(description="What to find, in words.", examples=["What did the minister announce?"])
    after: Annotated[list[Words], Field(max_length=MOST_NAMED)] = Field(
        default=[], description="Earlier questions of the conversation, oldest first."
    )
    articles: Ids = Field(default=[], description=_ONLY)
    quotes: Annotated[int, Field(ge=1, le=MOST_QUOTES)] | None = Field(
        default=None, description="Quotes at most; the settings decide when left out."
    )


class CompareBody(_Body):
    """What to compare."""

    topic: Words = Field(
        default="", description="In words; the articles' own main topics when empty.", examples=["inflation"]
    )
    speakers: Ids = Field(
        default=[], description="Names, roles, countries or groups of the only speakers to compare; all when empty."
    )
    articles: Ids = Field(default=[], description=_ONLY)


class SearchBody(_Body):
    """What to search for."""

    query: Words = Field(description="In words.", examples=["new railway line"])
    k: Annotated[int, Field(ge=1, le=MOST_PASSAGES)] = Field(default=10, description="Passages at most.")
    articles: Ids = Field(default=[], description=_ONLY)


class StatementsBody(_Body):
    """Articles, or a text that is not kept, in which to find who said what."""

    articles: Annotated[list[Name], Field(max_length=MOST_READ)] = Field(
        default=[], description="Ids of the articles; all articles when this and `text` are empty."
    )
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = Field(
        default=None, description="A text that is read and not kept.", examples=['"It works," said Ann Lee.']
    )


class TitleBody(_Body):
    """A new title."""

    title: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]


class IdsBody(_Body):
    """Several articles."""

    articles: SomeIds = Field(description="Ids of the articles.")


class AddBody(_Body):
    """A text or an address, one of both."""

    text: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = Field(
        default=None, description="The whole text; it is kept exactly as it is.", examples=["A title\n\nSome words."]
    )
    address: Annotated[str, Field(max_length=LONGEST_ADDRESS)] | None = Field(
        default=None, description="A public http or https address of a web page, a text, a PDF or a Word file."
    )
    title: Name | None = None
    author: Annotated[list[Name], Field(max_length=MOST_AUTHORS)] = Field(default=[])
    published: Name | None = Field(default=None, examples=["2026-03-01"])
    source: Annotated[str, Field(max_length=LONGEST_ADDRESS), BeforeValidator(whole)] | None = None


class ListBody(_Body):
    """Which articles to list."""

    search: Annotated[str, Field(max_length=LONGEST_SEARCH), BeforeValidator(whole)] = ""
    offset: Annotated[int, Field(ge=0, le=FARTHEST)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_LISTED)] = MOST_LISTED
