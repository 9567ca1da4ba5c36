# Where Python may not keep what it compiled, each of a test's many processes compiles all of it anew.
unexport PYTHONDONTWRITEBYTECODE

# `make` alone lists the commands.
.DEFAULT_GOAL := help
BIN := .venv/bin

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: ## Install what running needs into this folder
	@python3 tools/setup.py

setup-dev:
	@python3 tools/setup.py --dev

run: setup ## Start the demo council on http://localhost:8000 (PORT chooses the port; WASTE=whitespace: over a waste system it has already; SSO=1: with a sign-in of its own); Ctrl-C stops it
	@DOORSTEP_DEMO=1 DOORSTEP_WASTE=$(WASTE) DOORSTEP_SSO=$(SSO) $(BIN)/python -m doorstep.cli.main run

check: setup-dev ## Format, lint, types, floors, migrations and services, in under a minute
	@$(MAKE) -s -j2 -Otarget -o setup-dev types rules services

# The parts of `check`, two at the same time; what each says comes in one piece.
types: setup-dev
	@DOORSTEP_DEMO=1 $(BIN)/mypy doorstep

rules: setup-dev
	@$(BIN)/ruff format --check -q doorstep tests tools bench standins
	@$(BIN)/ruff check -q doorstep tests tools bench standins
	@$(BIN)/lint-imports --no-cache
	@DOORSTEP_DEMO=1 $(BIN)/python -m doorstep.cli.main makemigrations --check --dry-run

services: setup-dev ## Check every service and play all its examples
	@DOORSTEP_DEMO=1 $(BIN)/python -m doorstep.cli.main services check
	@DOORSTEP_DEMO=1 $(BIN)/python -m doorstep.cli.main migrate -v 0
	@DOORSTEP_DEMO=1 $(BIN)/python -m doorstep.cli.main services play

test: setup-dev ## Run all checks and tests
	@$(MAKE) -s -j2 -o setup-dev tests meanwhile

tests: setup-dev
	@$(BIN)/python -m pytest -n 3 --dist worksteal -q

# The parts of `check`, with what the tests leave of the machine. Types come first: they need no database, and a server
# that they started would be as patient as they are.
meanwhile: setup-dev
	@nice $(MAKE) -s -Otarget -o setup-dev types rules services

test-long: check ## Run everything, with fault tests at full size; about half an hour
	@DOORSTEP_LONG=1 $(BIN)/python -m pytest -n 3 --dist worksteal -q

outages: setup-dev ## Go through each outage of each outside system; writes docs/outages.md
	@DOORSTEP_LONG=1 DOORSTEP_OUTAGES=write $(BIN)/python -m pytest -q tests/faults/test_outages.py -k journey

guards: setup-dev ## Take out one guard at a time and see its test fail
	@$(BIN)/python tools/guards.py

bench: setup-dev ## Measure with 500,000 cases beside two ceilings; writes bench/README.md (QUICK=1: half a minute, writes nothing)
	@$(BIN)/python -m bench.run

sbom: setup-dev ## List what a running Doorstep is made of, with digests and licences, in sbom.json (CycloneDX)
	@$(BIN)/python tools/sbom.py

words: setup-dev ## Bring locale/*/LC_MESSAGES/django.po up to the pages' text, for translators
	@$(BIN)/pybabel -q extract -F babel.cfg --no-location --omit-header -o locale/django.pot .
	@$(BIN)/pybabel -q update -D django -i locale/django.pot -d locale --no-fuzzy-matching --ignore-obsolete

pages: setup-dev ## Write every page's text and tags to OUT, to hold a change of templates against (some minutes)
	@PYTHONPATH=. $(BIN)/python tools/page_texts.py $(OUT)

screenshots: setup-dev ## Photograph every page of residents on the demo that `make run` started (PORT as there)
	@$(BIN)/python tools/screenshots.py

weights: setup-dev ## Weigh every page of residents on that demo, as it comes over the line
	@$(BIN)/python tools/weights.py

.PHONY: help setup setup-dev run check types rules services test tests meanwhile test-long guards outages bench sbom words pages screenshots weights
