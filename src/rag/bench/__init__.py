"""Speed: beside plain sentence-transformers, of the page in a browser, and of the server under many users."""

from rag.bench.page import bench_page
from rag.bench.serving import Load, bench_serving
from rag.bench.speed import bench

__all__ = ["Load", "bench", "bench_page", "bench_serving"]
