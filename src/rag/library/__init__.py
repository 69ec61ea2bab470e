"""The facade: opens a library once and wires the stages, from a file to a reply."""

from rag.library.adding import Added, Arrival
from rag.library.library import Library
from rag.library.opening import SEEDS, open_library
from rag.library.preparing import Preparing

__all__ = ["SEEDS", "Added", "Arrival", "Library", "Preparing", "open_library"]
