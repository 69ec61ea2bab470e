"""Runs a command while a real Milvus server runs beside it, whose address is in $MILVUS_URI.

    python tests/milvus_servers.py lite FOLDER COMMAND ...
    python tests/milvus_servers.py standalone FOLDER COMMAND ...

`lite` is the C++ core of Milvus as `milvus-lite` 2.5 wraps it, run by the Python that has it. `standalone` is the
server of the package `milvus` 2.3.5, which that Python need not be able to import. It listens on every address: run it
where there is no network. FOLDER is made anew.
"""

from __future__ import annotations

import lzma
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STARTING = 120.0
"""Seconds that a server may take to start."""
_PORT, _HEALTH = 19_530, "http://127.0.0.1:9091/healthz"


class Standalone:
    """The server of a package `milvus`, unpacked, with its data in a folder; killed and started as often as wanted."""

    def __init__(self, package: Path, folder: Path, *, passwords: bool = False) -> None:
        self._folder, self._programs = folder, package.parent / "milvus-programs"
        self._passwords = str(passwords).lower()
        self._process: subprocess.Popen[bytes] | None = None
        self.uri = f"http://127.0.0.1:{_PORT}"
        self._programs.mkdir(exist_ok=True)
        for packed in (package / "data" / "bin").glob("*.lzma"):
            program = self._programs / packed.stem
            if not program.exists():
                half = program.with_suffix(".half")
                with lzma.open(packed) as source, half.open("wb") as target:
                    shutil.copyfileobj(source, target)
                half.chmod(0o755)
                half.rename(program)
        (folder / "configs").mkdir(parents=True)
        (folder / "logs").mkdir()
        template = (package / "data" / "config.yaml.template").read_text(encoding="utf-8")
        (folder / "configs" / "milvus.yaml").write_text(self._rendered(template), encoding="utf-8")
        shutil.copy(package / "data" / "glog.conf", folder / "configs")

    def start(self) -> None:
        """Start the server and wait until it is well."""
        environment = os.environ | {
            "DEPLOY_MODE": "STANDALONE",
            "METRICS_PORT": "9091",
            "MILVUS_RUN_DIR": str(self._folder / "run"),
            "LD_LIBRARY_PATH": str(self._programs),
        }
        with (self._folder / "logs" / "out.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "milvus", "run", "standalone"],
                cwd=self._folder, env=environment, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        until = time.monotonic() + _STARTING
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with urllib.request.urlopen(_HEALTH, timeout=5) as answer:
                    if b"OK" in answer.read():
                        return
            except OSError:
                time.sleep(0.2)
        self.kill()
        raise RuntimeError(f"Milvus has not started; see {self._folder / 'logs'}")

    def kill(self) -> None:
        """Stop the server as a fault would: at once, with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)

    def _rendered(self, template: str) -> str:
        places: dict[str, object] = {
            "authorization_enabled": self._passwords,
            "etcd_data_dir": self._folder / "data" / "etcd",
            "etcd_log_path": self._folder / "logs" / "etcd.log",
            "local_storage_dir": self._folder / "data",
            "rocksmq_data_dir": self._folder / "data" / "rocksmq",
            "system_log_path": self._folder / "logs",
        }

        def value(match: re.Match[str]) -> str:
            return str(places.get(match["name"], (match["default"] or "").strip()))

        return re.sub(r"\{\{ (?P<name>\w+)(?:\(\w+\))?(?:: (?P<default>[^}]*))? \}\}", value, template)


@contextmanager
def lite(folder: Path) -> Iterator[str]:
    """A server of the C++ core on a free port."""
    from milvus_lite.server import Server  # type: ignore[import-not-found, import-untyped, unused-ignore]

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    server = Server(str(folder / "lite.db"), address)
    if not (server.init() and server.start()):
        raise RuntimeError("Milvus Lite has not started")
    time.sleep(1)
    try:
        yield f"http://{address}"
    finally:
        server.stop()


@contextmanager
def standalone(folder: Path) -> Iterator[str]:
    """The server of a package beside this Python."""
    server = Standalone(package_of(Path(sys.prefix)), folder)
    server.start()
    try:
        yield server.uri
    finally:
        server.kill()


def package_of(environment: Path) -> Path:
    """The folder of the package `milvus` in a virtual environment."""
    return next(environment.resolve().glob("lib/python*/site-packages/milvus"))


if __name__ == "__main__":
    kind, place, *command = sys.argv[1:]
    shutil.rmtree(place, ignore_errors=True)
    Path(place).mkdir(parents=True)
    with {"lite": lite, "standalone": standalone}[kind](Path(place).absolute()) as uri:
        done = subprocess.run(command, env=os.environ | {"MILVUS_URI": uri}, check=False)
    sys.exit(done.returncode)
