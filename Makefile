# Linbang 邻帮. `make help` lists what can be done; everything stays inside this folder.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run demo test check bench torture

# The machine's own Python, 3.11 or newer; none is downloaded.
export UV_PYTHON_PREFERENCE := only-system
export UV_PYTHON_DOWNLOADS := never

PYTHON ?= python3
# A new enough uv on the PATH is used; else one is installed into .tools.
UV := $(shell uv cache dir >/dev/null 2>&1 && command -v uv || echo .tools/bin/uv)
RUN := $(UV) run --no-sync
# Options for the command: make run ARGS="--port 9000", make test ARGS="-k medicine".
ARGS ?=

help: ## list these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/' | expand -t 16
	@echo '  ARGS="…" adds options, e.g. make test ARGS="-k medicine"'

setup: .venv/.done ## install what is needed, into this folder

run: setup ## start the bot with an example compound; prints the address of the local chat
	@$(RUN) linbang run $(ARGS)

demo: setup ## the local chat with an example compound that is forgotten at the end
	@$(RUN) linbang demo $(ARGS)

test: setup ## everything CI checks: format, lint, types, layers, tests with coverage
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports
	@mkdir -p build
	$(RUN) coverage erase
	$(RUN) coverage run -m pytest --numprocesses auto --dist loadfile $(ARGS) | tee build/pytest.txt
	$(RUN) coverage combine --quiet
	$(RUN) coverage report
	@tail -n 1 build/pytest.txt

check: setup ## look at settings, database and gateways; say what is wrong and how to mend it
	@$(RUN) linbang check $(ARGS)

bench: setup ## measure the engine on this machine
	@$(RUN) python -m bench $(ARGS)

torture: setup ## kill the bot in a storm of messages, again and again, and count
	@$(RUN) python -m bench.torture $(ARGS)

.venv/.done: pyproject.toml uv.lock $(filter .tools/%,$(UV))
	$(UV) sync --frozen --quiet
	@touch $@

.tools/bin/uv:
	@echo "Installing uv into .tools …"
	@$(PYTHON) -m venv .tools >/dev/null 2>&1 || { rm -rf .tools; \
	  echo "python3 cannot make a virtual environment here; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@.tools/bin/pip install --quiet --disable-pip-version-check "uv>=0.9"
