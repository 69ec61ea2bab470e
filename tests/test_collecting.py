import subprocess
import sys


def test_what_is_loaded_is_left_out_and_what_comes_later_is_still_collected() -> None:
    code = (
        "import gc, weakref\n"
        "from rag.collecting import collect_seldom\n"
        "class Circle: pass\n"
        "def circle():\n"
        "    one = Circle(); one.itself = one; return weakref.ref(one)\n"
        "collect_seldom()\n"
        "print(gc.get_freeze_count() > 1000)\n"
        "gone = circle()\n"
        "kept = [[] for _ in range(20_000)]\n"
        "print(gone() is None)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
