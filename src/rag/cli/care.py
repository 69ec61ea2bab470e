"""The commands that look after a library: each takes its options and returns its exit code."""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.cli.show import say, show
from rag.errors import SettingError
from rag.settings import load_settings


def verify(options: argparse.Namespace) -> int:
    """Check the whole library; 1 when something is wrong."""
    from rag.library import open_library

    with open_library(options.index, load_settings()) as library:
        problems = list(library.verify())
        count = len(library.articles()) if not problems else 0
    line = "\n".join(problems) or f"all is well: {count} article{'' if count == 1 else 's'} checked"
    show(options, {"ok": not problems, "problems": problems}, line)
    return 1 if problems else 0


def build(options: argparse.Namespace) -> int:
    """Build or repair the index."""
    from rag.library import open_library

    with open_library(options.index, load_settings()) as library:
        library.build()
        listed = library.articles()
    passages = sum(summary.passages for summary in listed)
    line = f"built: {passages} passages of {len(listed)} articles"
    show(options, {"articles": len(listed), "passages": passages}, line)
    return 0


def backup(options: argparse.Namespace) -> int:
    """Write all of a library into one file, while it is in use."""
    from rag.store import back_up

    size = back_up(_folder(options), options.file)
    show(options, {"file": str(options.file), "bytes": size}, f"{options.file}: {size / 1e6:,.1f} MB")
    return 0


def restore(options: argparse.Namespace) -> int:
    """Put what is in a backup into the folder of a library, and build its index."""
    from rag.library import open_library
    from rag.store import restore as bring_back

    bring_back(options.file, _folder(options), replace=options.replace)
    say("restored; building the index")
    with open_library(options.index, load_settings()) as library:
        library.settle()
        count = library.count()
    line = f"restored: {count:,} article{'' if count == 1 else 's'}"
    show(options, {"articles": count}, line)
    return 0


def _folder(options: argparse.Namespace) -> Path:
    """The folder of a library that has one."""
    if not isinstance(options.index, Path):
        raise SettingError("index", str(options.index), "a folder; Milvus has a tool of its own, milvus-backup")
    return options.index
