"""The web page: rendering, layout and the server; the only room that imports Gradio.

Importing this package keeps Gradio and the model hub offline, and Gradio's books short, before either is loaded.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
# Gradio sums up the times of its last 10,000 events anew after each one, for a page that is not served here.
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "64"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"


@contextmanager
def quick_start() -> Iterator[None]:
    """Collect no garbage while the web's libraries are imported: they make many objects that stay."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
