"""Records -> files to keep and to work on elsewhere: every notation has a module; none knows files, clocks or the page."""

from rag.formats.compared import SILENCE, articles_of, quotes_of_side, title_of, topic_names
from rag.formats.marks import literal
from rag.formats.side_by_side import comparison_markdown
from rag.formats.table import COLUMNS, comparison_csv

__all__ = [
    "COLUMNS",
    "SILENCE",
    "articles_of",
    "comparison_csv",
    "comparison_markdown",
    "literal",
    "quotes_of_side",
    "title_of",
    "topic_names",
]
