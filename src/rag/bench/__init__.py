"""Speed: of this program beside plain sentence-transformers, and of its server under many users; nothing of quality."""

from rag.bench.serving import Load, bench_serving
from rag.bench.speed import bench

__all__ = ["Load", "bench", "bench_serving"]
