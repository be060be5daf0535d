# `make help` lists what there is. Every target sets up first; that costs nothing when it is done.
PYTHON ?= $(shell command -v python3.11 || echo python3)
VENV = .venv/bin

.PHONY: help setup demo board study pretrain test test-quick check clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup:  ## make .venv with everything mirbench can use (GPU builds where there is a GPU)
	@$(PYTHON) scripts/setup.py

demo: setup  ## see the whole thing run on fresh questions, without a download
	@$(VENV)/python scripts/demo.py

board: setup  ## build a leaderboard of real runs of tiny models, and of the baselines
	@$(VENV)/python scripts/board.py

study: setup  ## compare the curriculum with other orders on a tiny model (hours of CPU)
	@$(VENV)/python -m scripts.study

pretrain: setup  ## teach the tiny model of the demo from nothing (half an hour of one core)
	@$(VENV)/python -m scripts.pretrain

test: setup  ## run the whole test suite
	@$(PYTHON) scripts/setup.py --env datasets36
	@$(PYTHON) scripts/setup.py --browser
	$(VENV)/python -m pytest -n 2 --dist loadfile

test-quick: setup  ## run the tests that need no engine, no browser and no patience
	$(VENV)/python -m pytest -m "not engine and not slow and not browser and not gpu"

check: setup  ## lint, formatting, types
	$(VENV)/ruff check
	$(VENV)/ruff format --check
	$(VENV)/mypy
	$(VENV)/shellcheck .ci/run

clean:  ## remove the environments and caches
	rm -rf .venv .venv-* .venv.lock build dist src/*.egg-info *.egg-info
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
