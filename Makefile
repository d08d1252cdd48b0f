# Two commands matter: `make render` fills output/, `make test` checks everything that this machine can check alone;
# `make test-world` tries what is heavy, with other people's frameworks.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

# Manim's text is drawn by Pango, which is compiled against its headers.
HEADERS = build-essential pkg-config libpango1.0-dev
ROOT := $(shell test "$$(id -u)" = 0 || echo sudo)

.PHONY: render gallery test test-world bench fix clean pango

render: $(VENV)/.installed
	$(BIN)/python -m vizgd render

# The pictures of docs/gallery.md, those that would come out otherwise.
gallery: $(VENV)/.installed pango
	$(BIN)/python -m pip install --quiet --editable '.[manim]'
	$(BIN)/python -m docs.gallery

test: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2

# What is missing fails there: nothing is skipped.
test-world: $(VENV)/.installed-world
	$(BIN)/pytest tests/world

bench: $(VENV)/.installed pango
	$(BIN)/python -m pip install --quiet --editable '.[bench,manim]'
	$(BIN)/python -m benchmarks

fix: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m vizgd.base.rooms CONTRIBUTING.md

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python pango
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@ $(VENV)/.installed

$(VENV)/.installed-world: pyproject.toml | $(BIN)/python pango
	$(BIN)/python -m pip install --quiet --editable '.[world]'
	touch $@ $(VENV)/.installed-test $(VENV)/.installed

pango:
	@pkg-config --exists pangocairo 2>/dev/null || case "$$(uname)" in \
	  Linux) $(ROOT) apt-get update -qq && $(ROOT) apt-get install -y -qq $(HEADERS) ;; \
	  Darwin) brew install cairo pango pkg-config ;; \
	esac
