"""The command `rag`: parse, call, print. Results go to stdout, progress and messages to stderr."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import RagError, ReadError, UnreadableFileError
from rag.settings import load_settings
from rag.version import VERSION

if TYPE_CHECKING:
    from rag.library import Library
    from rag.records import Article, Quote, Reply


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 could not, 2 wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO if options.verbose else logging.WARNING, format="rag: %(message)s")
    try:
        return int(options.run(options))
    except RagError as error:
        _say(str(error))
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        _say("stopped")
        return 1


# Commands


def _add(options: argparse.Namespace) -> int:
    from rag.articles import Metadata

    given = Metadata(
        title=options.title,
        authors=tuple(options.author or ()),
        published=options.published,
        source=options.source,
    )
    added = failed = 0
    with _open(options, create=True) as library:
        for name in _sources(options.path):
            try:
                article = _read(name, given, library.settings.max_article_bytes)
                new = library.add(article)
            except ReadError as error:
                _say(f"skipped: {error}")
                failed += 1
                continue
            if not new:
                _say(f"skipped: {name} is in the library already, as {library.same_text(article)}")
                continue
            added += 1
            _print(options, {"id": article.id, "title": article.title}, f"{article.id}\t{article.title}")
        if added:
            library.refresh()
    return 1 if failed and not added else 0


def _articles(options: argparse.Namespace) -> int:
    from rag.shapes import summary_shape

    with _open(options) as library:
        for summary in library.articles():
            about = ", ".join([*summary.authors, *filter(None, [summary.published])])
            line = f"{summary.id}\t{summary.title}\t{about}\t{summary.characters:,} characters"
            _print(options, summary_shape(summary), line)
    return 0


def _remove(options: argparse.Namespace) -> int:
    with _open(options) as library:
        for article_id, title in library.remove(options.id).items():
            _print(options, {"id": article_id, "title": title}, f"removed {article_id}\t{title}")
        library.refresh()
    return 0


def _show(options: argparse.Namespace) -> int:
    with _open(options) as library:
        article = library.article(options.id)
    if options.json:
        _print(options, {"id": article.id, "title": article.title, "text": article.text}, "")
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(article.text.encode("utf-8"))
        sys.stdout.buffer.flush()
    return 0


def _ask(options: argparse.Namespace) -> int:
    from rag.shapes import reply_shape

    if (options.question is None) == (options.batch is None):
        return _wrong("give a QUESTION, or --batch FILE")
    with _open(options) as library:
        if options.batch is None:
            reply = library.ask(
                options.question, after=options.after, articles=options.article, max_quotes=options.quotes
            )
            _print(options, reply_shape(reply), _told(reply))
            return 0
        for line in _lines(options.batch):
            reply = library.ask(
                str(line["question"]),
                after=line.get("history", ()),
                articles=line.get("articles", ()),
                max_quotes=options.quotes,
            )
            print(json.dumps(reply_shape(reply, str(line["id"])), ensure_ascii=False), flush=True)
    return 0


def _search(options: argparse.Namespace) -> int:
    from rag.shapes import hit_shape

    with _open(options) as library:
        for hit in library.search(options.query, k=options.k, articles=options.article):
            shape = hit_shape(hit)
            line = f"{shape['score']:.4f}\t{shape['article']}:{shape['start']}-{shape['end']}\n{shape['text']}\n"
            _print(options, shape, line)
    return 0


def _verify(options: argparse.Namespace) -> int:
    with _open(options) as library:
        problems = list(library.verify())
        articles = len(library.articles()) if not problems else 0
    line = "\n".join(problems) or f"all is well: {articles} article{'' if articles == 1 else 's'} checked"
    _print(options, {"ok": not problems, "problems": problems}, line)
    return 1 if problems else 0


def _build(options: argparse.Namespace) -> int:
    with _open(options) as library:
        library.build()
        articles = library.articles()
    passages = sum(summary.passages for summary in articles)
    _print(
        options,
        {"articles": len(articles), "passages": passages},
        f"built: {passages} passages of {len(articles)} articles",
    )
    return 0


def _serve(options: argparse.Namespace) -> int:
    from rag.web.server import serve

    with _open(options) as library:
        serve(library, options.host, options.port, announce=_say)
    return 0


def _bench(options: argparse.Namespace) -> int:
    from rag.bench import bench

    figures = bench(options.text, load_settings())
    _print(options, figures, "\n".join(f"{name}\t{value}" for name, value in figures.items()))
    return 0


def _train(options: argparse.Namespace) -> int:
    from rag.train import make_encoder, make_evidence, make_reader

    logging.getLogger("rag").setLevel(logging.INFO)
    if options.what == "encoder":
        told = make_encoder()
    elif options.data is None:
        return _wrong(f"rag train {options.what} needs --data DIR, with the folders train and dev in it")
    else:
        make = {"reader": make_reader, "evidence": make_evidence}[options.what]
        told = make(options.data, load_settings())
    _print(options, told, json.dumps(told, indent=1))
    return 0


# Reading


def _open(options: argparse.Namespace, *, create: bool = False) -> Library:
    from rag.library import open_library

    return open_library(options.index, load_settings(), create=create)


def _sources(paths: Sequence[str]) -> Iterator[str]:
    """The files of every folder in the list, in order; everything else as it stands."""
    from rag.articles import SUFFIXES

    for path in paths:
        if path != "-" and Path(path).is_dir():
            files = (file for file in sorted(Path(path).rglob("*")) if file.suffix.lower() in SUFFIXES)
            yield from map(str, files)
        else:
            yield path


def _read(name: str, given: Any, limit: int) -> Article:
    from rag.articles import read_bytes, read_file

    if name == "-":
        return read_bytes(sys.stdin.buffer.read(limit + 1), name="pasted text", given=given, max_bytes=limit)
    return read_file(Path(name), max_bytes=limit, given=given)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file.

    Raises:
        UnreadableFileError: The file cannot be read, or a line is not an object with an id and a question.
    """
    try:
        text = path.read_text(encoding="utf-8") if str(path) != "-" else sys.stdin.read()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(str(path), str(error)) from error
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if not isinstance(value, dict) or not {"id", "question"} <= value.keys():
            raise UnreadableFileError(f"{path}, line {number},", 'it is not an object with "id" and "question"')
        yield value


# Printing


def _print(options: argparse.Namespace, shape: object, line: str) -> None:
    print(json.dumps(shape, ensure_ascii=False) if options.json else line, flush=True)


def _say(message: str) -> None:
    print(f"rag: {message}", file=sys.stderr, flush=True)


def _wrong(message: str) -> int:
    _say(message)
    return 2


def _told(reply: Reply) -> str:
    """A reply for the terminal: numbered quotes with their places, or why there are none."""
    from rag.records import Answer

    if isinstance(reply, Answer):
        return "\n".join(_told_quotes(reply.quotes))
    nearest = ["", "Nearest, though not an answer:", *_told_quotes(reply.nearest)] if reply.nearest else []
    return "\n".join([reply.message, *nearest])


def _told_quotes(quotes: Iterable[Quote]) -> Iterator[str]:
    for quote in quotes:
        speaker = f", {quote.speaker.name}" if quote.speaker else ""
        yield f"[{quote.number}] {quote.text}"
        yield f"    {quote.article.title}{speaker} ({quote.article.id}:{quote.range.start}-{quote.range.end})"


# Parsing


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rag", description="Ask articles; get their own words, with the place of each."
    )
    parser.add_argument("--version", action="version", version=f"ask-the-article {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], help_text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_text, description=help_text)
        made.add_argument("--index", type=Path, default=Path(os.environ.get("RAG_INDEX", "index")), metavar="DIR",
                          help="folder of the library ($RAG_INDEX, else ./index)")  # fmt: skip
        made.add_argument("--json", action="store_true", help="print JSON, one object a line")
        made.add_argument("--verbose", action="store_true", help="tell more on stderr")
        made.set_defaults(run=run)
        return made

    add = command("add", _add, "Add articles: files, folders, or - for pasted text.")
    add.add_argument("path", nargs="+", metavar="PATH|-")
    for name in ("title", "published", "source"):
        add.add_argument(f"--{name}", help=f"{name}, instead of what the text says")
    add.add_argument("--author", action="append", help="author; may be given several times")

    command("articles", _articles, "List the articles.")
    command("remove", _remove, "Remove articles.").add_argument("id", nargs="+", metavar="ID")
    command("show", _show, "Print the stored text of an article.").add_argument("id", metavar="ID")

    ask = command("ask", _ask, "Answer a question with quotes.")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument(
        "--batch", type=Path, metavar="FILE", help="questions as JSONL, - for stdin; prints a reply a line"
    )
    ask.add_argument("--after", nargs="+", default=(), metavar="QUESTION", help="earlier questions, oldest first")
    ask.add_argument("--article", nargs="+", default=(), metavar="ID", help="look in these articles only")
    ask.add_argument("--quotes", type=_positive, metavar="N", help="at most N quotes")

    search = command("search", _search, "Rank passages for a query.")
    search.add_argument("query", metavar="QUERY")
    search.add_argument("-k", type=_positive, default=10, metavar="N", help="passages (10)")
    search.add_argument("--article", nargs="+", default=(), metavar="ID", help="look in these articles only")

    command("verify", _verify, "Check the whole library; exit 1 names what is wrong.")
    command("build", _build, "Build or repair the index from what is stored.")
    bench = command("bench", _bench, "Measure speed beside plain sentence-transformers.")
    bench.add_argument("--text", type=Path, default=Path("index/articles/iran-azerbaijan.txt"), metavar="FILE",
                       help="the article to measure with (the default article)")  # fmt: skip

    serve = command("serve", _serve, "Open the web chat.")
    serve.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    serve.add_argument("--port", type=_port, default=os.environ.get("PORT", "7860"))

    train = command("train", _train, "For maintainers: make the shipped models anew.")
    train.add_argument("what", choices=("encoder", "reader", "evidence"))
    train.add_argument("--data", type=Path, metavar="DIR", help="labelled questions: train/ and dev/")
    return parser


def _positive(text: str) -> int:
    return _whole(text, 1, 10**6)


def _port(text: str) -> int:
    return _whole(text, 0, 65_535)


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number from {least} to {most}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
