# Two commands do everything, set-up included: `make run` and `make test`.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
CLAUDE_STAMP := $(VENV)/.claude
MEMBERS := protos libs/kit services/gateway services/cache services/executor services/monitor sandbox
MEMBER_FILES := $(MEMBERS:%=%/pyproject.toml)
PYTEST := $(BIN)/python -m pytest
ONLY ?=
ARGS ?=

.PHONY: help setup run test check fmt lint types imports protos protos-check docs docs-check dashboards dashboards-check unit contract integration e2e chart chart-golden cluster-test images images-load bench screenshots lock lock-images clean

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/' | expand -t 18

setup: $(STAMP) ## make .venv with locked versions; costs nothing when nothing changed

$(STAMP): requirements/dev.txt requirements/uv.txt $(MEMBER_FILES)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Parley needs Python 3.11 or newer; set PYTHON=… to one.")'
	@echo "setup: a virtual environment in $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setup: the installer (uv)"
	@$(BIN)/python -m pip install --quiet --require-hashes --disable-pip-version-check -r requirements/uv.txt
	@echo "setup: locked packages"
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements/uv.txt requirements/dev.txt
	@echo "setup: Parley's own packages, editable"
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation $(MEMBERS:%=-e %)
	@touch $@

# The program of the engine that runs it, 380 MB. Without it its tests are skipped.
$(CLAUDE_STAMP): $(STAMP) requirements/claude.txt
	@echo "setup: the claude program, for its tests"
	@if VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --require-hashes -r requirements/claude.txt; then touch $@; fi

run: export PARLEY_SANDBOX_GATEWAYS := $(or $(GATEWAYS),$(PARLEY_SANDBOX_GATEWAYS))
run: export PARLEY_SANDBOX_CACHES := $(or $(CACHES),$(PARLEY_SANDBOX_CACHES))
run: export PARLEY_SANDBOX_EXECUTORS := $(or $(EXECUTORS),$(PARLEY_SANDBOX_EXECUTORS))
run: export PARLEY_SANDBOX_REDIS := $(or $(REDIS_URL),$(if $(filter-out 0,$(REDIS)),local),$(PARLEY_SANDBOX_REDIS))
run: export PARLEY_SANDBOX_ENGINE := $(or $(ENGINE),$(PARLEY_SANDBOX_ENGINE))
run: $(STAMP) $(if $(filter claude_cli,$(ENGINE)),$(CLAUDE_STAMP)) ## the whole system with its page: GATEWAYS=2 CACHES=2 EXECUTORS=2 REDIS=1 ENGINE=claude_cli; DISCORD_TOKEN, ANTHROPIC_API_KEY make it real
	@exec $(BIN)/parley-sandbox up

test: $(STAMP) $(CLAUDE_STAMP) ## all tests; what needs a tool that is not there is skipped with the line that installs it
	$(PYTEST) $(ARGS)

check: lint types imports protos-check docs-check dashboards-check unit contract integration chart ## what one runs before handing in

fmt: $(STAMP) ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

lint: $(STAMP) ## style and the rules of the contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/buf lint

types: $(STAMP) ## mypy --strict over everything hand-written
	$(BIN)/mypy

imports: $(STAMP) ## the directions of docs/architecture.md
	$(BIN)/lint-imports

protos: $(STAMP) ## generate protos/gen
	$(BIN)/python protos/generate.py

protos-check: $(STAMP) ## generated code is fresh and the contract broke nobody
	$(BIN)/python protos/generate.py --check
	$(BIN)/python tools/buf_breaking.py

docs: $(STAMP) ## write the pages that are generated from the code
	$(BIN)/python tools/configuration.py
	$(BIN)/python tools/chart.py

docs-check: $(STAMP) ## the generated pages are fresh
	$(BIN)/python tools/configuration.py --check
	$(BIN)/python tools/chart.py --check

dashboards: $(STAMP) ## write Grafana's dashboards into charts/parley
	$(BIN)/python tools/dashboards/generate.py

dashboards-check: $(STAMP) ## the committed dashboards are fresh
	$(BIN)/python tools/dashboards/generate.py --check

unit: $(STAMP) ## pure cores, in seconds
	$(PYTEST) tests/unit $(ARGS)

contract: $(STAMP) $(CLAUDE_STAMP) ## one suite a port, on every adapter
	$(PYTEST) tests/contract $(ARGS)

integration: $(STAMP) $(CLAUDE_STAMP) ## each service over real loopback gRPC
	$(PYTEST) tests/integration $(ARGS)

e2e: $(STAMP) ## the whole system through the sandbox and a headless browser
	$(PYTEST) tests/e2e $(ARGS)

chart: $(STAMP) ## the Helm chart: lint, every set-up, refusals, who reaches whom, Kubernetes' own schemas
	$(PYTEST) tests/chart $(ARGS)

chart-golden: $(STAMP) ## write the chart's golden files anew; read the difference before you commit it
	PARLEY_GOLDEN=write $(PYTEST) tests/chart/test_golden.py

cluster-test: $(STAMP) ## the chart on the current context's cluster, which must be marked for tests: docs/testing.md; ONLY=… for some
	PYTHONPATH=tests $(BIN)/python -m cluster $(ONLY) $(ARGS)

images: ## the five images, by docker, podman or buildah: REGISTRY=… TAG=… PUSH=1 CLAUDE=1, or BUILD='own builder and context'
	@$(PYTHON) tools/images.py $(if $(filter-out 0,$(PUSH)),push,build) --registry '$(REGISTRY)' --tag '$(TAG)' --command '$(BUILD)' \
		$(if $(filter-out 0,$(CLAUDE)),--claude)

images-load: ## put them on the nodes of kind, k3d or minikube, whichever the current context is; or LOAD='own loader'
	@$(PYTHON) tools/images.py load --registry '$(REGISTRY)' --tag '$(TAG)' --command '$(LOAD)'

bench: $(STAMP) $(CLAUDE_STAMP) ## benchmarks as ratios in one run; ONLY=… for some
	$(BIN)/python benchmarks $(ONLY)

screenshots: $(STAMP) ## pictures of the page for the docs
	$(BIN)/python tools/screenshots.py

lock: $(STAMP) ## resolve versions anew into requirements/
	$(BIN)/uv pip compile $(LOCK) --upgrade -o requirements/uv.txt requirements/uv.in
	$(BIN)/uv pip compile $(LOCK) --upgrade -o requirements/dev.txt requirements/dev.in $(MEMBER_FILES)
	@$(MAKE) --no-print-directory lock-images

lock-images: $(STAMP) ## what each image gets, at the versions of requirements/dev.txt
	$(foreach service,gateway cache executor monitor,$(call lock_image,$(service),$(KIT_FILES) services/$(service)/pyproject.toml)$(NEWLINE))
	$(call lock_image,sandbox,protos/pyproject.toml sandbox/pyproject.toml)
	$(call lock_image,build,requirements/build.in)
	$(call lock_image,claude,--no-deps requirements/claude.in)

# Written anew each time: what was there before would only be kept.
lock_image = rm -f requirements/$(1).txt && $(BIN)/uv pip compile $(LOCK) -c requirements/dev.txt -o requirements/$(1).txt $(2)

KIT_FILES := protos/pyproject.toml libs/kit/pyproject.toml
define NEWLINE


endef

LOCK := --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-package parley-protos --no-emit-package parley-kit

clean: ## remove what was made
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .parley
