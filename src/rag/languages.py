"""Text -> the language it is written in; knows letters and small words, not what a text says.

A script tells its language at once, and English is told by small words that no other language shares. Only the
rest is put to a model (py3langid), which is loaded when it is first needed. Names are no evidence: they keep
their spelling from one language to the next.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from rag.words import FUNCTION_WORDS

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SCRIPTS = {
    "ru": re.compile("[Ѐ-ԯ]"),
    "ar": re.compile("[؀-ۿݐ-ݿ]"),
    "el": re.compile("[Ͱ-Ͽἀ-῿]"),
    "he": re.compile("[֐-׿]"),
    "hy": re.compile("[԰-֏]"),
    "ka": re.compile("[Ⴀ-ჿ]"),
    "hi": re.compile("[ऀ-ॿ]"),
    "th": re.compile("[฀-๿]"),
    "ko": re.compile("[가-힣]"),
    "zh": re.compile("[぀-ヿ一-鿿]"),
}
"""The letters of a script, by the language that most people write in it."""

NAMES = {
    "ar": "Arabic", "az": "Azerbaijani", "cs": "Czech", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "hy": "Armenian", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "ko": "Korean", "nl": "Dutch",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip
"""Every language that can be told, in English."""

_NEIGHBOURS = (
    ("ru", "uk", re.compile("[ЄєІіЇїҐґ]")),
    ("ar", "fa", re.compile("[پچژگ]")),
    ("zh", "ja", re.compile("[぀-ヿ]")),
)
"""Another language of the same script, and letters that only it has of the two."""

_LATIN = ("en", "az", "cs", "de", "es", "fi", "fr", "hu", "it", "nl", "pl", "pt", "ro", "sv", "tr")
"""What the model chooses from. It takes English for one of them less often when it has fewer."""

_SHARED = frozenset(
    """
    a all also am an and any article articles as at be been but by can comparison d do don down even for from give
    gives had has have he her i if in is it kind m man me mention more most my name named no not of off on once
    opinion or over own per s said so some sort t text to under us ve view was we will
    """.split()
)
"""English function words that are also words of another of these languages."""

_ENGLISH = (FUNCTION_WORDS - _SHARED) | {"and", "from"}
_WORD = re.compile(r"[^\W\d_]+")

_ENOUGH = 4_000
"""Characters looked at; what an article begins in, it goes on in."""

_ENGLISH_SHARE = 0.1
"""Nearly every English question has one of these words in ten or more, and hardly any in another language."""

_TOO_FEW = 2
"""So few words, without a letter foreign to English, tell the model nothing; it is not loaded for them."""

_SURE = 0.8
"""How sure the model must be of a language but English: to call an English question foreign is the worst mistake."""

_LIKELY = 0.6
"""How sure it must be of English, or when a letter is foreign to English."""


def not_english(text: str) -> str | None:
    """Return the English name of the language of a text that is surely not English, None when it is or cannot be told.

    Who says what is read with English grammar, which finds nonsense elsewhere.
    """
    language = language_of(text)
    return None if language in (None, "en") else NAMES[language]


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of the language that a question or an article is written in.

    None says that it cannot be told: there are only names and numbers, or too few words. An English text is
    called None rather than anything else. Of a script that several languages share, it is the most widespread
    one that the letters allow.
    """
    text = text[:_ENOUGH]
    plain = _plain_words(text.lower() if text.isupper() else text)
    other = "es" if "¿" in text else _by_script(" ".join(plain) or text)
    if other or not plain:
        return other
    if sum(word in _ENGLISH for word in plain) > _ENGLISH_SHARE * len(plain):
        return "en"
    if text.isascii() and len(_WORD.findall(text)) <= _TOO_FEW:
        return None
    return _by_model(" ".join(plain))


def _plain_words(text: str) -> list[str]:
    """The words that are no names by their capitals, in small letters; the first is one among names only."""
    words: list[str] = _WORD.findall(text)
    plain = [word for word in words[1:] if not word[0].isupper()]
    if words and (plain or not words[0][0].isupper() or words[0].lower() in _ENGLISH):
        plain.insert(0, words[0].lower())
    return plain


def _by_script(text: str) -> str | None:
    """The language of the script that most letters belong to, unless that is Latin."""
    counts = {language: len(letters.findall(text)) for language, letters in _SCRIPTS.items()}
    language = max(counts, key=counts.__getitem__)
    if 2 * counts[language] <= sum(map(str.isalpha, text)):
        return None
    neighbours = (other for one, other, letters in _NEIGHBOURS if one == language and letters.search(text))
    return next(neighbours, language)


def _by_model(text: str) -> str | None:
    """The language that the model is sure enough of."""
    chances = dict(_model().rank(text))
    best = max(chances, key=chances.__getitem__)
    sure = chances[best]
    if best in ("az", "tr"):  # to be one of two that are so alike is enough
        sure = chances["az"] + chances["tr"]
    needed = _SURE if text.isascii() and best != "en" else _LIKELY
    return best if sure >= needed else None


def load_model() -> None:
    """Load the model now, which takes most of a second, rather than at the first text that needs it."""
    _model()


@cache
def _model() -> LanguageIdentifier:
    """The model of 142 languages, cut down to those that it may answer with (54 of 80 MB)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    every = LanguageIdentifier.from_model_file(MODEL_FILE)
    every.set_languages(_LATIN)
    return LanguageIdentifier(
        every.nb_ptc,
        every.nb_pc,
        every.nb_classes,
        every.tk_nextmove,
        every.tk_output,
        norm_probs=True,
        tk_row=every.tk_row,
    )
