"""Cited articles -> BibTeX, written so that TeX prints the characters of the article and runs none of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote as percent

from rag.formats.csl import unturned
from rag.formats.dates import parts_of
from rag.formats.made import Made, address_of, cited
from rag.formats.people import Name, name_of
from rag.formats.quotation import curly_doubles
from rag.records import Article, Reply

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_IN_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"
"""Characters of an address that stay; those beyond ASCII are percent-encoded, which no TeX can misread."""

_SMALL = frozenset("a an and for from in of on or the to with".split())

_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # BibTeX counts the brace of \{ too, so a lone one would break the file
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",  # in the encoding that LaTeX starts with, < > | and " print as other signs
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    **{sign: f"\\{sign}" for sign in "%$&#_"},
}


def write_bibtex(exchanges: Sequence[Reply], made: Made) -> str:
    """An entry `@misc` for every article that is quoted, in the order of their first quotes, in UTF-8.

    Characters that TeX would interpret are escaped and white space is collapsed; letters beyond ASCII stay, as every
    current TeX reads them. A date that is in doubt stands in the note, as it is given. Keys are ASCII letters and
    digits, all different.
    """
    head = f"% {made.program} {_ascii(made.version)}, {made.date.isoformat()}\n"
    articles = cited(exchanges)
    entries = [_entry(key, article, made) for key, article in zip(_keys(articles), articles, strict=True)]
    return "\n".join([head, *entries]) if entries else head + "% nothing is cited\n"


def tex(text: str) -> str:
    """Return TeX that prints a text in one line; characters that print nothing or turn the writing are left out.

    Straight double marks are printed as the curly ones that they stand for: LaTeX has no straight one without packages.
    """
    shown = "".join(one for one in unturned(text) if unicodedata.category(one) not in ("Cc", "Cs", "Cn"))
    return "".join(_TEX.get(one, one) for one in curly_doubles(shown))


def _entry(key: str, article: Article, made: Made) -> str:
    issued, address = parts_of(article.published), address_of(article)
    notes = [article.note or "", f"Published {article.published}" if article.published and not issued else ""]
    fields = {
        "author": " and ".join(_author(name_of(author)) for author in article.authors),
        "title": f"{{{tex(article.title)}}}",  # a second pair keeps capitals as they are
        "year": "".join(map(str, issued[:1])),
        "howpublished": tex(article.source or "") if not address else "",
        "url": percent(address, safe=_IN_ADDRESSES) if address else "",
        "urldate": made.date.isoformat() if address else "",
        "note": tex(". ".join(note.rstrip(".") for note in notes if note)),
    }
    lines = [f"  {field} = {{{value}}}," for field, value in fields.items() if value]
    lines += [f"  month = {_MONTHS[month - 1]}," for month in issued[1:2]]
    lines += [f"  day = {{{day}}}," for day in issued[2:]]
    return "\n".join([f"@misc{{{key},", *lines, "}", ""])


def _author(name: Name) -> str:
    """A name in the form that nothing can misread; a name that stays whole is in braces, ` and ` and commas too."""
    if name.whole:
        return f"{{{tex(str(name))}}}"
    family = f"{name.particle} {name.family}".strip()
    return ", ".join(tex(part) for part in (family, name.suffix, name.given) if part)


def _keys(articles: Iterable[Article]) -> Iterator[str]:
    """A key for each: the first author's family, the year and a telling word of the title, as `lee2023trains`."""
    taken: set[str] = set()
    for article in articles:
        year = "".join(map(str, parts_of(article.published)[:1]))
        family = _ascii(name_of(article.authors[0]).family) if article.authors else ""
        words = [word for word in map(_ascii, article.title.split()) if word and word not in _SMALL]
        plain = f"{family[:30]}{year}{words[0][:30] if words else ''}"
        plain = plain if plain[:1].isalpha() else f"article{plain}"
        key, number = plain, 1
        while key in taken:
            number += 1
            key = f"{plain}-{number}"
        taken.add(key)
        yield key


def _ascii(text: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", unicodedata.normalize("NFKD", text).lower()).strip(".")
