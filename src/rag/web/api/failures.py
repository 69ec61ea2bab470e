"""What went wrong -> a status and a sentence; knows no route."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from rag.errors import (
    BusyError,
    EmptyLibraryError,
    FullLibraryError,
    LibraryBusyError,
    QuestionError,
    RagError,
    ReadError,
    ReadOnlyLibraryError,
    TooLargeError,
    UnknownArticleError,
)
from rag.web.refusals import sentence_of
from rag.web.strings import language_for, speaking, spoken_language

_STATUSES: Sequence[tuple[type[RagError], int]] = (
    (BusyError, 429),
    (QuestionError, 422),
    (TooLargeError, 413),
    (ReadError, 422),
    (EmptyLibraryError, 409),
    (FullLibraryError, 409),
    (ReadOnlyLibraryError, 403),
    (LibraryBusyError, 503),
)

_KINDS: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "must be text",
    "string_unicode": "holds halves of characters, which no text has",
    "string_too_short": "must have at least {min_length:,} characters",
    "string_too_long": "may have at most {max_length:,} characters",
    "list_type": "must be a list",
    "too_short": "must hold at least {min_length:,}",
    "too_long": "may hold at most {max_length:,}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than_equal": "must be at least {ge:,}",
    "less_than_equal": "may be at most {le:,}",
    "literal_error": "must be one of {expected}",
}


class PlainRoute(APIRoute):
    """A route whose failures are a status and `{"error": sentence}`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with its failures answered."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            with speaking(language_for(request.url.query, request.headers.get("accept-language", ""))):
                try:
                    return await handle(request)
                except RequestValidationError as error:
                    return refuse(*invalid(error.errors()))
                except HTTPException as error:
                    return refuse(error.status_code, str(error.detail), error.headers)
                except RagError as error:
                    return refuse_error(error)
                except ClientDisconnect:
                    return refuse(400, "The request ended too early.")

        return handler


def refuse(status: int, why: str, headers: Mapping[str, str] | None = None, **more: object) -> JSONResponse:
    """An answer that says why something was not done."""
    return JSONResponse({"error": why, **more}, status_code=status, headers=dict(headers or {}))


def refuse_error(error: RagError) -> JSONResponse:
    """An answer that says what an error says, in the language spoken here."""
    headers = {"Content-Language": spoken_language()}
    if waits := _waits(error):
        headers["Retry-After"] = str(waits)
    return refuse(status_of(error), sentence_for_program(error), headers)


def status_of(error: RagError) -> int:
    """The status that tells programs what kind of error it is."""
    if isinstance(error, UnknownArticleError):
        return 409 if error.matches else 404
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 503)


def sentence_for_program(error: RagError) -> str:
    """What an error says to who asks by the interface, where ids are listed at an address."""
    if isinstance(error, UnknownArticleError) and spoken_language() == "en":
        what = f"fits several articles: {', '.join(error.matches)}" if error.matches else "names no article here"
        return f"The article id {error.wanted[:80]!r} {what}. GET /api/articles lists the ids."
    return sentence_of(error)


def invalid(errors: Sequence[Any]) -> tuple[int, str]:
    """The status and the sentence for a request that does not fit, from pydantic's list of what is wrong."""
    first = errors[0]
    kind, (where, *path) = str(first["type"]), first["loc"] or ("body",)
    if kind == "json_invalid":
        return 400, "The body of the request is not JSON."
    if where == "body" and not path:
        return 422, "The body of the request must be a JSON object, sent as application/json."
    words = _KINDS[kind].format(**first.get("ctx", {})) if kind in _KINDS else f"cannot be used: {first['msg']}"
    name = "".join(f"[{one}]" if isinstance(one, int) else str(one) for one in path)
    return 422, f"The field {name} {words}."


def _waits(error: RagError) -> int | None:
    if isinstance(error, BusyError):
        return error.seconds
    return 5 if isinstance(error, LibraryBusyError) else None
