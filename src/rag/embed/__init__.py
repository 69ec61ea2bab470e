"""Texts -> unit vectors (MEAN); knows the models, not what is done with the vectors.

Three encoders stand behind one seam: the bundled MiniLM on onnxruntime, multilingual-e5-small in 4 bits
for questions in another language than the article's, and any sentence-transformers model. None cuts a text off:
one that is longer than the model's window is encoded in windows, and its vector is their mean, weighted by length.
"""

from rag.embed.bundled import OnnxEncoder
from rag.embed.encoder import Encoder, Vector, Vectors
from rag.embed.files import BUNDLED_FOLDER, MODELS, check_files, load_session, load_tokenizer
from rag.embed.load import load_encoder
from rag.embed.multilingual import E5Encoder
from rag.embed.named import SentenceTransformerEncoder

__all__ = [
    "BUNDLED_FOLDER",
    "MODELS",
    "E5Encoder",
    "Encoder",
    "OnnxEncoder",
    "SentenceTransformerEncoder",
    "Vector",
    "Vectors",
    "check_files",
    "load_encoder",
    "load_session",
    "load_tokenizer",
]
