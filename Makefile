# Every target sets up what it needs; `make demo` and `make test` start from a bare Debian 12 with a Swift 6.3 toolchain.

export SWIFT ?= swift
ARGS ?=
CONFIGURATION ?= debug
BINARY = .build/$(CONFIGURATION)/fiscal-relay

.PHONY: demo test test-bitrix build release lint format bench chaos fuzz sanitize clean setup

setup:
	@deploy/setup/debian-packages

build: setup
	$(SWIFT) build -c $(CONFIGURATION) --product fiscal-relay

release: setup
	$(SWIFT) build -c release --product fiscal-relay

# The whole way of an event against the sandbox, with a private database. ARGS="--events 500 --once --format json"
demo:
	@deploy/setup/debian-packages demo
	$(SWIFT) build -c $(CONFIGURATION) --product fiscal-relay
	@$(BINARY) demo $(ARGS)

# All tests; each starts or clones a PostgreSQL of its own. ARGS="--filter FiscalTests"
test: setup
ifeq ($(strip $(ARGS)),)
	@# First, since the Swift run's closing line is the one to look for at the end.
	timeout --foreground --verbose 900 deploy/bitrix/tests/run --quiet
	$(SWIFT) build --build-tests
	Tests/groups
else
	$(SWIFT) test $(ARGS)
endif

# The Bitrix module alone, with PHP, MariaDB and PostgreSQL of its own, test by test. ARGS="SweepSuite"
test-bitrix: setup
	deploy/bitrix/tests/run $(ARGS)

# The long forms of what `make test` runs briefly. CHAOS_SEED and CHAOS_SECONDS choose the rehearsal of the worst day:
# the same seed is the same plan. Filling disks takes root.
CHAOS_SEED ?= $(shell date +%s)
CHAOS_SECONDS ?= 240
# 0: kinds of faults that cannot be carried out on this machine are said instead of failing the run.
CHAOS_COMPLETE ?= 1
SIMULATION_SCHEDULES ?= 1000000
chaos: setup
	CHAOS_SEED=$(CHAOS_SEED) CHAOS_SECONDS=$(CHAOS_SECONDS) CHAOS_COMPLETE=$(CHAOS_COMPLETE) $(SWIFT) test --filter ChaosTests $(ARGS)
	FISCAL_RELAY_SIMULATION=1 SIMULATION_SEED=$(CHAOS_SEED) SIMULATION_SCHEDULES=$(SIMULATION_SCHEDULES) \
		$(SWIFT) test -c release -Xswiftc -enable-testing --scratch-path .build/simulation --filter SimulationTests
	FISCAL_PROPERTY_ORDERS=100000 $(SWIFT) test --skip 'ChaosTests|SimulationTests' $(ARGS)

# libFuzzer on everything that comes in from outside, FUZZ_SECONDS for each target.
fuzz: setup
	Tests/Fuzzer/run $(or $(FUZZ_SECONDS),60)

# All tests under the address sanitizer, then under the thread sanitizer; each builds everything anew.
sanitize: setup
	Tests/sanitize $(ARGS)

bench: setup
	$(SWIFT) build -c release
	Benchmarks/run
	Benchmarks/queue $(ARGS)

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

clean:
	rm -rf .build
