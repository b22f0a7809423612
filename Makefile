# For people; CMakeLists.txt does the building. `make` lists what there is.

PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
# In CI a warning is an error in every build; for a learner with a newer compiler it is not.
CONFIGURE = cmake --preset $(1) $(if $(CI),-DCMAKE_COMPILE_WARNING_AS_ERROR=ON) > /dev/null
BUILD = +cmake --build $(1) --parallel $(JOBS)
MAKEFLAGS += --no-print-directory
CTEST = JOBS=$(JOBS) tools/test.sh
STEPS = $(foreach folder,$(sort $(wildcard steps/*)),$(firstword $(subst -, ,$(subst steps/,step,$(folder)))))

.DEFAULT_GOAL := help
.PHONY: help deps deps-test deps-engines deps-vm deps-cross deps-vm-arm64 build run test conformance guards engines sweep vm cross vm-arm64 diff format lint asan bench bench-images install clean $(STEPS)

help:  ## this list
	@awk -F ':.*  ## ' '/^[a-z0-9-]+:.*  ## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile
	@printf '  make %-13s %s\n' $(firstword $(STEPS)) 'build one step only: $(STEPS)'

deps:  ## install what the steps and the busybox root are made from (sudo if not root)
	@tools/deps.sh run

deps-test:  ## that, and what the tests, the lint and the benchmark need
	@tools/deps.sh test

deps-vm:  ## that, and an emulator: what `make vm` needs
	@tools/deps.sh vm

deps-cross:  ## what the steps are made from, and a compiler for arm64
	@tools/deps.sh cross

deps-vm-arm64:  ## that, and an emulator: what `make vm-arm64` needs
	@tools/deps.sh vm-arm64

deps-engines:  ## that of deps-test, and engines: Podman, containerd, Docker, buildah
	@tools/deps.sh engines

build: have-cmake  ## the steps, rootfs-fetch, the unrolled ladder: in build/
	@$(call CONFIGURE,release)
	$(call BUILD,build) --target lockstep

run: deps  ## a shell in the newest step's container (without a terminal: what it sees)
	@$(MAKE) build
	@tools/as-machine.sh tools/run.sh build

test: deps-test  ## every test
	@$(call CONFIGURE,release)
	$(call BUILD,build)
	$(CTEST) build

conformance: deps-test  ## the specification's demands, each with its test; hundreds of bundles beside runc and crun
	@$(call CONFIGURE,release)
	$(call BUILD,build) --target lockstep probe-helper
	@tools/as-machine.sh tests/conformance/run.sh build

guards: deps-test  ## each exploit of tests/cve on a build without its guard: there its test must fail
	@$(call CONFIGURE,release)
	LOCKSTEP_BUILD=$(CURDIR)/build JOBS=$(JOBS) tools/as-machine.sh tests/cve/without_guards.sh

engines: deps-engines  ## real engines with lockstep as their runtime: Podman, containerd, Docker, buildah
	@$(call CONFIGURE,release)
	$(call BUILD,build) --target lockstep
	$(CTEST) build -L engines

sweep: deps-test  ## the label `faults` without leaving a system call out: ten times as long
	@$(call CONFIGURE,release)
	$(call BUILD,build)
	tests/faults/all.sh build $(JOBS)

vm: deps-vm  ## graders and tests in a VM with cgroup v2 alone: KERNELS="6.1 6.12", TESTS='-L net'
	@$(call CONFIGURE,release)
	$(call BUILD,build)
	JOBS=$(JOBS) tests/vm/suite.sh build '' $(TESTS)

cross: deps-cross  ## ARCH=arm64: the steps, rootfs-fetch and lesson-check for another architecture, in build/ARCH
	@JOBS=$(JOBS) tools/cross.sh '$(ARCH)'

vm-arm64: deps-vm-arm64  ## the graders on arm64, in a VM: KERNELS=6.12
	@JOBS=$(JOBS) tools/cross.sh arm64
	JOBS=$(JOBS) KERNELS='$(or $(KERNELS),6.1)' tests/vm/suite.sh build/arm64 arm64 none

$(STEPS): have-cmake
	@$(call CONFIGURE,release)
	$(call BUILD,build) --target $@

diff:  ## STEP=03: what a step adds to the one before, then its core (FULL=1: its details too)
	@tools/diff.sh '$(STEP)' $(if $(FULL),full)

format:  ## clang-format every source
	find common steps rootfs-fetch tests -name '*.[ch]pp' | xargs clang-format -i

lint: deps-test  ## format, sizes, scripts; then clang's warnings and clang-tidy
	tools/lint.sh
	@$(call CONFIGURE,tidy)
	@tools/tidy.sh build/tidy $(JOBS)

asan: deps-test  ## every test with AddressSanitizer and UBSan
	@$(call CONFIGURE,asan)
	$(call BUILD,build/asan)
	$(CTEST) build/asan --label-exclude 'lint|ladder'

bench: deps-test  ## N=20 rounds: beside runc, crun, the least a runtime can do, and in the engines that are there (N=100: 15 minutes)
	@$(MAKE) build
	@echo 'about a quarter of an hour; N=20, fewer rounds, takes about three minutes'
	@status=0; for part in bench engine engines; do tests/bench/$$part.sh $(if $(N),-n $(N)) build || status=1; done; exit $$status

bench-images: deps-test  ## N=5 rounds: a Debian image from a registry, beside podman, skopeo with umoci, and curl | gzip | tar
	@$(MAKE) build
	tests/bench/images.sh $(if $(N),-n $(N)) build

install: build  ## stepNN, lockstep and rootfs-fetch into PREFIX/bin (/usr/local), below DESTDIR
	cmake --install build --strip --prefix '$(PREFIX)'

clean:  ## remove build/ and the links ./stepNN
	rm -rf build step[0-9][0-9]

.PHONY: have-cmake
have-cmake:
	@command -v cmake > /dev/null || { echo 'cmake is missing: `make deps` installs it'; exit 1; }
