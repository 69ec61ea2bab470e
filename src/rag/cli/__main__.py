"""`python -m rag.cli` does what `rag` does."""

import sys

from rag.cli import main

sys.exit(main())
