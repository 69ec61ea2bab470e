"""The words that `rag` understands: every command with its options."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rag.address import Location, read_location
from rag.cli import adding, care, commands, export, ingesting, measure
from rag.errors import SettingError
from rag.version import VERSION

SUITES = ("answers", "attribution", "ranking", "refusal", "retrieval")
"""Those of `rag.evaluate`, which is not imported to say so."""

NOTATIONS = ("markdown", "html", "bibtex", "csl-json", "annotation")
"""Those of `rag.formats`, which is not imported to say so."""


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; what it parses has the command's function as `run`."""
    parser = argparse.ArgumentParser(
        prog="rag", description="Ask articles; get their own words, with the place of each."
    )
    parser.add_argument("--version", action="version", version=f"ask-the-article {VERSION}")
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_library_commands(parsers)
    _add_bulk_commands(parsers)
    _add_measuring_commands(parsers)
    return parser


def _add_library_commands(parsers: Any) -> None:
    add = _command(
        parsers,
        "add",
        adding.add,
        "Add articles: text, Markdown, HTML, PDF and Word files, folders of them, addresses, or - for pasted text.",
    )
    add.add_argument("path", nargs="+", metavar="PATH|URL|-")
    for name in ("title", "published", "source"):
        add.add_argument(f"--{name}", help=f"{name}, instead of what the text says")
    add.add_argument("--author", action="append", help="author; may be given several times")

    _command(parsers, "articles", commands.articles, "List the articles.")
    _command(parsers, "remove", commands.remove, "Remove articles.").add_argument("id", nargs="+", metavar="ID")
    show = _command(parsers, "show", commands.show_article, "Print the stored text of an article.")
    show.add_argument("id", metavar="ID")

    ask = _command(parsers, "ask", commands.ask, "Answer a question with quotes.")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument(
        "--batch", type=Path, metavar="FILE", help="questions as JSONL, - for stdin; prints a reply a line"
    )
    ask.add_argument("--after", nargs="+", default=(), metavar="QUESTION", help="earlier questions, oldest first")
    ask.add_argument("--article", nargs="+", default=(), metavar="ID", help="look in these articles only")
    balance = ask.add_mutually_exclusive_group()
    balance.add_argument(
        "--strict", dest="balance", action="store_const", const="strict", help="rather refuse than quote what is unsure"
    )
    balance.add_argument(
        "--eager", dest="balance", action="store_const", const="eager", help="rather quote what is unsure than refuse"
    )
    ask.add_argument("--quotes", type=_positive, metavar="N", help="at most N quotes")

    compare = _command(parsers, "compare", commands.compare, "Put what speakers say side by side.")
    compare.add_argument("topic", nargs="?", default="", metavar="TOPIC", help="the articles' own topics when left out")
    compare.add_argument(
        "--speaker", nargs="+", action="extend", default=[], metavar="NAME",
        help="names, roles, countries or groups of the only speakers to compare",
    )  # fmt: skip
    compare.add_argument("--article", nargs="+", default=(), metavar="ID", help="look in these articles only")
    compare.add_argument("--format", choices=("markdown", "csv"), help="print it as a file of this kind")

    exports = _command(
        parsers,
        "export",
        export.export,
        "Write a reply or a conversation for other programs. Without FILE it is the last reply of rag ask or rag "
        "compare (not of --batch), which they keep in the folder of the library. Every quote is checked.",
    )
    exports.add_argument("file", nargs="?", type=Path, metavar="FILE",
                         help="replies as ask --json, --batch or compare --json printed them, - for stdin")  # fmt: skip
    exports.add_argument("--conversation", action="store_true",
                         help="all replies since the last question that was asked without --after")  # fmt: skip
    exports.add_argument("--format", choices=NOTATIONS,
                         help="the notation (what the name of --output ends in, else markdown)")  # fmt: skip
    exports.add_argument("--output", type=Path, metavar="PATH", help="write this file, and replace it if it is there")

    search = _command(parsers, "search", commands.search, "Rank passages for a query.")
    search.add_argument("query", metavar="QUERY")
    search.add_argument("-k", type=_positive, default=10, metavar="N", help="passages (10)")
    search.add_argument("--article", nargs="+", default=(), metavar="ID", help="look in these articles only")

    statements = _command(parsers, "statements", commands.statements, "List who said what.")
    statements.add_argument("--article", nargs="+", default=(), metavar="ID", help="in these articles only")
    statements.add_argument("--batch", type=Path, metavar="FILE",
                            help="in texts as JSONL of id and text, - for stdin; needs no library")  # fmt: skip

    _command(parsers, "verify", care.verify, "Check the whole library; exit 1 names what is wrong.")
    _command(
        parsers, "build", care.build,
        "Build or repair the index from what is stored, and make anew what was altered of sentences and who said what.",
    )  # fmt: skip
    backup = _command(parsers, "backup", care.backup, "Write all of a library into one file, also while it is in use.")
    backup.add_argument("file", type=Path, metavar="FILE", help="a new file")
    restore = _command(parsers, "restore", care.restore, "Put a backup in place, also while the library is in use.")
    restore.add_argument("file", type=Path, metavar="FILE", help="what rag backup wrote")
    restore.add_argument("--replace", action="store_true", help="in the place of the library that is there")

    serve = _command(parsers, "serve", commands.serve, "Open the web chat.")
    serve.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    serve.add_argument("--port", type=_port, default=os.environ.get("PORT", "7860"))
    serve.add_argument("--auth", type=Path, metavar="FILE", help="names and passwords, written by: rag password")
    serve.add_argument("--read-only", action="store_true", help="nobody adds, renames or removes articles there")
    serve.add_argument("--max-articles", type=_positive, metavar="N", help="articles that the library may hold")
    serve.add_argument("--base-path", type=_base_path, metavar="/PATH", help="the path below which it is reached")
    serve.add_argument("--site", nargs="+", dest="names", metavar="HOST",
                       help="host names that browsers may use for it, like that of a proxy")  # fmt: skip
    serve.add_argument("--proxy", nargs="+", dest="proxies", metavar="ADDRESS",
                       help="proxies that are believed in X-Forwarded-For and X-Forwarded-Proto")  # fmt: skip
    serve.add_argument("--log-questions", action="store_true", help="write questions into the log too")

    password = parsers.add_parser(
        "password", help="Write a name and its password for rag serve --auth.",
        description="Asks for the password twice, or reads a line of stdin; the file is made when it is not there.",
    )  # fmt: skip
    password.add_argument("file", type=Path, metavar="FILE")
    password.add_argument("name", metavar="NAME")
    password.set_defaults(run=commands.password, verbose=False)


def _add_bulk_commands(parsers: Any) -> None:
    ingest = _command(
        parsers,
        "ingest",
        ingesting.ingest,
        "Prepare many articles for rag load: files, folders, and JSONL of text, title?, authors?, published?, source?. "
        "What is done already is not done again.",
    )
    ingest.add_argument("path", nargs="+", type=Path, metavar="PATH")
    ingest.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the Parquet files")
    ingest.add_argument("--ray", nargs="?", const="local", metavar="ADDRESS",
                        help="work on all cores, or the Ray cluster there (each node sees PATH and DIR)")  # fmt: skip
    ingest.add_argument("--workers", type=_positive, metavar="N", help="with --ray: processors at most (all)")
    ingest.add_argument("--shard-articles", type=_positive, default=500, metavar="N",
                        help="articles in a file at most, and lost when a worker dies (500)")  # fmt: skip

    load = _command(parsers, "load", ingesting.load, "Add the articles that rag ingest prepared.")
    load.add_argument("folder", type=Path, metavar="DIR")


def _add_measuring_commands(parsers: Any) -> None:
    score = _command(parsers, "score", measure.score, "Score the candidate sentences of each question.")
    score.add_argument("file", type=Path, metavar="FILE", help="JSONL of id, question, candidates; - for stdin")
    score.add_argument("--apart", action="store_true", help="score each sentence without its neighbours")

    evaluate = _command(parsers, "evaluate", measure.evaluate, "Measure quality beside simple baselines.")
    evaluate.add_argument("suite", choices=SUITES)
    evaluate.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        required=True,
        help="labelled questions, or texts, as JSONL; answers also takes the feedback.jsonl of a library",
    )
    evaluate.add_argument(
        "--held-out",
        action="store_true",
        help="of a file to train on, only what no model learnt from (ranking, refusal)",
    )
    evaluate.add_argument("--seed", type=_seed, default=measure.SEED, metavar="N", help="of all chance (0)")
    evaluate.add_argument(
        "--resamples", type=_positive, default=measure.RESAMPLES, metavar="N", help="draws behind an interval (1000)"
    )
    evaluate.add_argument("--write", type=Path, metavar="PATH", help="Markdown file whose section is written anew")

    bench = _command(parsers, "bench", measure.bench, "Measure speed and memory beside other programs, or a server.")
    bench.add_argument("what", nargs="?", choices=("speed", "growth", "real", "page", "serve"), default="speed",
                       help="speed here (when left out), growing libraries, real texts beside those that growing ones "
                       "are put together from, the page, or a server")  # fmt: skip
    bench.add_argument("--users", type=_positive, default=50, metavar="N", help="serve: users at once (50)")
    bench.add_argument("--seconds", type=_positive, default=60, metavar="N", help="serve: how long they ask (60)")
    bench.add_argument("--through", choices=("page", "api"), default="page", help="serve: the way they ask (page)")
    bench.add_argument("--url", metavar="URL", help="serve: a server that runs on --index already")
    bench.add_argument("--text", type=Path, default=Path("index/articles/iran-azerbaijan.txt"), metavar="FILE",
                       help="the article to measure with (the default article)")  # fmt: skip
    bench.add_argument("--data", type=Path, metavar="DIR", help="growth: labelled data, train/ and dev/")
    bench.add_argument("--work", type=Path, default=Path("build/bench"), metavar="DIR",
                       help="growth: where libraries are made and texts are kept (build/bench)")  # fmt: skip
    bench.add_argument("--sizes", type=_size, nargs="+", default=(1_000, 10_000, 100_000, 1_000_000), metavar="N",
                       help="growth: passages of the libraries (1k 10k 100k 1M)")  # fmt: skip
    bench.add_argument("--paragraphs", type=_size, default=4_000, metavar="N",
                       help="growth: real paragraphs that texts are put together from (4000)")  # fmt: skip
    bench.add_argument("--files", type=_size, default=300, metavar="N",
                       help="growth: real articles that are added, beside txtai; 0 for none (300)")  # fmt: skip
    bench.add_argument("--patience", type=_positive, default=1_800, metavar="SECONDS",
                       help="growth: how long a baseline may take at one size (1800)")  # fmt: skip
    bench.add_argument("--seed", type=_seed, default=measure.SEED, metavar="N", help="growth: of all chance (0)")
    bench.add_argument("--write", type=Path, metavar="DIR", help="growth: folder whose scale.md is written anew")

    train = _command(parsers, "train", measure.train, "For maintainers: make the shipped models anew.")
    train.add_argument("what", choices=("encoder", "scorer", "evidence", "topics", "languages"))
    train.add_argument("--data", type=Path, metavar="DIR", required=True, help="labelled questions: train/ and dev/")
    train.add_argument("--work", type=Path, default=Path("build/train"), metavar="DIR",
                       help="states of a long training, to go on from")  # fmt: skip


def _command(
    parsers: Any, name: str, run: Callable[[argparse.Namespace], int], help_text: str
) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = parsers.add_parser(name, help=help_text, description=help_text)
    made.add_argument("--index", type=_location, default=os.environ.get("RAG_INDEX") or "index", metavar="DIR",
                      help="folder of the library, or milvus://HOST:PORT/NAME ($RAG_INDEX, else ./index)")  # fmt: skip
    made.add_argument("--json", action="store_true", help="print JSON, one object a line")
    made.add_argument("--verbose", action="store_true", help="tell more on stderr")
    made.set_defaults(run=run)
    return made


def _location(text: str) -> Location:
    try:
        return read_location(text)
    except SettingError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _positive(text: str) -> int:
    return _whole(text, 1, 10**6)


def _size(text: str) -> int:
    """A whole number, also in thousands or millions: `10k`, `1M`."""
    factors = {"k": 1_000, "M": 1_000_000}
    if text[-1:] in factors:
        return _whole(text[:-1], 1, 1_000) * factors[text[-1]]
    return _whole(text, 0, 10**8)


def _seed(text: str) -> int:
    return _whole(text, 0, 10**9 - 1)


def _port(text: str) -> int:
    return _whole(text, 0, 65_535)


def _base_path(text: str) -> str:
    return text.rstrip("/")


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number from {least} to {most}")
    return int(text)
