# Every tool of this project is one word here; `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

SWIFT ?= swift
VENV := .venv
PYTHON := $(VENV)/bin/python
# DuckDB's package is taken for its shared library, which wants that of Python.
PYTHON_PACKAGES := bullmq==3.4.4 pillow==11.3.0 duckdb==1.5.6
PHOTOGRAPH := $(VENV)/photograph/rocket.jpg
VIDEO := $(VENV)/photograph/rocket.mp4
PHOTOGRAPHS := $(VENV)/photographs
DEBIAN_PACKAGES := redis-server redis-tools openssl pkg-config curl python3 python3-venv libpython3-dev \
	libhiredis-dev libjson-c-dev \
	libmagickwand-6.q16-dev libpango1.0-dev libcairo2-dev fonts-dejavu-core fonts-noto-core fonts-noto-cjk \
	fonts-noto-color-emoji libimage-exiftool-perl libvips-tools libavcodec-dev libavfilter-dev \
	libavformat-dev libswresample-dev libswscale-dev ffmpeg imagemagick mediainfo tzdata chromium
# Two jobs at a time keep a small machine usable; a large one sets JOBS.
JOBS ?= $(shell nproc)
# How many random sequences `make conformance` plays, and what they follow from.
SEQUENCES ?= 2000
SEED ?= 1
LINTED := Package.swift Sources Tests LuaScripts Conformance Samples

export SWIFT_BACKTRACE ?= enable=no
export WARNINGS_AS_ERRORS ?= 1
export BULLMQ_PYTHON ?= $(CURDIR)/$(PYTHON)

.PHONY: help deps build system run demo demo-python demo-media test lint format unit conformance bench bench-api \
	bench-idle bench-media bench-watermark script-costs docs clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

deps: ## install what is missing: Debian packages, the official Python package
	@.ci/install-debian-packages $(DEBIAN_PACKAGES)
	@.ci/install-python-peer $(VENV) $(PYTHON_PACKAGES)
	@.ci/fetch-photographs $(PYTHON) $(PHOTOGRAPHS)
	@command -v $(SWIFT) > /dev/null || { \
		echo "Swift 6.2 or later is needed and not on the PATH: see https://www.swift.org/install" >&2; exit 1; }

build: deps ## build everything for development
	$(SWIFT) build -j $(JOBS)

SYSTEM := directus-stand-in queue-api media-worker

run: deps system ## run the whole system, do one job through it with curl, and show the dashboard until Ctrl-C (FILE=...)
	@$(call integration,)

demo: deps system ## the same, once
	@$(call integration,--once)

integration = bin="$$($(SWIFT) build -c release --show-bin-path)"; $(PYTHON) Samples/Run/integration.py $(1) \
	--directus "$$bin/directus-stand-in" --api "$$bin/queue-api" --worker "$$bin/media-worker" \
	--file "$(or $(FILE),$(PHOTOGRAPH))"

system:
	@$(if $(FILE),,.ci/fetch-photograph $(PYTHON) $(PHOTOGRAPH))
	@echo "Building $(SYSTEM) for release; the first time this takes some minutes."
	@for product in $(SYSTEM); do $(SWIFT) build -j $(JOBS) -c release --product $$product; done

demo-python: deps ## let Python enqueue jobs for a photograph and a Swift worker do them (FILE=... for your own)
	@$(if $(FILE),,.ci/fetch-photograph $(PYTHON) $(PHOTOGRAPH))
	@echo "Building the media worker for release; the first time this takes some minutes."
	$(SWIFT) build -j $(JOBS) -c release --product media-worker
	@$(PYTHON) Samples/Run/run.py --file "$(or $(FILE),$(PHOTOGRAPH))" \
		--worker "$$($(SWIFT) build -c release --show-bin-path)/media-worker"

demo-media: deps ## do every media operation through the queue, with a contact sheet (PHOTO=... VIDEO=... for your own)
	@.ci/fetch-photograph $(PYTHON) $(PHOTOGRAPH)
	@.ci/make-video $(PHOTOGRAPH) $(VIDEO)
	@echo "Building the media worker and media-tool for release; the first time this takes some minutes."
	$(SWIFT) build -j $(JOBS) -c release --product media-worker
	$(SWIFT) build -j $(JOBS) -c release --product media-tool
	@bin="$$($(SWIFT) build -c release --show-bin-path)"; $(PYTHON) Samples/Run/demo_media.py --worker "$$bin/media-worker" \
		--tool "$$bin/media-tool" --photo "$(or $(PHOTO),$(PHOTOGRAPH))" --video "$(VIDEO)"

test: deps lint ## lint, build, and run every test
	$(SWIFT) build -j $(JOBS) --build-tests
	$(SWIFT) test --skip-build --no-parallel

lint: ## check the formatting of all Swift code
	$(SWIFT) format lint --strict --recursive $(LINTED)

format: ## format all Swift code
	$(SWIFT) format --in-place --recursive $(LINTED)

unit: deps ## run the tests of the library and its samples
	$(SWIFT) build -j $(JOBS) --build-tests
	$(SWIFT) test --skip-build --skip InteropTests --skip FaultTests --skip PeersTests --skip WitnessTests \
		--skip DifferentialTests --skip ClientComparisonTests

conformance: deps ## hold library and scripts against the official packages (SEQUENCES=50000 SEED=7 for a long run)
	$(SWIFT) build -j $(JOBS) --build-tests
	$(SWIFT) test --skip-build --filter 'InteropTests|FaultTests|PeersTests|WitnessTests'
	"$$($(SWIFT) build --show-bin-path)/differential-runner" --sequences $(SEQUENCES) --seed $(SEED)

bench: deps ## measure against the official packages; with SCALE=1000000 a long queue against a short one
	$(SWIFT) build -j $(JOBS) -c release --product bench-subject
	$(SWIFT) build -j $(JOBS) -c release --product bench
	"$$($(SWIFT) build -c release --show-bin-path)/bench" $(if $(SCALE),scale --waiting $(SCALE)) $(BENCH)

bench-api: deps ## measure the queue API with wrk, against node:http, and through a restart of Redis
	@.ci/install-debian-packages wrk
	$(SWIFT) build -j $(JOBS) -c release --product queue-api
	@$(PYTHON) Conformance/APIBench/bench_api.py "$$($(SWIFT) build -c release --show-bin-path)/queue-api" $(BENCH)

bench-idle: deps ## watch an idle worker for ten minutes
	$(SWIFT) build -j $(JOBS) -c release --product bench-subject
	$(SWIFT) build -j $(JOBS) -c release --product bench
	"$$($(SWIFT) build -c release --show-bin-path)/bench" idle $(BENCH)

bench-watermark: deps ## measure invisible watermarks on photographs: likeness, attacks, false positives, speed
	@.ci/install-debian-packages imagemagick ffmpeg
	@.ci/fetch-photographs $(PYTHON) $(PHOTOGRAPHS) all
	@.ci/fetch-photographs $(PYTHON) $(PHOTOGRAPHS) heldout
	$(SWIFT) build -j $(JOBS) -c release --product watermark-bench
	@bench="$$($(SWIFT) build -c release --show-bin-path)/watermark-bench"; \
	echo "Held-out photographs, and footage:"; \
	"$$bench" $(PHOTOGRAPHS)/held-out --footage $(PHOTOGRAPHS)/clips $(WATERMARK); \
	echo "Photographs that parameters were chosen on:"; \
	"$$bench" $(PHOTOGRAPHS) $(WATERMARK)

script-costs: deps ## compare the instructions that each script costs Redis with the official package's
	@.ci/install-debian-packages valgrind
	$(SWIFT) build -j $(JOBS) --product script-costs
	"$$($(SWIFT) build --show-bin-path)/script-costs" $(COSTS)

bench-media: deps ## compare the media operations with other tools doing the same, and measure invisible watermarks
	$(SWIFT) build -j $(JOBS) -c release --product bench-media
	"$$($(SWIFT) build -c release --show-bin-path)/bench-media" $(BENCH)
	"$$($(SWIFT) build -c release --show-bin-path)/bench-media" images $(BENCH)
	@$(MAKE) --no-print-directory bench-watermark

docs: ## write the library's documentation to docs-build/
	$(SWIFT) package --allow-writing-to-directory docs-build generate-documentation --target BullMQ \
		--output-path docs-build --disable-indexing --transform-for-static-hosting --warnings-as-errors

clean: ## remove what was built
	rm -rf .build docs-build bench-results run-results
