"""Quotes -> Web Annotations (W3C), which tools for annotating pages read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote as percent
from uuid import NAMESPACE_URL, uuid5

from rag.formats.compared import HOW
from rag.formats.made import Made, address_of, quotes_of
from rag.records import Quote, Reply

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
AROUND = 32
"""Characters of the article before and after a quote that tell it from the same words elsewhere."""


def write_annotations(exchanges: Sequence[Reply], made: Made) -> str:
    """An `AnnotationPage` as JSON-LD, with an annotation for every quote, in order.

    Positions are in the article's stored text, which `rag show` prints. Their unit is that of the standard and of
    Python alike: code points of Unicode, neither bytes nor UTF-16 units. The source of a target is the article's
    address, or `urn:x-article:ID` without one. Equal exports have equal ids.
    """
    items = [_annotation(reply, quote) for reply, quote in quotes_of(exchanges)]
    name = _urn(f"{made.library} {made.date} {[item['id'] for item in items]}")
    collection = {
        "id": f"{name}#all",
        "type": "AnnotationCollection",
        "label": f"Quotes from {made.program} {made.version}, library {made.library}, {made.date.isoformat()}",
        "total": len(items),
    }
    page = {"@context": CONTEXT, "id": name, "type": "AnnotationPage", "partOf": collection, "startIndex": 0}
    return json.dumps({**page, "items": items}, ensure_ascii=False, indent=2) + "\n"


def _annotation(reply: Reply, quote: Quote) -> dict[str, Any]:
    article, start, end = quote.article, quote.range.start, quote.range.end
    bodies = [_body(reply.question, "describing")] if reply.question else []
    if quote.speaker is not None and quote.attribution is not None:
        role = f", {quote.speaker.role}" if quote.speaker.role else ""
        bodies.append(_body(f"{quote.speaker.name}{role} ({HOW[quote.attribution]})", "identifying"))
    exact = {
        "type": "TextQuoteSelector",
        "exact": quote.text,
        "prefix": article.text[max(0, start - AROUND) : start],
        "suffix": article.text[end : end + AROUND],
    }
    return {
        "id": _urn(f"{reply.question} {article.id} {start} {end} {quote.number}"),
        "type": "Annotation",
        "motivation": "highlighting",
        "body": bodies,
        "target": {
            "type": "SpecificResource",
            "source": address_of(article) or f"urn:x-article:{percent(article.id, safe='')}",
            "selector": [{"type": "TextPositionSelector", "start": start, "end": end}, exact],
        },
    }


def _body(value: str, purpose: str) -> dict[str, str]:
    return {"type": "TextualBody", "format": "text/plain", "purpose": purpose, "value": value}


def _urn(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, name)}"
