# Everything is set up in .venv; a second run installs nothing.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 7860
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt

.PHONY: chat test bench audit clean

chat: .venv/chat.done
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/python app.py

test: .venv/test.done
	@command -v chromium >/dev/null || $(MAKE) --no-print-directory chromium
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

bench: .venv/test.done
	$(BIN)/rag bench

# Asks the internet whether any installed version has a known flaw.
audit: .venv/test.done
	@test -x .venv/audit/bin/pip-audit || { $(BIN)/python -m venv .venv/audit && .venv/audit/bin/pip install --quiet pip-audit; }
	.venv/audit/bin/pip-audit --path "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

.PHONY: chromium
chromium:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	else \
	  echo "The browser tests need Chromium. Install it with: sudo apt-get install chromium" >&2; exit 1; \
	fi

# torch first, alone: constraints.txt pins the build that the other packages are tested with.
.venv/base.done: pyproject.toml constraints.txt
	@echo "Setting up .venv (once, a few minutes)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) torch
	@touch $@

.venv/chat.done: .venv/base.done
	@$(PIP) -e .
	@touch $@

.venv/test.done: .venv/base.done
	@$(PIP) -e '.[test]'
	@touch $@ .venv/chat.done

clean:
	rm -rf .venv build dist src/*.egg-info
