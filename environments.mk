# The environments that the targets of the Makefile need, each made when one of them needs it.

BIN := .venv/bin
INSTALLED := .venv/installed
CLUSTERED := .venv/cluster-installed

# The Python of a .venv that is there, else the newest one of this machine that the suite
# runs on and that can make environments.
RUNS_ON := Python 3.11, 3.12 or 3.13
SUITABLE := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
FOUND := $(BIN)/python python3.13 python3.12 python3.11 python3
PYTHON ?= $(shell for p in $(FOUND); do $$p -c '$(SUITABLE)' 2>/dev/null && echo $$p && break; done)

# What installs: uv where it is there, else pip. UV= in the environment means pip.
UV ?= $(shell command -v uv)
PIP := -m pip install --quiet --disable-pip-version-check
INTO = $(if $(UV),$(UV) pip install --quiet --python $(1),PYTHONWARNINGS=ignore $(1) $(PIP))
# Only files whose SHA-256 stands in the lock. What comes as source (MedPy) is built by the
# setuptools of the first lock, so that nothing is fetched that no lock names.
LOCKED := --require-hashes --no-build-isolation -r

# The extra with CUDA is for machines with an NVIDIA driver; GPU=0|1 overrules this.
# The installation notes which it was, so that another choice installs again.
ifneq ($(GPU),)
ifneq ($(GPU),$(shell cat $(INSTALLED) 2>/dev/null))
.PHONY: $(INSTALLED)
endif
endif
$(INSTALLED): setup.cfg pyproject.toml locks/build.txt locks/install.txt locks/gpu.txt
	@python='$(PYTHON)'; $${python:-false} -c '$(SUITABLE)' 2>/dev/null || \
	  { echo 'error: $(RUNS_ON) is needed, with venv and ensurepip (Debian: python3-venv). Next: make PYTHON=/path/to/python3.13 $(MAKECMDGOALS)'; exit 2; }
	@$(PYTHON) -m venv .venv $(if $(filter $(BIN)/python,$(PYTHON)),,--clear)
	@gpu='$(GPU)'; \
	if [ -z "$$gpu" ]; then gpu=0; \
	  { nvidia-smi -L || [ -e /proc/driver/nvidia/version ]; } >/dev/null 2>&1 && gpu=1; fi; \
	if [ $$gpu = 1 ]; then lock=gpu; with=' with CUDA'; else lock=install; with=; fi; \
	echo "installing$$with into .venv (once, a minute or two)"; \
	$(call INTO,$(BIN)/python) $(LOCKED) locks/build.txt && \
	$(call INTO,$(BIN)/python) $(LOCKED) locks/$$lock.txt && \
	$(call INTO,$(BIN)/python) --no-deps --no-build-isolation -e . && echo $$gpu >$@

# Ray, which runs whole jobs at once where CLUSTER is given.
$(CLUSTERED): $(INSTALLED) locks/cluster.txt
	@echo 'installing Ray into .venv (once, half a minute)'
	@$(call INTO,$(BIN)/python) $(LOCKED) locks/cluster.txt && touch $@

# What drives Chromium in the tests of the report.
BROWSER := .venv/browser-installed
$(BROWSER): $(INSTALLED) locks/browser.txt
	@echo 'installing selenium into .venv (once; tests of the report only)'
	@$(call INTO,$(BIN)/python) $(LOCKED) locks/browser.txt && touch $@

# The environments below are for tests and benchmarks, and pip alone makes them: versions
# are pinned, hashes are not, for PyTorch comes from one of two indexes.
# Peers of the benchmarks; never a dependency. PyPI's PyTorch brings 5.5 GB of CUDA on
# Linux: it is taken where PyTorch's own index of CPU builds cannot be reached, which must
# not take minutes to find out.
TORCH := .venv-torch/installed
TORCH_PIP := .venv-torch/bin/python $(PIP)
PLATFORM := $(shell uname -s)-$(shell uname -m)
$(TORCH):
	@echo 'installing PyTorch into .venv-torch (once, some minutes; benchmarks only)'
	@$(PYTHON) -m venv .venv-torch
	@$(TORCH_PIP) numpy==2.4.6
	@$(if $(filter Linux-x86_64,$(PLATFORM)),$(TORCH_PIP) torch==2.13.0 \
	  --retries 0 --timeout 15 --index-url https://download.pytorch.org/whl/cpu ||) $(TORCH_PIP) torch==2.13.0
	@touch $@
# medicai runs on Keras with PyTorch there, with this suite's versions of both's packages.
MEDICAI := .venv-torch/medicai-installed
$(MEDICAI): $(TORCH) constraints.txt
	@$(TORCH_PIP) -c constraints.txt keras medicai==0.0.4
	@touch $@

# Keras's other backends, and what exports to ONNX, for tests of their own.
BACKENDS := .venv-backends/installed
BACKENDS_PIP := .venv-backends/bin/python $(PIP)
$(BACKENDS): constraints.txt
	@echo 'installing JAX and PyTorch into .venv-backends (once, some minutes; tests only)'
	@$(PYTHON) -m venv .venv-backends
	@$(BACKENDS_PIP) -c constraints.txt keras h5py lazy_loader jax==0.10.2
	@$(if $(filter Linux-x86_64,$(PLATFORM)),$(BACKENDS_PIP) torch==2.13.0 \
	  --retries 0 --timeout 15 --index-url https://download.pytorch.org/whl/cpu ||) $(BACKENDS_PIP) torch==2.13.0
	@$(BACKENDS_PIP) -c constraints.txt onnx==1.23.2 onnxruntime==1.32.0 tf2onnx==1.17.0
	@touch $@

# The packages by which BraTS scores, whose pins clash with this suite's: tests and the
# benchmark of the scores run them there. brats-evaluation is AGPL-3.0, never imported here.
OFFICIAL := .venv-official/installed
OFFICIAL_PIP := .venv-official/bin/python $(PIP)
$(OFFICIAL):
	@echo 'installing the official scores into .venv-official (once; tests and benchmarks only)'
	@$(PYTHON) -m venv .venv-official
	@$(OFFICIAL_PIP) brats-evaluation==0.0.10 panoptica==2.1.7 surface-distance==0.1 numpy==2.2.6
	@touch $@

# What looks after the suite: uv, which writes the locks, pip-audit and cffconvert.
TOOLS := .venv-tools/installed
$(TOOLS): locks/tools.txt
	@echo 'installing uv, pip-audit and cffconvert into .venv-tools (once, a minute)'
	@$(PYTHON) -m venv .venv-tools
	@.venv-tools/bin/python $(PIP) --require-hashes -r locks/tools.txt && touch $@

# A lock is written from setup.cfg and constraints.txt, for all Pythons and platforms at
# once. What constraints.txt does not name (CUDA's packages) stays as it is in the lock.
LOCK := .venv-tools/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command 'make lock'
LOCK_EXTRA = $(LOCK) setup.cfg -c constraints.txt -o locks/$(1).txt $(foreach e,$(2),--extra $(e))
.PHONY: lock audit-dependencies check-citation
lock: $(TOOLS) ## Write locks/ again from setup.cfg and constraints.txt
	@echo setuptools | $(LOCK) -c constraints.txt -o locks/build.txt -
	@$(call LOCK_EXTRA,install,test)
	@$(call LOCK_EXTRA,gpu,test gpu)
	@$(call LOCK_EXTRA,cluster,cluster)
	@$(call LOCK_EXTRA,browser,browser)
	@$(LOCK) locks/tools.in -o locks/tools.txt
# The lock with CUDA holds all that the plain one does. `--strict`: a package of which no
# advisories could be had is a failure, not a pass.
audit-dependencies: $(TOOLS) ## Known vulnerabilities of locked versions (PyPI)
	@for lock in gpu cluster browser tools; do echo "locks/$$lock.txt"; \
	  .venv-tools/bin/pip-audit --strict --require-hashes --disable-pip -r locks/$$lock.txt || exit 1; done
check-citation: $(TOOLS) ## CITATION.cff against its format, by cffconvert
	@.venv-tools/bin/cffconvert --validate
