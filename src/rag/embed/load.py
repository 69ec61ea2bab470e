"""Settings -> the encoder that they name; knows which encoders there are."""

from __future__ import annotations

from rag.embed.bundled import OnnxEncoder
from rag.embed.encoder import Encoder
from rag.embed.files import BUNDLED_FOLDER
from rag.embed.multilingual import E5Encoder
from rag.embed.named import SentenceTransformerEncoder
from rag.settings import BUNDLED_ENCODER, MULTILINGUAL_ENCODER, Settings


def load_encoder(settings: Settings) -> Encoder:
    """Load the encoder that the settings name.

    Raises:
        ModelError: Weights that are missing or altered, or a named model that cannot be loaded.
        MissingPackageError: The encoder needs a package that is not installed.
    """
    if settings.encoder == BUNDLED_ENCODER:
        return OnnxEncoder(BUNDLED_FOLDER, threads=settings.threads)
    if settings.encoder == MULTILINGUAL_ENCODER:
        return E5Encoder(threads=settings.threads)
    return SentenceTransformerEncoder(settings.encoder)
