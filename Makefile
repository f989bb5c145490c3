# The targets that work on papers and data are one line each, a call of
# `python -m papers`. `make help` lists all targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

export TF_CPP_MIN_LOG_LEVEL ?= 2
# The Python of .venv, and what is installed there and beside it.
include environments.mk

# The options that all stages share, each an option of `python -m papers` in lower case
# (papers/engine/request.py). Those that decide results are shown in their rows.
SHOWN := DATA PROFILE METHODS SPLIT FOLDS SEEDS SPLITS EPOCHS SET RESULTS GPUS CLUSTER GPUS_PER_JOB CPUS_PER_JOB
# Those of single targets.
BRAIN := BRAIN_MASK SKULL_STRIP
OF_segment := PAPER CASE OUT WEIGHTS FORCE REPORT OVERLAY PREPARE $(BRAIN)
OF_list-series := CASE
OF_prepare-scan := CASE OUT $(BRAIN)
OF_restore-mask := CASE MASK OUT
OF_import-weights := PAPER FROM TO
OF_score := TRUTH PREDICTION OUT CONVENTION LESIONS LABELS PREDICTION_LABELS TOLERANCES
OF_workers := COMMAND HOSTS NODES PORT
OF_record := PAPER FROM
OF_compare := FORMAT
OF_report := PAPER
OF_fuzz := READER
OF_test-faults := VERB
OF_test-repeatability := PAPER
OF_bench-backends := BACKEND
OF_bench-anisocascade := BEFORE
JOINED := figshare brats15 brats17 brats18
$(foreach set,$(JOINED),$(eval OF_table-$(set) := FORMAT))
SINGLE := segment list-series prepare-scan restore-mask import-weights score workers
OWNERS := $(SINGLE) record compare report fuzz test-faults test-repeatability bench-backends bench-anisocascade $(JOINED:%=table-%)
OWN := $(sort $(foreach t,$(OWNERS),$(OF_$(t))))
KNOWN := $(SHOWN) DRY_RUN WORKERS DATASET COUNT N4 SHRINK EXCLUDE SHAPE UNLABELED CASES PYTHON \
	GPU $(OWN)
TYPED := $(foreach v,$(.VARIABLES),$(if $(findstring command line,$(origin $(v))),$(v)))
UNKNOWN := $(filter-out $(KNOWN),$(TYPED))
ifneq ($(UNKNOWN),)
$(error unknown option $(UNKNOWN). Expected: $(KNOWN). Next: make help)
endif
# An option that its target would ignore is a mistake, too.
OF_N4 := $(if $(filter prepare-scan $(if $(filter-out 0,$(PREPARE)),segment),$(MAKECMDGOALS)),,$(N4))
ifneq ($(strip $(OF_N4)$(SHRINK)$(EXCLUDE)),)
ifeq ($(filter prepare-brats% prepare-msd,$(MAKECMDGOALS)),)
$(error N4, SHRINK and EXCLUDE are options of prepare-brats17 and its like, N4 also of prepare-scan and of segment with PREPARE=1. Next: make help; a paper takes SET=preparation.n4=true)
endif
endif
GOAL := $(firstword $(filter $(OWNERS),$(MAKECMDGOALS)))
IGNORED := $(filter-out $(OF_$(GOAL)),\
  $(filter $(OWN) $(if $(filter $(SINGLE),$(GOAL)),$(SHOWN)),$(TYPED)))
ifneq ($(strip $(IGNORED)),)
$(error $(strip $(IGNORED)) is no \
  option of $(or $(MAKECMDGOALS),help). Next: make help)
endif
MISSING := $(filter-out $(TYPED),$(if $(filter segment prepare-scan,$(GOAL)),CASE OUT)\
  $(if $(filter list-series,$(GOAL)),CASE) $(if $(filter restore-mask,$(GOAL)),$(OF_restore-mask))\
  $(if $(filter report,$(GOAL)),$(if $(filter CASES,$(TYPED)),PAPER))\
  $(if $(filter import-weights,$(GOAL)),FROM) $(if $(filter score,$(GOAL)),TRUTH PREDICTION)\
  $(if $(filter workers,$(GOAL)),COMMAND))
ifneq ($(strip $(MISSING)),)
$(error $(GOAL) needs $(strip $(MISSING)). Next: the same command with $(foreach v,$(MISSING),$(v)=…), see make help)
endif
# These are short words: what the environment holds of such a name was not meant.
$(foreach v,$(filter-out $(TYPED),$(OWN) $(SHOWN)),$(eval override $(v) :=))
ifneq ($(strip $(SHAPE)$(UNLABELED)),)
ifeq ($(filter phantom-brats% phantom-msd,$(MAKECMDGOALS)),)
$(error SHAPE and UNLABELED are options of phantom-brats17 and its like. Next: make help)
endif
endif

ifneq ($(origin CASES),command line)
override CASES :=
endif
ifneq ($(strip $(CASES)),)
ifeq ($(filter data-msd report,$(MAKECMDGOALS)),)
$(error CASES is an option of data-msd and report. Next: make help)
endif
endif
ifneq ($(origin GPU),command line)
override GPU :=
endif
ifneq ($(filter-out 0 1,$(GPU)),)
$(error GPU=$(GPU). Expected: 0 or 1, whether to install CUDA. Next: make install GPU=1)
endif

PAPERS := $(BIN)/python -m papers
# A value as one word of a shell, which computes nothing of it.
q = '$(subst ','\'',$(1))'
lower = $(shell echo $(1) | tr A-Z_ a-z-)
OPTIONS = $(foreach v,$(filter-out SET,$(SHOWN)) WORKERS,\
	$(if $($(v)),--$(call lower,$(v)) $(call q,$($(v))))) \
	$(foreach s,$(SET),--set $(call q,$(s))) $(if $(filter-out 0,$(DRY_RUN)),--dry-run)

# Every paper has the same stages; the lines below describe them for each paper.
IDS := linkdsl cunet dsunet hierdice anisocascade
STAGES := reproduce prepare train evaluate table figure
RUNS := $(foreach stage,$(STAGES),$(IDS:%=$(stage)-%))
# What the user typed: for the rows of the results, and to go on after Ctrl-C.
MORE := $(if $(filter $(RUNS),$(MAKECMDGOALS)),,$(filter-out $(SHOWN) PYTHON,$(sort $(TYPED))))
export BRAINTUMOR_COMMAND := $(strip make $(MAKECMDGOALS) $(foreach v,$(SHOWN) $(MORE),\
	$(if $($(v)),$(v)=$(if $(word 2,$($(v))),"$($(v))",$($(v))))))
.PHONY: $(RUNS) $(IDS:%=describe-%)
# Ray runs whole jobs on several GPUs, too.
$(RUNS): $(INSTALLED) $(if $(CLUSTER)$(GPUS),$(CLUSTERED))
	@$(PAPERS) $(subst -, ,$@) $(OPTIONS)
$(IDS:%=describe-%): describe-%: $(INSTALLED)
	@$(PAPERS) describe $* $(if $(PROFILE),--profile $(call q,$(PROFILE)))

##@ Start here
.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z0-9-]+:.*## / {printf "  %-24s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nOptions, as in `make reproduce-linkdsl DATA=mats PROFILE=cpu FOLDS=0,1`:\n'
	@printf '  %-24s %s\n' \
	  'DATA=folder' 'real data (without it: a phantom, or downloads/)' \
	  'PROFILE=demo|cpu|paper' 'minutes | hours on 2 cores | the published protocol' \
	  'PROFILE=half' 'the papers on BraTS: whole brains at 2 mm' \
	  'PROFILE=released' 'anisocascade: the protocol of the authors'"'"' code' \
	  'METHODS=linknet,dual' 'some methods only' \
	  'SPLIT=image|patient' 'the paper'"'"'s folds, or folds that keep patients whole' \
	  'SPLIT=image,patient' 'both, and the size of the leak: leak.csv' \
	  'SPLIT=all' 'hierdice: trains on every case (PROFILE=paper)' \
	  'FOLDS=0,1  SEEDS=0,1,2' 'some folds; several runs, mean and deviation' \
	  'SPLITS=file.csv' 'your own folds: columns case,fold' \
	  'EPOCHS=40' 'another budget' \
	  'SET="key=value ..."' 'replace values of the protocol' \
	  'RESULTS=folder' 'where tables and figures go (results/local)' \
	  'RESULTS=results' 'the rows of the suite itself, which git holds' \
	  'WORKERS=2  N4=1' 'prepare-brats*: processes, bias field correction' \
	  'COUNT=6 SHAPE=16,48,48' 'phantom-brats*: cases and voxels; also SEEDS=1' \
	  'UNLABELED=1' 'phantom-brats*: cases without labels' \
	  'CASES=BRATS_449' 'data-msd: single cases instead of 7.6 GB' \
	  'CASES=worst:3,median:1' 'report PAPER=..., DATA=...: images of cases, or ids' \
	  'GPUS=3' 'share each batch that they divide (hierdice: only 3),' \
	  '' 'else whole trainings: papers/engine/devices/README.md' \
	  'CLUSTER=local|auto' 'jobs at once, by Ray, here or on many machines;' \
	  'GPUS_PER_JOB=1' 'and CPUS_PER_JOB=2: papers/engine/devices/README.md' \
	  'CPUS_PER_JOB=1' 'alone: jobs at once here, with a core each (no GPU)' \
	  'REPORT=folder' 'segment: a page of the one case, with a viewer' \
	  'OVERLAY=seen.png' 'segment: a picture of the one case' \
	  'PREPARE=1 N4=1' 'segment: raw images, of which OUT gets a folder;' \
	  'BRAIN_MASK=file' 'and prepare-scan, as N4: what is brain, or a program:' \
	  'SKULL_STRIP=command' 'with {in} and {out}: data/scans/README.md' \
	  'PAPER=linkdsl FORCE=1' 'segment: another paper; scans unlike those of BraTS' \
	  'CONVENTION=pooled/nan' 'score: distances and empty regions;' \
	  'LESIONS=bipartite' 'score: how lesions are found, or none;' \
	  'LABELS=brats24' 'score: what 3 and 4 mean (PREDICTION_LABELS, too);' \
	  'TOLERANCES=1,2' 'score: mm, of NSD: common/metrics/README.md' \
	  'FORMAT=markdown|latex' 'table-brats17 and its like, compare: to paste' \
	  'FROM=folder' 'import-weights; record: runs that become the suite'"'"'s' \
	  'NODES=3  PORT=2222' 'workers: without HOSTS a script for Slurm' \
	  'GPU=0|1' 'install: without or with CUDA, whatever is found' \
	  'DRY_RUN=1' 'only list what would run, its times and memory'

.PHONY: install
install: $(INSTALLED) ## Make .venv and install; CUDA where there is a driver

.PHONY: list
list: $(INSTALLED) ## List the papers
	@$(PAPERS) list

##@ linkdsl: Cascaded Dual-Scale LinkNet, figshare CE-MRI
reproduce-linkdsl: ## All stages; without DATA a demo on a phantom, minutes
prepare-linkdsl: ## Prepare the slices once
train-linkdsl: ## Train; resumes where it stopped
evaluate-linkdsl: ## Score trained methods, one row per image
table-linkdsl: ## Write Tables 1 to 3 and the leak table
figure-linkdsl: ## Draw Figure 4, an example and the learning curves
describe-linkdsl: ## Every value of the protocol and its evidence

##@ cunet: Cascaded U-Net with loss weighted sampling, BraTS 2017
reproduce-cunet: ## All stages; without DATA a demo on a phantom
train-cunet: ## Train the five methods; resumes where it stopped
evaluate-cunet: ## Score trained methods, one row per case
table-cunet: ## Write Table 1, the paired comparison and the claims
figure-cunet: ## Draw Figures 2 to 4 and the learning curves
describe-cunet: ## Every value of the protocol and its evidence

##@ dsunet: Separable, dilated 3D U-Net, BraTS 2018
reproduce-dsunet: ## All stages; without DATA a demo on a phantom
train-dsunet: ## Train both networks; resumes where it stopped
evaluate-dsunet: ## Score trained networks, one row per case
table-dsunet: ## Write Table 1 and the paired comparison
figure-dsunet: ## Draw Figure 2 and the learning curves
describe-dsunet: ## Every value of the protocol and its evidence

##@ hierdice: Four FCNs and a hierarchical Dice loss, BraTS 2015
reproduce-hierdice: ## All stages; without DATA a demo on a phantom
train-hierdice: ## Train the six methods; resumes where it stopped
evaluate-hierdice: ## Score trained methods, one row per case
table-hierdice: ## Write Tables 1 to 6, other readings and the claims
figure-hierdice: ## Draw Figure 8 and the learning curves
describe-hierdice: ## Every value of the protocol and its evidence

##@ anisocascade: Cascaded anisotropic networks, BraTS 2017
reproduce-anisocascade: ## All stages; without DATA a demo on a phantom
train-anisocascade: ## Train the nine networks; resumes where it stopped
evaluate-anisocascade: ## Score the cascades, one row per case
table-anisocascade: ## Write Tables 1 and 2
figure-anisocascade: ## Draw overlays and learning curves
describe-anisocascade: ## Every value of the protocol and its evidence

##@ Your own scans
.PHONY: $(SINGLE) weights weights-anisocascade
segment: $(INSTALLED) ## Segment CASE=folder OUT=seg.nii.gz WEIGHTS=run
	@$(PAPERS) predict $(call q,$(or $(PAPER),anisocascade)) --case $(call q,$(CASE)) --out $(call q,$(OUT)) \
	  $(if $(WEIGHTS),--weights $(call q,$(WEIGHTS))) $(if $(filter-out 0,$(FORCE)),--force) \
	  $(if $(REPORT),--report $(call q,$(REPORT))) $(if $(OVERLAY),--overlay $(call q,$(OVERLAY))) \
	  $(if $(filter-out 0,$(PREPARE)),--prepare) $(OF_THE_BRAIN)
OF_THE_BRAIN = $(if $(BRAIN_MASK),--brain-mask $(call q,$(BRAIN_MASK))) \
	  $(if $(SKULL_STRIP),--skull-strip $(call q,$(SKULL_STRIP))) $(if $(filter-out 0,$(N4)),--n4)
list-series: $(INSTALLED) ## List the DICOM series of CASE=folder
	@$(PAPERS) list-series $(call q,$(CASE))
prepare-scan: $(INSTALLED) ## Co-register raw images alone: CASE=folder OUT=folder
	@$(PAPERS) prepare-scan --case $(call q,$(CASE)) --out $(call q,$(OUT)) $(OF_THE_BRAIN)
restore-mask: $(INSTALLED) ## Bring MASK=seg.nii.gz back to T1ce, CASE as prepared
	@$(PAPERS) restore-mask --case $(call q,$(CASE)) --mask $(call q,$(MASK)) --out $(call q,$(OUT))
import-weights: $(INSTALLED) ## Convert the weights of the authors: FROM=folder
	@$(PAPERS) import-weights $(call q,$(or $(PAPER),anisocascade)) --from $(call q,$(FROM)) \
	  $(if $(TO),--to $(call q,$(TO)))
SCORED := OUT CONVENTION LESIONS LABELS TOLERANCES
score: $(INSTALLED) ## Score masks: TRUTH=folder PREDICTION=folder
	@$(PAPERS) score --truth $(call q,$(TRUTH)) --prediction $(call q,$(PREDICTION)) \
	  $(foreach v,$(SCORED),$(if $($(v)),--$(call lower,$(v)) $(call q,$($(v))))) \
	  $(if $(PREDICTION_LABELS),--prediction-labels $(call q,$(PREDICTION_LABELS)))

weights: $(INSTALLED) ## List the weights that can be had by one command
	@$(PAPERS) weights list $(if $(RESULTS),--results $(call q,$(RESULTS)))
weights-anisocascade: $(INSTALLED) ## Download those of its authors (23 MB), convert
	@$(PAPERS) weights download anisocascade

##@ Several machines
.PHONY: install-cluster
install-cluster: $(CLUSTERED) ## Add Ray, for CLUSTER=local|auto|ray://host:10001
workers: $(INSTALLED) ## What to start on each: COMMAND= HOSTS=a:2222,b:2222
	@$(PAPERS) workers $(call q,$(COMMAND)) $(if $(HOSTS),--hosts $(call q,$(HOSTS))) \
	  $(if $(NODES),--tasks $(call q,$(NODES))) $(if $(PORT),--port $(call q,$(PORT)))

##@ Data
VOLUMES := brats13 brats15 brats17 brats18 brats19 brats20 brats21 brats23 msd
.PHONY: data-figshare data-msd check-data phantom-figshare $(VOLUMES:%=prepare-%) $(VOLUMES:%=phantom-%)
data-figshare: $(INSTALLED) ## Download figshare (900 MB), checked, resumable
	@$(PAPERS) download figshare $(if $(DATA),--folder $(call q,$(DATA)))
data-msd: $(INSTALLED) ## Download the Decathlon (7.6 GB), or CASES=BRATS_449
	@$(PAPERS) download msd $(if $(DATA),--folder $(call q,$(DATA))) $(if $(CASES),--cases $(call q,$(CASES)))
phantom-figshare: $(INSTALLED) ## Write a phantom of it: DATA=folder COUNT=160
	@$(PAPERS) phantom figshare $(if $(DATA),--folder $(call q,$(DATA))) $(if $(COUNT),--count $(call q,$(COUNT)))
check-data: $(INSTALLED) ## List all findings: DATASET=figshare DATA=folder
	@$(PAPERS) check-data $(call q,$(DATASET)) $(if $(DATA),--data $(call q,$(DATA)))
prepare-brats17: ## Prepare volumes (brats13 to brats23): DATA=folder
phantom-brats17: ## Write a phantom of BraTS: DATA=folder COUNT=6
prepare-msd: ## Prepare the Decathlon's volumes: DATA=folder
phantom-msd: ## Write a phantom of them: DATA=folder COUNT=6
$(VOLUMES:%=prepare-%): prepare-%: $(INSTALLED)
	@$(PAPERS) prepare-data $* $(if $(DATA),--data $(call q,$(DATA))) $(if $(WORKERS),--workers $(call q,$(WORKERS))) \
	  $(if $(filter-out 0,$(N4)),--n4) $(if $(SHRINK),--shrink $(call q,$(SHRINK))) \
	  $(if $(EXCLUDE),--exclude $(call q,$(EXCLUDE)))
$(VOLUMES:%=phantom-%): phantom-%: $(INSTALLED)
	@$(PAPERS) phantom $* $(if $(DATA),--folder $(call q,$(DATA))) $(if $(COUNT),--count $(call q,$(COUNT))) \
	  $(if $(SEEDS),--seed $(call q,$(SEEDS))) $(if $(SHAPE),--shape $(call q,$(SHAPE))) \
	  $(if $(filter-out 0,$(UNLABELED)),--unlabeled)

##@ Results
.PHONY: compare $(JOINED:%=table-%) verify record report tables figures-again audit crate pages
COMPARED = $(if $(RESULTS),--results $(call q,$(RESULTS))) $(if $(FORMAT),--format $(call q,$(FORMAT)))
compare: $(INSTALLED) ## All papers: published, ours, gap, what separates them
	@$(PAPERS) compare $(COMPARED)
$(JOINED:%=table-%): table-%: $(INSTALLED)
	@$(PAPERS) join $* $(COMPARED)
table-figshare: ## Compare papers on the figshare set; write the tables
table-brats15: ## Compare papers on BraTS 2015
table-brats17: ## Compare papers on BraTS 2017; FORMAT=latex to paste
table-brats18: ## Compare papers on BraTS 2018
verify: $(INSTALLED) ## List results that left their range; then exit 1
	@$(PAPERS) verify $(if $(RESULTS),--results $(call q,$(RESULTS)))
record: $(INSTALLED) ## Record the expected range; FROM=folder adds its runs
	@$(PAPERS) record $(if $(PAPER),$(call q,$(PAPER))) $(if $(FROM),--from $(call q,$(FROM))) \
	  $(if $(RESULTS),--results $(call q,$(RESULTS)))
report: $(INSTALLED) ## Pages that open offline: results/report/; CASES=
	@$(PAPERS) $(if $(CASES),report-cases $(if $(PAPER),$(call q,$(PAPER))) --cases $(call q,$(CASES)) $(OPTIONS),\
	  report $(if $(PAPER),$(call q,$(PAPER))) $(if $(RESULTS),--results $(call q,$(RESULTS))))
tables: $(INSTALLED) ## Write all tables again from their rows
	@$(PAPERS) tables $(if $(RESULTS),--results $(call q,$(RESULTS)))
figures-again: $(INSTALLED) ## Draw figures again from rows; remove stale ones
	@$(PAPERS) figures-again $(if $(RESULTS),--results $(call q,$(RESULTS)))
audit: $(INSTALLED) ## What is odd about published numbers: audit.csv
	@$(PAPERS) audit $(if $(RESULTS),--results $(call q,$(RESULTS)))
crate: $(INSTALLED) ## Describe results/ for a deposit: RO-Crate 1.1
	@$(PAPERS) crate $(if $(RESULTS),--results $(call q,$(RESULTS)))
pages: $(INSTALLED) ## Regenerate the generated parts of the README pages
	@$(PAPERS) pages $(if $(RESULTS),--results $(call q,$(RESULTS)))

##@ Work on the suite
# `python -m papers` replaces the `~` of DATA="~/x"; the benchmarks do not.
DATA_HERE = $(patsubst ~/%,$(HOME)/%,$(DATA))
.PHONY: test test-fast test-slow test-browser test-kernels test-backends test-mutation fuzz lint format bench bench-linkdsl bench-data bench-metrics bench-anisocascade bench-backends bench-cunet bench-depthwise bench-dsunet bench-hierdice bench-towers clean clean-runs
# Once without oneDNN, once with oneDNN as on a processor without AVX-512.
OF_NUMBERS := tests/common tests/conformance tests/papers --ignore=tests/papers/engine
# A process per core, of which each takes one file of tests after the other, in order.
SHARED := -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder
# One thread for NumPy's products: with more, they wait for cores that are busy, by spinning.
test test-fast test-kernels: export OPENBLAS_NUM_THREADS := 1
test: $(INSTALLED) ## The fast and the real tier of tests, on all cores
	$(BIN)/python -m pytest $(SHARED) -m 'not slow and not gpu'
test-fast: $(INSTALLED) ## The fast tier only, on all cores
	$(BIN)/python -m pytest $(SHARED) -m 'not slow and not gpu and not real'
test-slow: $(INSTALLED) ## The slow tier: the whole demo
	$(BIN)/python -m pytest -m slow
test-kernels: $(INSTALLED) ## Tests of numbers with other kernels of the CPU
	TF_ENABLE_ONEDNN_OPTS=0 $(BIN)/python -m pytest $(SHARED) -m 'not slow and not gpu' $(OF_NUMBERS)
	ONEDNN_MAX_CPU_ISA=AVX2 $(BIN)/python -m pytest $(SHARED) -m 'not slow and not gpu' $(OF_NUMBERS)
test-browser: $(BROWSER) ## The report in Chromium, installed if there is none
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || \
	  { sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; $$sudo apt-get install -y --no-install-recommends \
	  chromium chromium-driver; }
	$(BIN)/python -m pytest -m browser
test-backends: $(INSTALLED) $(BACKENDS) ## Layers, losses, networks on JAX and PyTorch; ONNX
	$(BIN)/python -m pytest tests/conformance/test_backends.py tests/conformance/test_onnx.py tests/benchmarks/backends
.PHONY: test-official
test-official: $(INSTALLED) $(OFFICIAL) ## Scores against BraTS's own packages
	$(BIN)/python -m pytest tests/common/metrics/official
test-mutation: $(INSTALLED) ## Plant faults one at a time: tests must see 95 %
	$(BIN)/python -m tests.mutation.run
fuzz: $(INSTALLED) ## Damaged inputs for all readers, or READER= COUNT=
	$(BIN)/python -m tests.fuzz.run $(if $(READER),--reader $(call q,$(READER))) $(if $(COUNT),--count $(call q,$(COUNT)))
.PHONY: test-faults test-repeatability
test-faults: $(INSTALLED) ## Kill verbs and run them again: VERB=train COUNT=100
	$(BIN)/python -m tests.faults.run $(if $(VERB),--verb $(call q,$(VERB))) $(if $(COUNT),--count $(call q,$(COUNT)))
test-repeatability: $(INSTALLED) ## Train each method twice under load: PAPER=
	$(BIN)/python -m tests.faults.repeat $(if $(PAPER),--paper $(call q,$(PAPER)))
lint: $(INSTALLED) ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
format: $(INSTALLED) ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
bench: bench-linkdsl bench-data bench-metrics bench-anisocascade bench-backends bench-cunet bench-depthwise bench-dsunet bench-hierdice bench-towers ## Run every benchmark
bench-linkdsl: $(INSTALLED) $(TORCH) ## Steps and inference against PyTorch; reading
	$(BIN)/python -m benchmarks.linkdsl.against_torch
	$(BIN)/python -m benchmarks.linkdsl.operations
	$(BIN)/python -m benchmarks.linkdsl.bench
bench-data: $(INSTALLED) ## Reading against nibabel: DATA=folder
	$(BIN)/python -m benchmarks.data.bench $(if $(DATA),--data $(call q,$(DATA_HERE)))
bench-metrics: $(INSTALLED) $(OFFICIAL) ## Scoring a case against MedPy and BraTS: DATA=folder
	$(BIN)/python -m benchmarks.metrics.bench $(if $(DATA),$(call q,$(DATA_HERE)))
	$(BIN)/python -m benchmarks.metrics.official $(if $(DATA),$(call q,$(DATA_HERE)))
bench-anisocascade: $(INSTALLED) $(TORCH) ## Networks against Keras and PyTorch: DATA=case
	$(BIN)/python -m benchmarks.anisocascade.bench $(if $(DATA),--case $(call q,$(DATA_HERE)))
	$(if $(DATA),$(BIN)/python -m benchmarks.anisocascade.scan $(call q,$(DATA_HERE)) \
	  $(if $(BEFORE),--before $(call q,$(BEFORE))))
bench-backends: $(INSTALLED) $(BACKENDS) ## Steps, inference on JAX and PyTorch: BACKEND=jax
	$(BIN)/python -m benchmarks.backends.bench $(if $(BACKEND),--backends tensorflow $(call q,$(BACKEND)))
bench-cunet: $(INSTALLED) $(TORCH) ## Five networks at 240x240 against PyTorch, the peak
	$(BIN)/python -m benchmarks.cunet.bench
bench-depthwise: $(INSTALLED) $(MEDICAI) ## 3-D depthwise and separable layers against peers
	$(BIN)/python -m benchmarks.depthwise.bench
bench-dsunet: $(INSTALLED) $(TORCH) ## A training step of both networks against PyTorch
	$(BIN)/python -m benchmarks.dsunet.bench
bench-hierdice: $(INSTALLED) $(TORCH) ## The four networks at 240x240 against PyTorch
	$(BIN)/python -m benchmarks.hierdice.bench
	$(BIN)/python -m benchmarks.hierdice.operations
bench-towers: $(INSTALLED) ## Step time of 1 to 3 replicas and of towers in turn
	$(BIN)/python -m benchmarks.hierdice.towers
clean: ## Remove .venv and caches; keep runs and results
	rm -rf .venv build cache *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
clean-runs: ## Remove all trained networks and their states
	rm -rf runs
