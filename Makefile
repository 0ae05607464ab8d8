# What a fresh clone needs is made here: `make preview` and `make test` install what is missing and then run.
# Repeated, the installing steps compare a digest and end at once. `make help` lists the targets.

# A folder of examples/: its project and its stack prod, unless STACK names another.
EXAMPLE ?=
STACK ?= $(if $(EXAMPLE),prod,dev)
# sandbox (default; creates nothing outside this machine) or aws
CLOUD ?= $(or $(POOLWRIGHT_CLOUD),sandbox)
# Workers of the test run; the slowest tests run the real Pulumi engine, which itself keeps a core busy.
WORKERS ?= 2

VENV := .venv/bin
POOLWRIGHT := $(if $(EXAMPLE),cd examples/$(EXAMPLE) && $(CURDIR)/)$(VENV)/poolwright
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PYTHON
# Compiling pulumi_aws anew at every start would take most of a preview's time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install engine plan write preview check images up down refresh destroy test test-tools cases record lint format types lock doctor clean clean-cache

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22
	@echo "  STACK=dev chooses the stack, CLOUD=sandbox|aws the cloud, PYTHON=... the interpreter of .venv,"
	@echo "  EXAMPLE=customer-service a project of examples/: make preview EXAMPLE=customer-service"

install:  ## .venv with the locked packages
	@python=$$(sh tools/choose-python) && "$$python" tools/bootstrap.py

engine: install  ## the Pulumi CLI: from PATH, downloaded, or built
	@$(POOLWRIGHT) doctor --get --quiet

plan: install  ## plan STACK: sizes, reasons, money
	@$(POOLWRIGHT) plan $(STACK)

write: install  ## plan STACK and write its lock
	@$(POOLWRIGHT) plan $(STACK) --write

preview: engine  ## plan STACK, then show what the engine would do
	@$(POOLWRIGHT) plan $(STACK)
	@$(POOLWRIGHT) preview $(STACK) --cloud $(CLOUD)

check: engine  ## judge the lock of STACK, and what `up` would do
	@$(POOLWRIGHT) check $(STACK) --cloud $(CLOUD)

images: install  ## build the images of STACK that are not built yet, and put them into its lock
	@$(POOLWRIGHT) images $(STACK) --build --write

up: engine  ## build STACK as its lock says; `local` is planned and its images are built first
ifeq ($(STACK),local)
	@$(POOLWRIGHT) doctor --docker
	@$(POOLWRIGHT) plan local --write
	@$(POOLWRIGHT) images local --build --write
endif
	@$(POOLWRIGHT) up $(STACK) --cloud $(CLOUD)

down: engine  ## remove STACK; of `local` everything, its data and images too
ifeq ($(STACK),local)
	@$(POOLWRIGHT) destroy local --cloud $(CLOUD) --with-data --yes
	@$(POOLWRIGHT) images local --remove
else
	@$(POOLWRIGHT) destroy $(STACK) --cloud $(CLOUD)
endif

refresh: engine  ## read STACK's state from the cloud anew
	@$(POOLWRIGHT) refresh $(STACK) --cloud $(CLOUD)

destroy: engine  ## remove STACK; data is kept (see: poolwright destroy --help)
	@$(POOLWRIGHT) destroy $(STACK) --cloud $(CLOUD)

test-tools: install  ## what tests run beside the engine: Docker, a browser, a linter of pipelines
	@sh tools/install-docker
	@sh tools/install-chromium
	@sh tools/install-actionlint

test: engine test-tools  ## every test
	@$(VENV)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

cases: engine  ## write anew what the golden cases expect, then show what changed
	@$(VENV)/python -m pytest -q tests/test_cases.py tests/examples tests/poolwright/checks/test_documentation.py \
		tests/poolwright/checks/test_dockerfiles.py tests/poolwright/images/test_templates.py \
		tests/components/package/test_other_languages.py tests/poolwright/engine/sandbox/rules \
		tests/poolwright/render/test_pipeline.py --update-cases
	@git diff --stat -- tests/cases examples docs/examples docs/checks.md docs/images.md tests/poolwright/images docs/schemas/components.schema.json docs/sandbox-rules.md \
		tests/poolwright/render/pipelines

record: engine  ## keep what today's program makes, for later ones to be compared with: VERSION=0.2.0
	@$(VENV)/python -m tests.releases.record $(VERSION)

lint: install  ## ruff, formatting, pyright, import contracts
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(VENV)/pyright
	@$(VENV)/lint-imports

format: install  ## apply ruff's formatting and safe fixes
	@$(VENV)/ruff check --fix .
	@$(VENV)/ruff format .

lock:  ## resolve requirements/*.lock anew from pyproject.toml
	@python=$$(sh tools/choose-python) && "$$python" tools/bootstrap.py --lock

doctor: install  ## what is installed, what is missing, how to get it
	@$(POOLWRIGHT) doctor

clean:  ## remove .venv, caches of tools and the sandbox cloud of this checkout
	rm -rf .venv .poolwright .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

clean-cache: install  ## remove the downloaded or built Pulumi CLI and Go from the cache outside the checkout
	@$(POOLWRIGHT) doctor --clear-cache
