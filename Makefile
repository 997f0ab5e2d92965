# The few commands of this project; `make help` lists them.
.DEFAULT_GOAL := help
PYTHON_BIN := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export OMP_WAIT_POLICY := PASSIVE
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

.PHONY: help run shell train data check channels-check purge test evaluate measure bench chaos audit sbom lock \
  environment environment-dev clean

help: ## list these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: environment ## set up, train if needed, start the assistant and print its address
	@$(PYTHON_BIN) -m assistant.commands.run

shell: environment ## talk to the assistant in the terminal; DEBUG=1 shows why it answers as it does
	@$(PYTHON_BIN) -m assistant.commands.shell $(if $(filter 1,$(DEBUG)),--debug)

train: environment ## check the knowledge, then train a model if anything changed
	@$(PYTHON_BIN) -m assistant.commands.train

data: environment ## make the generated files anew from knowledge/
	@$(PYTHON_BIN) -m assistant.commands.data

check: environment-dev ## lint, types, knowledge, languages, generated files, Rasa's own validation
	@scripts/check

channels-check: environment ## which messengers are on, which secrets are missing, whether their webhooks prove who calls
	@$(PYTHON_BIN) -m assistant.commands.channels

purge: environment ## erase chats that were silent for 30 days; DAYS=7 names others, DRY=1 only counts
	@$(PYTHON_BIN) -m assistant.commands.purge $(if $(DAYS),--days $(DAYS)) $(if $(filter 1,$(DRY)),--dry-run)

test: environment-dev ## all tests, with real servers where users would have them
	@scripts/test

evaluate: environment-dev ## score the assistant, a site search and Rasa's default pipeline; writes a page (twenty minutes)
	@$(PYTHON_BIN) -W ignore -m evaluation

measure: environment-dev ## the same for the assistant only (five minutes)
	@$(PYTHON_BIN) -W ignore -m evaluation --quick

bench: environment-dev ## measure speed and memory beside Rasa's default pipeline (long)
	@$(PYTHON_BIN) -m benchmarks.compare

audit: environment ## compare the locked packages' known vulnerabilities with docs/vulnerabilities.yml (asks a service)
	@scripts/tools
	@.venv-tools/bin/python scripts/audit.py

sbom: environment ## write what the assistant is made of as dist/sbom.cdx.json (CycloneDX)
	@scripts/tools
	@mkdir -p dist
	@.venv-tools/bin/cyclonedx-py requirements --output-reproducible --short-PURLs --pyproject pyproject.toml \
	  --output-file dist/sbom.cdx.json requirements.txt

chaos: environment-dev ## kill, hang, starve and cut off each server while people chat; prints what became of their messages
	@$(PYTHON_BIN) -W ignore -m benchmarks.chaos

lock: environment ## resolve the requirements anew and lock them with hashes
	@scripts/lock

environment: ## make .venv from the locked requirements
	@scripts/environment requirements.txt

environment-dev:
	@scripts/environment requirements-dev.txt

clean: ## remove the environment, models and caches
	rm -rf .venv .venv-tools models .cache .rasa .pytest_cache .mypy_cache .ruff_cache
