# Everything a developer types. Recipes are one line; what is cleverer lives in tools/.
PYTHON ?= python3
STACK ?= miaoban
ARCHITECTURE ?= x86_64
BIN := .venv/bin
PY := $(BIN)/python
SYNCED := .venv/.synced

export PYTHONPATH := layers/miaoban/python

.DEFAULT_GOAL := help
.PHONY: help demo up down clean status test check bench names lineage guide lists token publish generate import replay redrive openapi package deploy

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: up ## start the local cloud and file a first application, step by step
	$(PY) -m tools.demo

up: $(SYNCED) ## build template.yaml and deploy it on the local cloud (MIAOBAN_PORT=NNNN pins the port)
	@$(PY) -m tools.cloud up

down: $(SYNCED) ## stop the local cloud (its state is kept for the next make up)
	@$(PY) -m tools.cloud down

clean: $(SYNCED) ## stop the local cloud and forget its state
	@$(PY) -m tools.cloud clean

status: $(SYNCED) ## say whether the local cloud runs, and where
	@$(PY) -m tools.cloud status

test: $(SYNCED) ## run the tests
	$(PY) -m pytest -n auto --dist loadgroup

check: $(SYNCED) ## lint, format, types, floors, template
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PY) -m tools.openapi --check
	$(BIN)/cfn-lint template.yaml department.yaml infra/storage.yaml infra/messaging.yaml infra/keys.yaml infra/gateway.yaml infra/alarms.yaml

bench: $(SYNCED) ## measure, and compare with the budgets
	$(PY) -m benchmarks

names: $(SYNCED) ## say which standard material Q=NAME is, or the names in FILE=FILE
	@$(PY) -m tools.naming $(if $(FILE),--file "$(FILE)") $(if $(Q),"$(Q)")

token: $(SYNCED) ## print a token for ROLE=applicant|window|officer|supervisor|department|steward|intermediary
	@$(PY) -m tools.token $(ROLE)

publish: $(SYNCED) ## check and release the matters/ folders, or MATTER=NAME, as immutable versions; CHECK=1 only checks; SOURCES=FOLDER of own sources
	$(PY) -m tools.publish $(if $(CHECK),--check) $(if $(SOURCES),--sources "$(SOURCES)") $(MATTER)

generate: $(SYNCED) ## make up guide items: SIZE=shenyang|liaoning|COUNT OUT=FILE
	$(PY) -m tools.generate $(SIZE) --out "$(OUT)"

import: $(SYNCED) ## import FILE=FILE of guide items, and show how far it is
	@$(PY) -m tools.load "$(FILE)"

replay: $(SYNCED) ## decide RECEIPT=FILE again and compare
	$(PY) -m tools.replay $(RECEIPT)

redrive: $(SYNCED) ## move QUEUE=NAME's dead letters back to it
	$(PY) -m tools.redrive $(QUEUE)

lineage: $(SYNCED) ## say what depends on Q=source:...|field:...|material:..., or Q=matter:...|todo|burden|bundle:a+b
	@$(PY) -m tools.lineage "$(Q)"

guide: $(SYNCED) ## print the guide of MATTER=NAME in REGION=CODE as Markdown
	@$(PY) -m tools.guide "$(MATTER)" "$(REGION)"

lists: $(SYNCED) ## print the five public lists, or write them to OUT=FOLDER
	@$(PY) -m tools.guide lists $(OUT)

openapi: $(SYNCED) ## generate the OpenAPI documents in infra/ from the models
	$(PY) -m tools.openapi

package: $(SYNCED) ## build for AWS and upload to BUCKET=NAME (ARCHITECTURE=arm64|x86_64)
	$(PY) -m tools.aws package --bucket "$(BUCKET)" --architecture $(ARCHITECTURE)

deploy: $(SYNCED) ## build for AWS and deploy STACK=NAME ISSUER=URL JWKS=URL (BUCKET=NAME, ARCHITECTURE=arm64|x86_64)
	$(PY) -m tools.aws deploy --stack "$(STACK)" --bucket "$(BUCKET)" --architecture $(ARCHITECTURE) --issuer "$(ISSUER)" --jwks '$(JWKS)'

layers/vendor/requirements.txt: uv.lock $(SYNCED)
	$(BIN)/uv export --quiet --frozen --no-default-groups --no-emit-project --no-header --no-annotate --output-file $@

$(SYNCED): pyproject.toml uv.lock
	@$(PYTHON) -I tools/bootstrap.py
