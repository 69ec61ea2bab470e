"""The statements of an article -> HTML: who said what, speaker by speaker.

Knows how a list of statements is browsed; knows neither Gradio nor how statements are found.
All data is escaped by `verbatim`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from rag.languages import not_english
from rag.records import Article, Range, Sentence, Speaker, Statement
from rag.web.comparing import speaker_html, title_and_date
from rag.web.quotes import place, verbatim
from rag.web.strings import tell

OPEN_AT_FIRST = 6
"""Speakers whose statements are unfolded at first; with more, a reader chooses from the names."""


def statements_html(article: Article, sentences: Sequence[Sentence], statements: Sequence[Statement]) -> str:
    """Who said what in an article, speakers with most statements first, those that it does not name last."""
    voices = speakers_of(statements)
    origin = tell("voices.in", origin=title_and_date(article))
    head = f'<h2 id="voices">{tell("voices.title")}</h2><p class="origin">{origin}</p>'
    if not statements:
        language = not_english(article.text)
        nobody = tell("voices.nobody") if language is None else tell("voices.unread", language=verbatim(language))
        return _frame(article, f'<div class="head">{head}</div><p class="nothing">{nobody}</p>')
    unnamed = [one for one in statements if one.speaker is None]
    shut = len(voices) + bool(unnamed) > OPEN_AT_FIRST
    named = "".join(_voice(article, sentences, speaker, said, shut=shut) for speaker, said in voices)
    total, names = tell("count.statements", n=len(statements)), tell("count.speakers", n=len(voices))
    about = f'<p class="about">{tell("voices.about", statements=total, speakers=names)}</p>'
    return _frame(
        article,
        f'<div class="head">{head}{about}{_filter(len(voices))}</div>'
        f'<div class="list">{named}{_unnamed(article, sentences, unnamed, shut=shut)}</div>',
    )


def speakers_of(statements: Iterable[Statement]) -> list[tuple[Speaker, list[Statement]]]:
    """Every speaker with what they say, most statements first, ties in the order of their first words.

    Speakers of one name are one; the first role that is given is theirs.
    """
    said: dict[str, list[Statement]] = {}
    speakers: dict[str, Speaker] = {}
    for one in statements:
        if one.speaker is not None:
            said.setdefault(one.speaker.name, []).append(one)
            known = speakers.get(one.speaker.name)
            if known is None or known.role is None:
                speakers[one.speaker.name] = one.speaker
    return sorted(((speakers[name], some) for name, some in said.items()), key=lambda voice: -len(voice[1]))


def offered_html(speakers: Sequence[Speaker], *, scope: str) -> str:
    """Speakers to choose from, as boxes to tick; nothing ticked means everybody. `scope` names whose they are."""
    if not speakers:
        return (
            f'<div class="offer" data-scope="{verbatim(scope)}"><p class="hint">{tell("compare.no_speakers")}</p></div>'
        )
    boxes = "".join(
        f'<label class="choice" data-name="{verbatim(speaker.name)}"><input type="checkbox" name="speaker" '
        f'value="{verbatim(speaker.name)}"><span>{speaker_html(speaker)}</span></label>'
        for speaker in speakers
    )
    sieve = _filter(len(speakers)) if len(speakers) > OPEN_AT_FIRST else ""
    return (
        f'<div class="offer sieved" data-scope="{verbatim(scope)}">{sieve}'
        f'<div class="choices" role="group" aria-label="{tell("compare.speakers")}">{boxes}</div></div>'
    )


def _frame(article: Article, content: str) -> str:
    return (
        f'<section class="voices sieved" data-article="{verbatim(article.id)}" aria-labelledby="voices">'
        f"{content}</section>"
    )


def _filter(speakers: int) -> str:
    if speakers < 2:
        return ""
    return (
        f'<div class="sieve"><label><span>{tell("voices.filter")}</span><input type="search" autocomplete="off" '
        'spellcheck="false"></label><span class="found" role="status"></span></div>'
    )


def _voice(
    article: Article, sentences: Sequence[Sentence], speaker: Speaker, said: Sequence[Statement], *, shut: bool
) -> str:
    items = "".join(_statement(article, sentences, one) for one in said)
    return _fold("voice", speaker.name, speaker_html(speaker), len(said), items, shut=shut)


def _unnamed(article: Article, sentences: Sequence[Sentence], said: Sequence[Statement], *, shut: bool) -> str:
    if not said:
        return ""
    mentions = [article.text[one.source.start : one.source.end] for one in said]
    items = "".join(
        _statement(article, sentences, one, mention=mention) for one, mention in zip(said, mentions, strict=True)
    )
    title = f'<span class="name">{tell("voices.unnamed")}</span>'
    return _fold("voice unnamed", " ".join(mentions), title, len(said), items, shut=shut)


def _fold(kind: str, name: str, title: str, count: int, items: str, *, shut: bool) -> str:
    return (
        f'<details class="{kind}" data-name="{verbatim(name)}"{"" if shut else " open"}>'
        f'<summary><h3>{title}</h3><span class="count">{tell("count.statements", n=count)}</span></summary>'
        f"<ol>{items}</ol></details>"
    )


def _statement(article: Article, sentences: Sequence[Sentence], one: Statement, *, mention: str | None = None) -> str:
    gap = f'<span class="gap" title="{tell("voices.gap")}"> … </span>'
    words = gap.join(
        f'<span class="said">{verbatim(article.text[said.start : said.end])}</span>' for said in one.content
    )
    proof = sorted({one.cue, one.source})
    target = place(article, _sentence_at(sentences, one.content[0]), said=one.content, proof=proof)
    who = f'<span class="mention">{verbatim(mention)}</span>' if mention is not None else ""
    return (
        f'<li class="statement"><div class="words">{words}</div><div class="tags">{who}'
        f'<span class="how">{tell("voices." + one.attribution)}</span>'
        f'<a class="cite show" href="{target}" title="{tell("voices.show_title")}">'
        f"{tell('quote.show')}</a></div></li>"
    )


def _sentence_at(sentences: Sequence[Sentence], where: Range) -> int:
    """The number of the sentence in which a range begins; white space before a sentence belongs to the next one."""
    at = bisect_right(sentences, where.start, key=lambda sentence: sentence.range.start) - 1
    if at < 0 or (sentences[at].range.end <= where.start and at + 1 < len(sentences)):
        at += 1
    return sentences[at].number
