PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup check unit integration e2e test soak demo down generate verify lock images push release bench

help: ## say what there is
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

setup: ## install what development takes: .venv, and packages of Debian
	@scripts/setup.sh

check: setup ## formatting, types, layers, generated files: seconds
	@scripts/check.sh

unit: setup ## tests that start nothing: on every change
	@$(PYTHON) -m tests.run unit

integration: setup ## tests with a real Spark, Kafka and API server
	@$(PYTHON) -m tests.run integration

e2e: setup ## tests on a real cluster, the demo among them; root on Debian
	@$(PYTHON) -m tests.run e2e

test: setup ## check, unit, integration and e2e; starts and stops what it needs
	@$(PYTHON) -m tests.run

soak: setup ## long forms of tests: whole days, hundreds of seeds, every kill point
	@$(PYTHON) -m tests.run soak

demo: setup ## the talk's pipeline on a cluster: break it, and be told why
	@$(PYTHON) examples/ads/demo.py

down: setup ## take down what demo started
	@$(PYTHON) examples/ads/demo.py down

generate: ## write crds/, the chart's copy, the list of reasons and Argo CD's scripts from their sources
	@$(PYTHON) -m swirl.api.crd
	@cp crds/*.yaml charts/swirl/files/crds/
	@PYTHONPATH=.:operator $(PYTHON) -m swirl_operator.reference
	@$(PYTHON) integrations/argocd/render.py

verify: ## fail if a generated file or a lock is stale
	@scripts/verify.sh

lock: ## pin the packages that pyproject.toml asks for
	@$(PYTHON) requirements/lock.py

images: setup ## build the images that are missing; names in build/images.json
	@$(PYTHON) runtime-images/build.py

push: setup ## build the images and push them: REGISTRY=registry.example.org/team
	@$(PYTHON) runtime-images/push.py "$(REGISTRY)"

release: setup ## images, chart and bills of materials of a version: VERSION=0.2.0 REGISTRY=…
	@$(PYTHON) runtime-images/release.py "$(VERSION)" "$(REGISTRY)" $(if $(PLATFORMS),--platforms "$(PLATFORMS)")

bench: setup ## print figures of speed and memory
	@$(PYTHON) -m tests.run bench
