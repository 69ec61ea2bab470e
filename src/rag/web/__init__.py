"""The web page: rendering, layout and the server; the only room that imports Gradio.

Importing this package keeps Gradio and the model hub offline before either is loaded.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
