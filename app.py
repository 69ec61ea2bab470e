"""Start the web page: settings -> library -> page; `HOST`, `PORT` and `RAG_INDEX` say where and on what.

`rag.web.options` names the other variables.
"""

import logging
import os
import sys
from pathlib import Path

from rag.address import read_location
from rag.errors import RagError
from rag.library import open_library
from rag.settings import load_settings
from rag.web import quick_start
from rag.web.options import options_of

with quick_start():
    from rag.web.server import port_number, serve

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        index = read_location(os.environ.get("RAG_INDEX") or str(Path(__file__).with_name("index")))
        port = port_number(os.environ.get("PORT", "7860"))
        options = options_of(os.environ)
        with open_library(index, load_settings()) as library:
            serve(library, os.environ.get("HOST", "127.0.0.1"), port, options=options)
    except RagError as error:
        sys.exit(str(error))
