# Everything is set up in .venv; a second run installs nothing.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 7860
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt

.PHONY: chat test test-milvus bench audit clean

chat: .venv/chat.done
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/python app.py

test: .venv/test.done
	@command -v chromium >/dev/null || $(MAKE) --no-print-directory chromium
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

# The suites of a library in Milvus, against real servers: the C++ core (Milvus Lite 2.5.1), the server 2.3.5, which is
# also killed, and the one that MILVUS_URI names. The server listens on every address, so it runs without a network.
MILVUS_SUITES := tests/test_contract_store.py tests/test_contract_search.py tests/test_milvus.py -k 'not sqlite'
test-milvus: .venv/test.done .venv/milvus.done
	.venv/milvus-lite/bin/python tests/milvus_servers.py lite build/milvus-lite $(BIN)/pytest $(MILVUS_SUITES)
	unshare -rn sh -c 'ip link set lo up && \
	  .venv/milvus-server/bin/python tests/milvus_servers.py standalone build/milvus $(BIN)/pytest "$$@" && \
	  MILVUS_PACKAGE=.venv/milvus-server $(BIN)/pytest tests/milvus_kill.py' sh $(MILVUS_SUITES)
ifdef MILVUS_URI
	$(BIN)/pytest $(MILVUS_SUITES)
else
	@echo "MILVUS_URI names no server, so no other one was tested" >&2
endif

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

# Servers that are for these tests alone; the old one needs packages that nothing here needs, so it comes without.
.venv/milvus.done: .venv/base.done
	@echo "Setting up servers of Milvus (once, a few minutes)" >&2
	@test -x .venv/milvus-lite/bin/python || $(BIN)/python -m venv .venv/milvus-lite
	@.venv/milvus-lite/bin/pip install --quiet setuptools==75.8.0 milvus-lite==2.5.1
	@test -x .venv/milvus-server/bin/python || $(BIN)/python -m venv .venv/milvus-server
	@.venv/milvus-server/bin/pip install --quiet --no-deps milvus==2.3.5
	@touch $@

clean:
	rm -rf .venv build dist src/*.egg-info
