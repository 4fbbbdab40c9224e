# Two commands matter: `make lab` opens the course, `make test` checks everything.
# PYTHON=/path/to/python chooses the Python; LAB_ARGS="--no-browser" goes to JupyterLab;
# VAE_COURSE_MODE=full trains the models in full instead of loading them.

PY := .venv/bin/python
SETUP := @sh tools/setup.sh

# Tests run in two processes (JOBS=4 makes it four), a file or notebook whole in one of them.
# One thread each: the threads of two TensorFlows would only wait for each other. And glibc keeps
# the memory that it has: otherwise a fifth of the time goes into asking the kernel for it again.
JOBS := 2
PYTEST := TF_NUM_INTRAOP_THREADS=1 OMP_NUM_THREADS=1 \
	MALLOC_MMAP_THRESHOLD_=1000000000 MALLOC_TRIM_THRESHOLD_=1000000000 \
	$(PY) -m pytest -q -n $(JOBS) --dist loadfile

# Nothing phones home: JupyterLab otherwise asks its own site for news and updates.
LAB := $(PY) -m jupyterlab --ServerApp.root_dir=notebooks --LabApp.news_url=None \
	--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
	--LabApp.default_url=/lab/tree/00_start_here.ipynb

.DEFAULT_GOAL := help
.PHONY: help lab test lint test-unit test-notebooks test-browser test-final-seeds test-colab \
	colab-versions course notebooks publish results pictures bench site preflight lock clean \
	distclean env env-dev env-test env-site guide workshop-bundle test-bundle kernels \
	test-fast-forward slides slides-lab explorer

help: ## list these targets
	@echo "make lab    opens the course;  make test  checks everything.  All targets:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-18s%s\n", $$1, $$2}' Makefile

lab: env ## install what is missing, and open the course in JupyterLab
	$(LAB) $(LAB_ARGS)

preflight: env ## check the installation, and say how fast this machine is
	.venv/bin/vae-helpers preflight

course: env ## run every notebook without a browser, and print how long each took
	$(PY) tools/run_course.py

test: lint test-unit test-notebooks ## lint, unit, browser and notebook tests

lint: env-test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

test-unit: env-test explorer ## the unit tests, and the browser tests where there is a Chromium
	$(PYTEST) -p no:nbval --no-loadscope-reorder

test-notebooks: env-test ## run the notebooks of the learner and their solutions
	$(PYTEST) --nbval-lax --nbval-current-env --nbval-cell-timeout=600 notebooks

test-colab: env-test ## run all notebooks with Colab's versions; builds environments, which takes long
	$(PY) tools/on_colab.py $(COLAB)

colab-versions: env-dev ## compare our list of Colab's versions with Colab's own; takes the network
	$(PY) tools/colab_versions.py

test-browser: env-test ## the browser tests alone; without a Chromium they fail
	VAE_REQUIRE_BROWSER=1 $(PY) -m pytest -q tests/browser -m browser

notebooks: env-dev ## write the notebooks from notebooks/source
	$(PY) tools/build_notebooks.py

publish: env-dev ## REPO=owner/name TAG=v1.0.0: write the badges and first cells for Colab
	$(PY) tools/publish.py "$(REPO)" "$(TAG)"

results: env-dev ## measure the bundled models, and write the table of the README
	$(PY) tools/results.py

pictures: env-dev ## draw the pictures of the README
	$(PY) tools/make_pictures.py

bench: env-dev ## measure the speed of training
	$(PY) benchmarks/training.py

site: env-site ## write the course as a web site into docs/_build/html
	$(PY) -m sphinx -W --keep-going -b html docs docs/_build/html

guide: env-dev ## write the helpers' page and the instructor's guide into docs
	$(PY) tools/guide.py

test-final-seeds: env-test ## draw every question of the final test from a thousand seeds
	VAE_ALL_SEEDS=1 $(PY) -m pytest -q tests/test_final.py -k exactly_one_choice

workshop-bundle: env-dev ## a folder and zips for a stick: set-up without a network (BUNDLE="--help")
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	$(PY) tools/workshop_bundle.py $(BUNDLE)

test-bundle: env-dev ## build a bundle for this system, and use it without a network (PYTHONS=python3.12)
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	$(PY) tools/try_bundle.py $(PYTHONS)

kernels: env ## start thirty kernels at once, and measure what they share and need (KERNELS=30)
	$(PY) tools/many_kernels.py $(KERNELS)

test-fast-forward: env-test ## prove that each section can be entered late; takes long (CHAPTERS=05_interpolation)
	$(PY) tools/fast_forward_all.py $(CHAPTERS)

slides: env-dev ## write the chapters as slides into build/slides; runs them all, which takes minutes
	$(PY) tools/run_course.py $(CHAPTERS) --set solutions --output build/executed
	$(PY) tools/slides.py build/executed $(CHAPTERS)

slides-lab: env-dev ## open the chapters in JupyterLab as for a projector, with the widgets working
	$(PY) tools/slides.py --live
	JUPYTER_CONFIG_DIR=build/slides-live/config $(PY) -m jupyterlab --custom-css \
		--ServerApp.root_dir=build/slides-live/notebooks --LabApp.news_url=None \
		--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
		--LabApp.default_url=/doc/tree/00_start_here.ipynb $(LAB_ARGS)

explorer: env-dev ## write the pages that move through a latent space, into build/explorer
	$(PY) tools/export_explorer.py

lock: env-dev ## compile requirements.lock afresh from pyproject.toml
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--output-file requirements.lock pyproject.toml

clean: ## remove caches and build results; notebooks and the environment stay
	rm -rf build docs/_build *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name .venv -prune -o -name __pycache__ -type d -exec rm -rf {} +

distclean: clean ## remove the environment as well; the next make installs it again
	rm -rf .venv

env:
	$(SETUP) lab

env-dev:
	$(SETUP) lab dev

env-test:
	$(SETUP) lab dev jax browser

env-site:
	$(SETUP) lab dev site
