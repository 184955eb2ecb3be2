.PHONY: run test soak build check format bench lock setup setup-test help clean

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
PORT ?= 8000
CYCLES ?= 500
MINUTES ?= 30
EXAMPLES ?= 400

run: build  ## build, then serve site, API and staff desk on http://127.0.0.1:8000
	$(BIN)/form-api serve --port $(PORT) --database var/form-api.db --site site

build: $(READY)  ## the site, into site/
	$(BIN)/site-builder build --out site

test: setup-test  ## everything, in a real browser and real servers
	$(BIN)/pytest -n 2 --dist worksteal

soak: setup-test  ## load, kill and fuzz the API for hours; MINUTES, CYCLES and EXAMPLES bound it
	$(BIN)/python -m benchmarks.soak $(MINUTES)
	KILL_CYCLES=$(CYCLES) SCHEMATHESIS_EXAMPLES=$(EXAMPLES) \
		STATE_EXAMPLES=$(EXAMPLES) STATE_STEPS=60 $(BIN)/pytest -n 0 -s -o faulthandler_timeout=0 \
		tests/faults/test_kill.py tests/faults/test_openapi.py tests/form_api/test_state_machine.py

check: $(READY)  ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(READY)  ## put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup-test  ## measure against the anchors; results go into docs/
	$(BIN)/python -m benchmarks

lock: $(READY)  ## renew the locked versions after editing pyproject.toml or package.json
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --output-file requirements.txt --quiet
	scripts/lock-node

setup: $(READY)  ## the Python environment; compiled, because services may not write here
	$(BIN)/python -m compileall -q site_builder form_api form_definitions.py

$(READY): requirements.txt pyproject.toml
	scripts/setup-python $(VENV)
	touch $@

setup-test: setup node_modules/ready  ## browser, fonts, PostgreSQL and the npm checkers
	scripts/setup-debian

node_modules/ready: package-lock.json
	scripts/setup-node
	touch $@

help:  ## list these words
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

clean:  ## forget everything that was made
	rm -rf site .cache var
