"""Speed: beside other programs, as a library grows, of the page in a browser, and of the server under many users."""

from rag.bench.growth import bench_growth, bench_real
from rag.bench.measures import Plan
from rag.bench.page import bench_page
from rag.bench.serving import Load, bench_serving
from rag.bench.speed import bench
from rag.bench.told import growth_shape, growth_table, write_growth, write_real

__all__ = [
    "Load",
    "Plan",
    "bench",
    "bench_growth",
    "bench_page",
    "bench_real",
    "bench_serving",
    "growth_shape",
    "growth_table",
    "write_growth",
    "write_real",
]
