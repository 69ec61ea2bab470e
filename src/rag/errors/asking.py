"""Questions that cannot be asked, and what cannot be quoted."""

from __future__ import annotations

from pathlib import Path

from rag.errors.root import RagError


class QuestionError(RagError):
    """A question that cannot be asked."""


class EmptyQuestionError(QuestionError):
    """A question that holds no word."""

    def __init__(self) -> None:
        super().__init__("The question is empty. Type what you want to know, in words.")


class LongQuestionError(QuestionError):
    """A question with more characters than are read."""

    def __init__(self, characters: int, most: int) -> None:
        super().__init__(
            f"The question has {characters:,} characters; at most {most:,} can be read. Ask for one thing at a time."
        )
        self.characters, self.most = characters, most


class BusyError(RagError):
    """More is asked for at the same time than may wait for its turn."""

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(f"{what}. Try again in {seconds} second{'' if seconds == 1 else 's'}.")
        self.what, self.seconds = what, seconds


class DataError(RagError):
    """A file of questions, or a line of it, that cannot be used."""

    def __init__(self, path: Path, cause: str, next_step: str, *, line: int | None = None) -> None:
        where = f"{path}, line {line}," if line is not None else str(path)
        super().__init__(f"{where} cannot be used: {cause}. {next_step}")
        self.path, self.cause, self.line = path, cause, line


class OffsetError(RagError):
    """A range of an article that does not hold the text it claims to hold."""

    def __init__(self, article: str, start: int, end: int) -> None:
        super().__init__(
            f"Characters {start}..{end} of article {article} do not hold the quoted text. "
            "Check the library with: rag verify"
        )
        self.article, self.start, self.end = article, start, end
