"""What the server writes down: one JSON line a request; knows nothing of what was asked, unless it is told to."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_requests = logging.getLogger("rag.web.requests")
_questions = logging.getLogger("rag.web.questions")
_questions.propagate = False
_questions.setLevel(logging.CRITICAL)


class RequestLog:
    """Writes a line for each request when it is over; a stream is over when it ends."""

    def __init__(self, app: ASGIApp) -> None:
        """Write down what `app` answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on and write its line."""
        if scope["type"] != "http" or not _requests.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = size = 0

        async def counting(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, counting)
        finally:
            facts = {
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "ms": round((time.perf_counter() - began) * 1000, 1),
                "user": scope.get("user_name"),
                "bytes": size,
            }
            _requests.info(_line(facts))


def log_question(question: str, user: str | None = None) -> None:
    """Write down a question that is asked; does nothing unless the server was told to keep questions."""
    if _questions.isEnabledFor(logging.INFO):
        _questions.info(_line({"question": question, "user": user}))


def log_failure(scope: Scope, error: BaseException) -> None:
    """Write down a defect that a request met, with where it happened."""
    trace = "".join(traceback.format_exception(error))
    facts = {"method": scope["method"], "path": scope["path"], "error": type(error).__name__, "trace": trace}
    _requests.error(_line(facts))


def write_logs(*, questions: bool = False) -> None:
    """Send the lines of this process to stderr; with `questions` what is asked too."""
    for logger, wanted in ((_requests, True), (_questions, questions)):
        logger.handlers.clear()
        logger.propagate = False
        logger.setLevel(logging.INFO if wanted else logging.CRITICAL)
        if wanted:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(logging.Formatter("%(message)s"))
            logger.addHandler(handler)


def _line(facts: dict[str, Any]) -> str:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps({"time": now, **facts}, ensure_ascii=True)
