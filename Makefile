PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup check test demo down generate verify lock images bench

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

setup: ## install what development takes: .venv, and packages of Debian
	@scripts/setup.sh

check: setup ## formatting, types, layers, generated files: about a minute
	@scripts/check.sh

test: check ## check, and every test; starts and stops what it needs
	@$(PYTHON) tests/run.py

demo: setup ## the talk's pipeline on a cluster: break it, and be told why
	@$(PYTHON) examples/ads/demo.py

down: setup ## take down what demo started
	@$(PYTHON) examples/ads/demo.py down

generate: ## write crds/ and the chart's copy from swirl/api
	@$(PYTHON) -m swirl.api.crd
	@cp crds/*.yaml charts/swirl/crds/

verify: ## fail if a generated file or a lock is stale
	@scripts/verify.sh

lock: ## pin the packages that pyproject.toml asks for
	@$(PYTHON) requirements/lock.py

images: setup ## build the images that are missing; names in build/images.json
	@$(PYTHON) runtime-images/build.py

bench: setup ## print figures of speed and memory
	@$(PYTHON) tests/run.py bench
