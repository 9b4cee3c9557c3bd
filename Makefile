# Two commands do everything on a fresh Debian 12: `make run` and `make test`. The build itself is meson's.
SECONDS ?= 60
MESON_FLAGS ?=
SOAK_SECONDS ?= 600

.PHONY: all run test test-vm bench lint fuzz soak install clean

all: build/build.ninja
	@ninja -C build

build/build.ninja:
	@command -v meson >/dev/null || { echo "meson is missing; 'tools/setup run' installs what a build needs" >&2; exit 1; }
	@meson setup build $(MESON_FLAGS)

# Installs what is missing, builds, serves the demo until Ctrl-C.
run:
	@tools/setup run
	@$(MAKE) --no-print-directory build/build.ninja
	@ninja -C build stillcast
	@exec build/stillcast demo

# Installs what is missing, then everything that CI runs. Last line: N passed, N failed.
test:
	@tools/setup test
	@tools/check

# Cameras by real drivers and the unit under systemd, in a virtual machine; make test has it as its last step.
test-vm:
	@tools/setup test
	@$(MAKE) --no-print-directory all
	@tests/vm/run

bench:
	@tools/setup test
	@$(MAKE) --no-print-directory all
	@/usr/bin/python3 tests/bench/run.py

# Format, layers, symbols, headers, banned functions, analyzers.
lint:
	@tools/setup test
	@tools/check lint

# make fuzz SECONDS=600: so long for each harness.
fuzz:
	@tools/setup test
	@tools/fuzz $(SECONDS)

# All sources at once, then 2,000 viewers, each with faults; make soak SOAK_SECONDS=28800 for a night.
soak:
	@tools/setup test
	@$(MAKE) --no-print-directory all
	@cd tests/e2e && SOAK_SECONDS=$(SOAK_SECONDS) /usr/bin/python3 -m pytest -q -s test_soak.py test_soak_churn.py

install: all
	@meson install -C build --no-rebuild

clean:
	rm -rf build build-*
