"""Records -> files to keep and to work on elsewhere.

Every notation has a module of its own; none of them knows files, clocks or the page.
"""

from collections.abc import Mapping
from types import MappingProxyType

from rag.formats.annotation import write_annotations
from rag.formats.bibtex import write_bibtex
from rag.formats.compared import SILENCE, articles_of, quotes_of_side, title_of, topic_names
from rag.formats.csl import write_csl_json
from rag.formats.html_page import write_html
from rag.formats.made import Format, Made
from rag.formats.markdown import write_markdown
from rag.formats.marks import literal
from rag.formats.side_by_side import comparison_markdown
from rag.formats.styles import STYLES, Style, quote_with_source, reference
from rag.formats.table import COLUMNS, comparison_csv

__all__ = [
    "COLUMNS",
    "FORMATS",
    "SILENCE",
    "STYLES",
    "Format",
    "Made",
    "Style",
    "articles_of",
    "comparison_csv",
    "comparison_markdown",
    "literal",
    "quote_with_source",
    "quotes_of_side",
    "reference",
    "title_of",
    "topic_names",
]

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        one.name: one
        for one in (
            Format("markdown", ".md", "text/markdown", write_markdown),
            Format("html", ".html", "text/html", write_html),
            Format("bibtex", ".bib", "application/x-bibtex", write_bibtex),
            Format("csl-json", ".json", "application/vnd.citationstyles.csl+json", write_csl_json),
            Format("annotation", ".jsonld", "application/ld+json", write_annotations),
        )
    }
)
"""Every notation for replies and conversations, by its name."""
