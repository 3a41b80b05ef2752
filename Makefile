# Doorstep's commands; `make help` lists them. Everything they make stays in .venv, .tools and .data.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
PY := .venv/bin/python
APPS := base accounts orders finance deliveries returns workflows integrations analytics config
LINT := ruff types floors migrations templates translations
export PYTHONUNBUFFERED := 1

.PHONY: help up demo shell test lint $(LINT) bench soak messages lock clean runtime everything

help: ## List the commands
	@echo "Doorstep: make <command>"
	@sed -nE 's/^([a-z]+):.*## (.*)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | while IFS="$$(printf '\t')" read -r name text; do printf '  %-8s %s\n' "$$name" "$$text"; done

up: runtime ## Start everything and keep it running (PORT=8001, HOST=0.0.0.0, ONLY=web|worker|beat)
	@exec $(PY) manage.py up $(if $(PORT),--port '$(PORT)') $(if $(HOST),--host '$(HOST)') $(if $(ONLY),--only '$(ONLY)')

demo: runtime ## Make the demo data of the running Doorstep and print the logins
	@exec $(PY) manage.py demo

shell: runtime ## A Python shell in the running Doorstep
	@exec $(PY) manage.py shell

test: everything ## Run the tests (ARGS="tests/base -k money" for some of them, JOBS=n)
	@exec $(PY) -m pytest -n $(or $(JOBS),logical) --maxprocesses 8 -q $(ARGS)

lint: everything ## Check style, types, floors, migrations, templates and translations
	@exec $(MAKE) -k -j2 --output-sync=target $(LINT)

bench: everything ## Measure speed into .data/bench.json (ONLY=name, ROWS=n)
	@exec $(PY) -m tests.bench $(if $(ONLY),--only '$(ONLY)') $(if $(ROWS),--rows '$(ROWS)')

soak: everything ## The long fault and volume runs
	@exec $(PY) -m pytest -q -m soak $(ARGS)

messages: everything ## Extract the texts of pages and code into locale/ (needs GNU gettext)
	@exec $(PY) manage.py makemessages -l fr -l ar --no-obsolete -i .venv -i .data -i tests

lock: everything ## Resolve the dependencies of pyproject.toml anew into uv.lock
	@uv=$$(command -v uv || echo .tools/uv/bin/uv); UV_PYTHON_DOWNLOADS=never "$$uv" lock $(if $(UPGRADE),--upgrade) && $(PY) -m config.runner.scrub_lock

clean: ## Remove caches and installed packages (keeps .data)
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

runtime everything:
	@config/runner/install.sh $@

ruff:
	@$(PY) -m ruff check --quiet --output-format concise . && $(PY) -m ruff format --quiet --check . && echo "✓ style"

# mypy's Django plugin loads the settings, which need values but connect to nothing.
types: export SECRET_KEY = lint
types: export FIELD_KEYS = lint
types: export DATABASE_URL = postgres://lint:lint@localhost/lint
types: export REDIS_URL = redis://localhost/0
types:
	@$(PY) -m mypy --no-error-summary $(APPS) && echo "✓ types"

floors:
	@.venv/bin/lint-imports > .venv/floors.txt || { cat .venv/floors.txt; exit 1; }; echo "✓ floors"

migrations: export LOG_LEVEL = WARNING
migrations:
	@$(PY) -m tests.servers $(PY) -m tests.check_migrations

templates:
	@.venv/bin/djlint --lint --quiet templates && echo "✓ templates"

translations:
	@$(PY) -m config.check_translations
