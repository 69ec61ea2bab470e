"""The commands that keep and ask a library: each takes its options and returns its exit code."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rag.address import local_folder
from rag.cli.last import keep
from rag.cli.show import say, show, show_json, told, told_statements, wrong
from rag.errors import ReadError
from rag.settings import load_settings

if TYPE_CHECKING:
    from rag.library import Library


def articles(options: argparse.Namespace) -> int:
    """List the articles."""
    from rag.shapes import summary_shape

    with _open(options) as library:
        for summary in library.articles():
            about = ", ".join([*summary.authors, *filter(None, [summary.published])])
            speakers = f"{summary.speakers} speaker{'' if summary.speakers == 1 else 's'}"
            line = f"{summary.id}\t{summary.title}\t{about}\t{summary.characters:,} characters\t{speakers}"
            show(options, summary_shape(summary), line)
    return 0


def remove(options: argparse.Namespace) -> int:
    """Remove articles, all or none."""
    with _open(options) as library:
        for article_id, title in library.remove(options.id).items():
            show(options, {"id": article_id, "title": title}, f"removed {article_id}\t{title}")
        library.settle()
    return 0


def show_article(options: argparse.Namespace) -> int:
    """Print the stored text of an article, byte for byte."""
    with _open(options) as library:
        article = library.article(options.id)
    if options.json:
        show_json({"id": article.id, "title": article.title, "text": article.text})
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(article.text.encode("utf-8"))
        sys.stdout.buffer.flush()
    return 0


def ask(options: argparse.Namespace) -> int:
    """Reply to a question, or to each line of a batch."""
    from rag.shapes import reply_shape

    if (options.question is None) == (options.batch is None):
        return wrong("give a QUESTION, or --batch FILE")
    with _open(options) as library:
        if options.batch is None:
            reply = library.ask(
                options.question,
                after=options.after,
                articles=options.article,
                max_quotes=options.quotes,
                balance=options.balance,
            )
            shape = reply_shape(reply)
            keep(local_folder(options.index), shape, follows=bool(options.after))
            show(options, shape, told(reply))
            return 0
        from rag.lines import read_objects

        for _, line in read_objects(options.batch, "id", "question"):
            reply = library.ask(
                str(line["question"]),
                after=line.get("history", ()),
                articles=line.get("articles", ()),
                max_quotes=options.quotes,
                balance=options.balance,
            )
            show_json(reply_shape(reply, str(line["id"])))
    return 0


def compare(options: argparse.Namespace) -> int:
    """Put what speakers say side by side."""
    from rag.records import Comparison
    from rag.shapes import reply_shape

    with _open(options) as library:
        reply = library.compare(options.topic, speakers=options.speaker, articles=options.article)
    shape = reply_shape(reply)
    keep(local_folder(options.index), shape, follows=False)
    if options.format is not None and isinstance(reply, Comparison):
        from rag.formats import comparison_csv, comparison_markdown

        write = comparison_csv if options.format == "csv" else comparison_markdown
        sys.stdout.flush()
        sys.stdout.buffer.write(write(reply).encode("utf-8"))  # line ends as the format wants them
        sys.stdout.buffer.flush()
        return 0
    show(options, shape, told(reply))
    return 0


def search(options: argparse.Namespace) -> int:
    """Rank passages."""
    from rag.shapes import hit_shape

    with _open(options) as library:
        for hit in library.search(options.query, k=options.k, articles=options.article):
            shape = hit_shape(hit)
            line = f"{shape['score']:.4f}\t{shape['article']}:{shape['start']}-{shape['end']}\n{shape['text']}\n"
            show(options, shape, line)
    return 0


def statements(options: argparse.Namespace) -> int:
    """Print who said what in articles of the library, or in the texts of a batch, which need no library."""
    from rag.languages import not_english
    from rag.shapes import statements_shape

    if options.batch is not None:
        return wrong("give --article ID, or --batch FILE") if options.article else _statements_of_texts(options.batch)
    with _open(options) as library:
        for article_id in options.article or [summary.id for summary in library.articles()]:
            article, said = library.article(article_id), library.statements(article_id)
            shape = {"article": article.id, "statements": statements_shape(said)}
            if options.json or said:
                show(options, shape, told_statements(article, said))
            if not said:
                language = not_english(article.text)
                why = "as far as its words show" if language is None else f"in {language}: only English is read"
                say(f"nobody is found to say anything in {article.id}, {why}")
    return 0


def serve(options: argparse.Namespace) -> int:
    """Open the web chat."""
    from dataclasses import replace

    from rag.web.options import options_of

    named = ("auth", "max_articles", "read_only", "base_path", "log_questions", "names", "proxies")
    given = {name: getattr(options, name) for name in named if getattr(options, name) not in (None, False)}
    chosen = replace(options_of(os.environ), **given)
    from rag.web import quick_start

    with quick_start():
        from rag.web.server import serve as serve_page
    with _open(options) as library:
        serve_page(library, options.host, options.port, announce=say, options=chosen)
    return 0


def password(options: argparse.Namespace) -> int:
    """Write a name with its password into a file for `rag serve --auth`."""
    from rag.web.passwords import write_password

    if sys.stdin.isatty():
        from getpass import getpass

        secret = getpass("Password: ")
        if getpass("The same once more: ") != secret:
            return wrong("the two passwords differ")
    else:
        secret = sys.stdin.readline().rstrip("\r\n")
    new = write_password(options.file, options.name, secret)
    say(f"{options.name} {'can log in now' if new else 'has a new password'}: {options.file}")
    return 0


def _statements_of_texts(path: Path) -> int:
    """Read each line of a batch; a text that cannot be an article is named and skipped."""
    from rag.articles import read_text
    from rag.errors import DataError
    from rag.lines import read_objects, wanted
    from rag.shapes import statements_shape
    from rag.speakers import StatementReader
    from rag.split import sentences

    reader, done, failed = StatementReader(), 0, 0
    for number, line in read_objects(path, "id", "text"):
        if not isinstance(line["text"], str):
            raise DataError(path, "its text is not a string", wanted(("id", "text")), line=number)
        try:
            article = read_text(line["text"], name=f"the text of {path}, line {number},")
        except ReadError as error:
            say(f"skipped: {error}")
            failed += 1
            continue
        show_json({"id": str(line["id"]), "statements": statements_shape(reader.read(article, sentences(article)))})
        done += 1
    return 1 if failed and not done else 0


def _open(options: argparse.Namespace, *, create: bool = False) -> Library:
    from rag.library import open_library

    return open_library(options.index, load_settings(), create=create)
