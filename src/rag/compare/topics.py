"""What is said -> the names of what is spoken of, in words of the articles; knows words, no vectors."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from rag.compare.spoken import Spoken
from rag.words import FUNCTION_WORDS, NUMBER_WORDS, QUANTITY_WORDS, TIME_WORDS, Word, content_words, words

CANDIDATES = 14
"""Names that are looked at more closely."""

_BEFORE_NOUN = frozenset(
    """
    the a an of in on for with about between against over into from by their its his her our your this these
    those such any no some and toward towards under through during without as
    """.split()
)
_LEAST_SUPPORT = 2
"""Sentences in which a name stands at least."""
_USUAL, _FEW = 0.25, 8
"""A name that stands in more than this share of the sentences, when they are not few, tells nothing apart."""
_MOSTLY = 0.4
_MORE = 0.5
"""By what share more a phrase counts for what makes it telling."""
_ENDS = re.compile(r"[.,;:!?()“”«»\"\n—–]")
_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[.,;:!?()“”«»\"\n—–]")
_LONGEST = 3
_NOT_NOUN = re.compile(r"(?:ly|ed)$")
_EMPTY = frozenset(
    """
    thing things way ways case fact facts part parts time times people question questions answer issue issues point
    points lot number numbers side sides end start place work example reason reasons result results first second
    last next new good great big small long many other own same different important able possible main certain
    serious full special whole recent statement statements interview report reports news man men woman women person
    country countries future near situation world area need needs order role event events day step steps measure
    measures view views member members group groups call calls deal kind change changes body party parties position
    positions region regions former current employee employees spokesman spokeswoman spokesperson opinion opinions
    idea ideas words word term terms level effort efforts attempt attempts already still yet soon later together
    again even almost perhaps maybe now never ever instead indeed rather quite nearly turn turns close closes
    """.split()
)


def topic_names(spoken: Sequence[Spoken]) -> list[str]:
    """Return what is spoken of, most telling first, at most `CANDIDATES`, as it is written.

    Names are noun phrases of what is said and of what stands before it, headings too. One counts by the sentences that
    hold its words, less when many do, more when it has two words or stands in a heading; names of the speakers are
    none. Equal ones stand in reading order.
    """
    people = {word.stem for one in spoken for word in _who(one)}
    texts = list(dict.fromkeys(text for one in spoken for text in (*reversed(one.before), one.candidate.text) if text))
    holding: dict[str, set[int]] = defaultdict(set)
    for row, text in enumerate(texts):
        for word in content_words(text):
            holding[word.stem].add(row)
    headings = [frozenset(word.stem for word in content_words(text)) for text in {one.heading for one in spoken}]
    told = [text for text in texts if not text.endswith("?")]  # a question ends with its verb
    phrases = Counter(phrase for text in told for phrase in noun_phrases(text))
    written = Counter(word.lower for text in texts for word in words(text))
    found: dict[frozenset[str], tuple[float, str]] = {}
    for phrase in phrases:
        key = frozenset(word.stem for word in content_words(phrase))
        if not key or key & people or key in found or _rather_verb(phrase, phrases, written):
            continue
        support = len(set.intersection(*(holding[stem] for stem in key)))
        if support < _LEAST_SUPPORT or (support > _USUAL * len(texts) and len(texts) > _FEW):
            continue
        rarity = sum(math.log((len(texts) + 1) / (len(holding[stem]) + 0.5)) for stem in key) / len(key)
        headed = any(key <= heading for heading in headings)
        found[key] = (support * rarity * (1 + _MORE * (len(key) > 1)) * (1 + _MORE * headed), phrase)
    ranked = sorted(found, key=lambda key: -found[key][0])
    fullest = (found[key][1] for key in ranked if not any(key < other for other in ranked))
    return list(islice(fullest, CANDIDATES))


def _rather_verb(phrase: str, phrases: Mapping[str, int], written: Mapping[str, int]) -> bool:
    """Whether the last word of a phrase mostly stands where no noun does; names are none."""
    last = phrase.split()[-1]
    return last.islower() and phrases.get(last, 0) < _MOSTLY * written[last]


def _who(spoken: Spoken) -> tuple[Word, ...]:
    """The words of a speaker's name, and of a role that is no more than a title."""
    role = words(spoken.speaker.role or "")
    return (*words(spoken.speaker.name), *(role if len(role) <= _LONGEST else ()))


@lru_cache(maxsize=20_000)
def noun_phrases(text: str) -> tuple[str, ...]:
    """Return runs of one to three content words that stand like nouns, after an article or preposition."""
    found: list[str] = []
    run: list[re.Match[str]] = []
    opened = False
    for match in [*_TOKEN.finditer(text), None]:
        token = match.group() if match else "."
        lower = token.lower()
        if match and not _ENDS.fullmatch(token) and lower not in FUNCTION_WORDS:
            run.append(match)
            continue
        if opened and 0 < len(run) <= _LONGEST:
            found += _phrases(text, run)
        run, opened = [], lower in _BEFORE_NOUN
    return tuple(found)


def _phrases(text: str, run: Sequence[re.Match[str]]) -> Iterable[str]:
    """The run and its last word alone, as far as they can name something."""
    for start in dict.fromkeys((0, len(run) - 1)):
        tokens = [match.group() for match in run[start:]]
        if all(_names(token) for token in tokens):
            yield text[run[start].start() : run[-1].end()]


def _names(token: str) -> bool:
    lower = token.lower()
    return (
        len(token) > 2
        and lower not in _EMPTY | TIME_WORDS | QUANTITY_WORDS | NUMBER_WORDS
        and not any(letter.isdigit() for letter in token)
        and not (_NOT_NOUN.search(lower) and token.islower())
    )
