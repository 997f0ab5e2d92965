# The project's commands; `make help` lists them.
.DEFAULT_GOAL := help
PYTHON_BIN := .venv/bin/python
# On one line, so that no shell comes between `make` and the command, which ends when its parent does.
PORTS = $(if $(PORT),--front-port $(PORT)) $(if $(RASA_PORT),--port $(RASA_PORT)) $(if $(ACTIONS_PORT),--actions-port $(ACTIONS_PORT))
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export OMP_WAIT_POLICY := PASSIVE
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
# Without compiled files each of the servers would compile Rasa and its libraries afresh whenever it starts.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run shell train data translated content due withdraw approve desk check channels-check purge test test-long evaluate measure bench chaos attack audit sbom lock \
  environment environment-dev clean

help: ## list these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: environment ## set up, train if needed, start the assistant and print its address; PORT= RASA_PORT= ACTIONS_PORT=
	@$(PYTHON_BIN) -m assistant.commands.run --end-with-parent $(PORTS)

shell: environment ## chat with the assistant in the terminal; DEBUG=1 explains its answers
	@$(PYTHON_BIN) -m assistant.commands.shell $(if $(filter 1,$(DEBUG)),--debug)

train: environment ## check the knowledge, then train a model if anything changed
	@$(PYTHON_BIN) -m assistant.commands.train

data: environment ## regenerate the files generated from knowledge/
	@$(PYTHON_BIN) -m assistant.commands.data
	@$(PYTHON_BIN) -m assistant.commands.vectors

translated: environment ## show how far each translation is; L=uk TEXTS="phrases/stop" records those texts as up to date
	@$(PYTHON_BIN) -m assistant.commands.translated $(if $(L),--language $(L) $(TEXTS))

content: environment ## for editors: check texts and training questions, regenerate what is generated (20 seconds)
	@$(PYTHON_BIN) -W ignore -m assistant.commands.content

due: environment ## for editors: list what is to be reviewed, by date
	@$(PYTHON_BIN) -m assistant.commands.due

withdraw: environment ## for editors: ENTRY=topic/id WHY="reason" withdraws an answer at once, BACK=1 gives it back
	@$(PYTHON_BIN) -m assistant.commands.withdraw $(if $(ENTRY),'$(ENTRY)') $(if $(WHY),--why '$(subst ','\'',$(WHY))') $(if $(filter 1,$(BACK)),--back)

approve: environment ## for editors: ENTRY=topic/id L="de en" approves texts that somebody else has written; alone, it counts
	@$(PYTHON_BIN) -m assistant.commands.approve $(if $(ENTRY),'$(ENTRY)') $(if $(L),--language $(L))

desk: environment ## for editors: serve the pages of docs/desk.md to the login proxy; PORT=8090
	@$(PYTHON_BIN) -m assistant.desk $(if $(PORT),--port $(PORT))

check: environment-dev ## check style, types, knowledge, languages, generated files; run Rasa's own validation
	@scripts/check

channels-check: environment ## show which messengers are on, which secrets are missing, whether webhooks verify their caller
	@$(PYTHON_BIN) -m assistant.commands.channels

purge: environment ## erase chats silent for 30 days; DAYS=7 sets another period, YES=1 confirms, DRY=1 only counts
	@$(PYTHON_BIN) -m assistant.commands.purge $(if $(DAYS),--days $(DAYS)) $(if $(filter 1,$(DRY)),--dry-run) $(if $(filter 1,$(YES)),--yes)

test: environment-dev ## run the tests that decide whether a change may land; FAST=1 runs only the fast unit tests
	@FAST=$(FAST) scripts/test

test-long: environment-dev ## run what a release is tested with in addition: the image, stock Rasa, every fault (long)
	@LONG=1 scripts/test

evaluate: environment-dev ## score the assistant, a site search and Rasa's default pipeline; writes a page (twenty minutes)
	@$(PYTHON_BIN) -W ignore -m evaluation

measure: environment-dev ## the same, but only for the assistant (five minutes)
	@$(PYTHON_BIN) -W ignore -m evaluation --quick

bench: environment-dev ## compare speed and memory with Rasa's default pipeline (slow)
	@$(PYTHON_BIN) -m benchmarks.compare

audit: environment ## compare known vulnerabilities of the locked packages with docs/vulnerabilities.yml (online)
	@scripts/tools
	@.venv-tools/bin/python scripts/audit.py $(if $(filter 1,$(BY_HAND)),--by-hand)

sbom: environment ## write the bills of materials of both images, dist/sbom*.cdx.json (CycloneDX)
	@scripts/tools
	@mkdir -p dist
	@.venv-tools/bin/cyclonedx-py requirements --output-reproducible --short-PURLs --pyproject pyproject.toml \
	  --output-file dist/sbom.cdx.json requirements.txt
	@.venv-tools/bin/cyclonedx-py requirements --output-reproducible --short-PURLs --pyproject pyproject.toml \
	  --output-file dist/sbom-front.cdx.json requirements-front.txt

chaos: environment-dev ## kill, hang, starve and cut off each server during chats; print what became of the messages
	@scripts/system pg_lsclusters=postgresql redis-server
	@$(PYTHON_BIN) -W ignore -m benchmarks.chaos

attack: environment-dev ## attack throw-away fronts; print what held; ROWS=1,3 runs some, JSON=FILE writes a report too
	@$(PYTHON_BIN) -W ignore -m benchmarks.attack $(if $(ROWS),--rows $(ROWS)) $(if $(JSON),--json $(JSON)) \
	  $(if $(SECONDS),--seconds $(SECONDS))

lock: environment ## resolve the requirements again and lock them with hashes
	@scripts/lock

environment: ## create .venv from the locked requirements
	@scripts/environment requirements.txt

environment-dev:
	@scripts/environment requirements-dev.txt

clean: ## remove the environment, models and caches
	rm -rf .venv .venv-front .venv-policy .venv-tools models .cache .rasa .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
