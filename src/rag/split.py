"""Articles are cut into sentences, and runs of sentences into passages that fit an encoder.

This file knows punctuation, abbreviations and how newspapers use them, mostly in English; it knows neither
what a sentence means nor which encoder counts the tokens. Every offset is a place where a cut was made, so
none is ever searched for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Protocol

from rag.articles import LIST_MARKER
from rag.records import Article, Block, Passage, Range, Sentence

# Sentences

_CLOSERS = r"""["'”’“»«)\]}*_]"""
_STOP = re.compile(
    rf"""
    (?P<mark>(?<![.!?…])[.!?…]++(?:\s[.…]+){{0,9}}){_CLOSERS}*(?:\[\d+\])*(?:\s[”»](?=\s))?(?=\s)  # then white space
    |(?P<glued>(?<=[^\W\d_A-Z]{{3}})\.["”’]?)(?=[^\W\d_a-z][^\W\d_A-Z]+\s)  # a forgotten space: "ended.Then he"
    |[。！？]+[」』”’）]*  # scripts without spaces
    """,
    re.VERBOSE,
)
_OPENING = re.compile(r"""(?:[\s"'“”„‘’«»(\[{*_¿¡#>]|[•·–—-]+\s)*""")
_WORD = re.compile(r"[^\W_]+(?:['’-]\w+)*")
_LAST_WORD = re.compile(r"[^\s\"“”„«»(\[/–—]*$")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Corrections to "a stop, white space, then no small letter". Words are compared without their full stop.
_NEVER_LAST = _words(
    "Mr Mrs Ms Mx Messrs Dr Drs Prof Sen Sens Rep Reps Gov Govs Gen Col Lt Sgt Cpl Pvt Capt Cmdr Adm Maj Brig Rev "
    "Hon Pres Supt Det Insp Atty Fr Mme Mlle Hr Dipl Ing vs v cf eg ie al viz approx Mt Ft ca bzw vgl bspw Abb Sra "
    "Srta e.g i.e z.B d.h т.е EE bkz Дж г-н г-жа им ул пр тыс млн млрд напр см ср проф акад ген род"
)
_OFTEN_LAST = _words(
    "Inc Corp Co Ltd Cos Bros Jr Sr St ST Ave Blvd Rd Dept Dist Assn Univ Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov "
    "Dec Mon Tue Tues Wed Thu Thur Thurs Fri Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Mass Md Mich "
    "Minn Mo Mont Neb Nev Okla Ore Pa Penn Tenn Tex Va Vt Wash Wis Wisc Wyo etc usw Mio Mrd Str г гг в вв др руб долл"
)
_BEFORE_NUMBER = _words("No Nos no nos Nr Art Fig Figs Vol vol pp p Ch Sec Rev № с стр ст т п")
_STARTERS = _words(
    "The A An This That These Those There Here He She It They We You I His Her Its Their Our My In On At By For From "
    "With After Before When While If As But And Or So Yet Nor Not No Now Then Since Although Though Because However "
    "Meanwhile Still Also Both Some Many Most All Each Every Another Other One Two Three According To What Who Why How "
    "Where Which Together Under Over During Among Between Despite Even Just Only Once Until Last Earlier Later Such "
    "Der Die Das Ein Eine Er Sie Es Wir Im Am Bei Nach Doch Aber Und Auch Dies Diese "
    "Он Она Они Оно Это Мы Вы Я В На По Но И А К С Из За От До Для При Как Когда После Однако Также Его Её Ее Их "
    "El La Los Las Un Una En Se Bu Bir Ve"
)
_SPEECH = re.compile(
    r"(?:[^\W\d_a-z][\w.'’-]*\s+){1,4}"
    r"(?:said|says|asked|asks|added|adds|wrote|writes|replied|told|tweeted|shouted|continued|joked|declared|recalled)\b"
)
_ORDINAL = re.compile(r"(?i:\b(?:am|im|der|des|dem|den|die|das|vom|zum|ab|bis|seit))\s\d{1,2}$")


def sentences(article: Article) -> tuple[Sentence, ...]:
    """Cut an article into sentences, numbered from 0 in reading order.

    No sentence crosses a block; a title, byline or heading is one sentence. Sentences begin and end with a
    visible character and do not overlap. List markers, opening dashes and Markdown's heading marks stay
    outside; white space before a stop and closing marks behind it stay inside. Every letter and digit lies
    in exactly one sentence, except the numbers of list items.
    """
    ranges = [(at, span) for at, block in enumerate(article.blocks) for span in _block_ranges(article.text, block)]
    return tuple(Sentence(number, span, at, article.blocks[at].kind) for number, (at, span) in enumerate(ranges))


def _block_ranges(text: str, block: Block) -> Iterator[Range]:
    start, end = block.range.start, block.range.end
    cuts = _cuts(text[start:end]) if block.kind == "body" else []
    tiles = [Range(start + first, start + last) for first, last in pairwise([0, *cuts, end - start])]
    for tile in _with_words(text, tiles):
        yield _bare(text, tile)


def _with_words(text: str, tiles: Sequence[Range]) -> list[Range]:
    """Join tiles that hold no letter or digit to the one before, or at the start to the one behind.

    Tiles that hold none at all are dropped.
    """
    joined: list[Range] = []
    start = tiles[0].start
    for tile in tiles:
        if any(map(str.isalnum, text[tile.start : tile.end])):
            joined.append(Range(start, tile.end))
        elif joined:
            joined[-1] = Range(joined[-1].start, tile.end)
        else:
            continue
        start = tile.end
    return joined


_FRONT = re.compile(rf"(?:\s|#+\s|>|[–—-]+\s|{LIST_MARKER.pattern})*")
_BACK = re.compile(r"(?<!\s)(?:\s++#+|\s++(?:=+|-{3,}))$")


def _bare(text: str, tile: Range) -> Range:
    """Leave out white space, list markers, dashes and heading marks at the edges of a tile with words."""
    words = text[tile.start : tile.end]
    front = _FRONT.match(words)
    start = front.end() if front and any(map(str.isalnum, words[front.end() :])) else len(words) - len(words.lstrip())
    back = _BACK.search(words.rstrip(), start)
    return Range(tile.start + start, tile.start + (back.start() if back else len(words.rstrip())))


def _cuts(block: str) -> list[int]:
    """List where sentences end inside a block, without the block's own end."""
    has_capitals = any(map(str.isupper, block))
    marker = LIST_MARKER.match(block)
    first = marker.end() if marker else 0
    stops = (stop for stop in _STOP.finditer(block, first) if stop.end() < len(block))
    return [stop.end() for stop in stops if _ends_sentence(block, stop, has_capitals=has_capitals)]


def _ends_sentence(block: str, stop: re.Match[str], *, has_capitals: bool) -> bool:
    if stop["mark"] is None:
        return stop["glued"] is None or block[stop.end()].isupper()
    opening = _OPENING.match(block, stop.end())
    at = opening.end() if opening else stop.end()
    if at == len(block):
        return True
    word = _WORD.match(block, at)
    following = word[0] if word else block[at]
    if following[0].islower() and has_capitals:
        return any(map(str.isupper, following[1:])) and "-" not in following
    if stop["mark"] == "." and block[stop.start() - 1 : stop.start()].strip():
        return _ends_after_word(block, stop, following, at)
    if stop["mark"][-1] in "!?" and stop.end() > stop.end("mark"):
        return not _SPEECH.match(block, at)
    is_pause = stop["mark"] in ("...", "…") and block[stop.start() - 1].isspace()
    return not is_pause or _starts_sentence(block, following, at)


def _ends_after_word(block: str, stop: re.Match[str], following: str, at: int) -> bool:
    """Tell whether a full stop behind a word closes the sentence or only abbreviates the word."""
    before = _LAST_WORD.search(block, max(0, stop.start() - 40), stop.start())
    word = (before[0] if before else "").strip("'‘’").rpartition("-")[2]
    if stop.end() > stop.end("mark") and word not in _NEVER_LAST:
        return True
    if word in _NEVER_LAST or (word in _BEFORE_NUMBER and following[0].isdigit()):
        return False
    if len(word) <= 2 and len(following) == 1 and block[at + 1 : at + 2] == ".":
        return False
    is_initial = len(word) == 1 and word.isupper()
    is_dotted = bool(re.fullmatch(r"(?:[^\W\d_]{1,3}\.&?)+[^\W\d_]{1,3}", word))
    if is_initial or is_dotted or word in _OFTEN_LAST:
        if block[at - 2] in "–—-":
            return False
        return _starts_sentence(block, following, at) or (not is_initial and block[at - 1] in '“"«')
    return not _ORDINAL.search(block, max(0, stop.start() - 12), stop.start())


def _starts_sentence(block: str, word: str, at: int) -> bool:
    """Tell whether a word is one that begins sentences and no initial."""
    return word in _STARTERS and block[at + len(word) : at + len(word) + 1] != "."


# Passages


def passages(
    article: Article,
    sentences: Sequence[Sentence],
    *,
    count_tokens: Callable[[str], int],
    max_tokens: int,
) -> tuple[Passage, ...]:
    """Gather an article's sentences into passages, in order, as many sentences in each as fit.

    No passage crosses a heading, which goes with the sentences under it. A passage runs from its first
    sentence's start to its last one's end. A sentence that does not fit alone is cut at white space, or
    anywhere in words that do not fit; only a single character may have more than `max_tokens`.

    Args:
        article: Where the sentences come from.
        sentences: All its sentences in order.
        count_tokens: Counts the tokens of a text, with any marks that the encoder adds.
        max_tokens: How many tokens a passage may have at most.

    Raises:
        ValueError: `max_tokens` leaves no room for a token beside the encoder's marks.
    """
    count = lru_cache(maxsize=4096)(count_tokens)
    if max_tokens <= count(""):
        raise ValueError(f"max_tokens={max_tokens} leaves no room beside the {count('')} tokens of an empty text")
    cutter = _Cutter(article.text, count, max_tokens)
    return tuple(passage for section in _sections(sentences) for passage in cutter.cut(section))


def _sections(sentences: Sequence[Sentence]) -> Iterator[Sequence[Sentence]]:
    """Yield the runs of sentences that begin with a heading, several headings in a row together."""
    starts = [
        now.number - sentences[0].number
        for before, now in pairwise(sentences)
        if now.kind == "heading" and before.kind != "heading"
    ]
    for start, end in pairwise([0, *starts, len(sentences)]):
        if start < end:
            yield sentences[start:end]


class _Splitter(Protocol):
    """A splitter whose pieces tile what they are cut from."""

    def split_text(self, text: str) -> list[str]: ...

    def gather(self, tiles: Sequence[str]) -> Iterator[int]: ...


def _make_splitter(count: Callable[[str], int], max_tokens: int) -> _Splitter:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    class TilingSplitter(RecursiveCharacterTextSplitter):
        def gather(self, tiles: Sequence[str]) -> Iterator[int]:
            """Yield how many tiles in a row fit together."""
            ends = {end: at for at, end in enumerate(accumulate(map(len, tiles)), start=1)}
            gathered = accumulate(map(len, self._merge_splits(tiles, "")))
            for before, end in pairwise([0, *(ends[end] for end in gathered)]):
                yield end - before

    marks, room = count(""), max_tokens - count("")
    return TilingSplitter(
        chunk_size=room,
        chunk_overlap=0,
        # At least 1, because the splitter repeats pieces of length 0; at most room, which spares its warnings.
        length_function=lambda piece: min(room, max(1, count(piece) - marks)) if piece else 0,
        separators=["\n", " ", ""],
        keep_separator="end",
        strip_whitespace=False,
    )


class _Cutter:
    """Cuts sections of one text with its splitter and proves every passage against the limit."""

    def __init__(self, text: str, count: Callable[[str], int], max_tokens: int) -> None:
        self._text, self._count, self._max = text, count, max_tokens
        self._splitter = _make_splitter(count, max_tokens)

    def cut(self, section: Sequence[Sentence]) -> Iterator[Passage]:
        starts = [sentence.range.start for sentence in section]
        tiles = [self._text[start:end] for start, end in pairwise([*starts, section[-1].range.end])]
        first = 0
        for size in self._splitter.gather(tiles):
            yield from self._fit(section[first : first + size])
            first += size

    def _fit(self, run: Sequence[Sentence]) -> Iterator[Passage]:
        """Yield a run as one passage if it fits, which its parts' counts only suggest; else in halves."""
        whole = Range(run[0].range.start, run[-1].range.end)
        if self._count(self._text[whole.start : whole.end]) <= self._max:
            yield Passage(whole, run[0].number, run[-1].number)
        elif len(run) > 1:
            yield from self._fit(run[: len(run) // 2])
            yield from self._fit(run[len(run) // 2 :])
        else:
            yield from self._pieces(run[0])

    def _pieces(self, sentence: Sentence) -> Iterator[Passage]:
        start = sentence.range.start
        for piece in self._splitter.split_text(self._text[start : sentence.range.end]):
            yield from self._visible(Range(start, start + len(piece)), sentence.number)
            start += len(piece)

    def _visible(self, piece: Range, number: int) -> Iterator[Passage]:
        words = self._text[piece.start : piece.end]
        lead = len(words) - len(words.lstrip())
        if not words.strip():
            return
        tight = Range(piece.start + lead, piece.start + len(words.rstrip()))
        if self._count(words.strip()) <= self._max or tight.end - tight.start == 1:
            yield Passage(tight, number, number)
            return
        middle = (tight.start + tight.end) // 2
        yield from self._visible(Range(tight.start, middle), number)
        yield from self._visible(Range(middle, tight.end), number)
