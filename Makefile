PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DESTDIR ?=
# What `make install` installs: what was built for this machine, or build/dist/PLATFORM, and the
# manual pages if `make docs` has made them.
BUILD ?= build
MAN ?= build/docs/man
CC ?= cc
CARGO ?= cargo
CARGO_TARGET_DIR ?= target
export CARGO_TARGET_DIR

VERSION := $(shell scripts/version.sh)
SONAME := $(shell sed -n 's/^const SONAME: &str = "\(.*\)";$$/\1/p' build.rs)
# What the static library needs of the system. The compiler adds what unwinds the stack: it knows
# whether that is for a static program.
STATIC_LIBS ?= -lutil -lrt -lpthread -lm -ldl -lc
# momo-token, and in what is released momo-mock-gateway.
TOOLS = $(wildcard $(BUILD)/bin/momo-*)
CMAKEDIR := $(LIBDIR)/cmake/momo
WARNINGS := -Wall -Wextra -Wpedantic -Werror
# A clean Debian has no Python.
CHECK := scripts/deps.sh python3=python3 && scripts/check.py
PROGRAMS := $(wildcard examples-c/*.c tools/*.c)

# Every rule with a text after ## is a target: `make help` shows them.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' Makefile)

# build/ is laid out as it will be installed: -Ibuild/include -Lbuild/lib -lmomo.
all: ## (or make alone) builds the library, the headers and momo-token, optimised, into build/
	@scripts/build.sh
	@echo "build/lib/libmomo.so.$(VERSION), build/lib/libmomo.a, build/include/momo.h, build/bin/momo-token"

help: ## shows the targets
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "%-20s%s\n", $$1, $$2 }' Makefile

demo: ## gets a token from the mock gateway, or from the real one if MOMO_API_USER is set
	@scripts/demo.sh

deps: ## installs what `make check` needs beside Rust, a C compiler and make
	@scripts/deps.sh tests check-docs
	@scripts/languages.py --install

check: ## every test, in parts that run side by side; ends with "N passed, M failed"
	@$(CHECK) check

check-languages: all ## every wrapper through one table of scenarios; a part of check
	@scripts/languages.py

check-versions: all ## the wrappers by the oldest and the newest versions of their languages; as root
	@bindings/check-versions.py

lint: ## rustfmt, clippy, the C and C++ compilers without a warning; the licences of dependencies
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy --test soak -- -D warnings
	$(CARGO) clippy --lib --features fuzzing -- -D warnings
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml --check
	$(CARGO) fmt --manifest-path benches/rivals/rust/Cargo.toml --check
	$(CARGO) update --quiet --workspace --locked --manifest-path fuzz/Cargo.toml
	$(CC) -std=c99 $(WARNINGS) -Iinclude -fsyntax-only $(PROGRAMS)
	$(CC) -std=c11 $(WARNINGS) -Iinclude -fsyntax-only $(PROGRAMS)
	scripts/deny.sh

check-abi: all ## what programs see of the library is what packaging/abi/ records; a part of check
	@scripts/check-abi.sh

check-targets: ## type-checks the library for platforms that it is not built for here
	@scripts/check-targets.sh

check-fuzz: ## each fuzz target for a minute
	@scripts/fuzz.sh

check-reproducible: ## compiles the library in another folder and compares the bytes
	@scripts/check-reproducible.sh

soak: all ## threads and processes while the gateway misbehaves: make soak MINUTES=30
	@LIBMOMO_DIR=$(CURDIR)/build/lib $(CARGO) test --quiet --test soak

check-sanitizers: ## the C interface under sanitizers and valgrind; QUICK=1 is the part in .ci/run
	@$(CHECK) sanitizers $(if $(QUICK),,--long)

mutants: ## the changes of the source that no test notices; takes hours
	@scripts/mutants.sh

dist: ## what is released, for every platform, into build/release
	@scripts/dist.sh

check-dist: ## uses each file of a release as its users do, in clean places; takes more than an hour
	@$(CHECK) release --long

check-release: ## the part of check-dist in .ci/run: this machine and Windows, four languages
	@export LIBMOMO_PLATFORMS="$${LIBMOMO_PLATFORMS:-x86_64-linux-gnu x86_64-windows}"; \
	  $(CHECK) release

docs: ## the documentation as a site and as manual pages, into build/docs
	@scripts/docs.py build

check-docs: all ## every block of code, every link and every name of the pages; a part of check
	@scripts/docs.py check

packages: ## a package for each language that has packages, into build/packages
	@scripts/packages.py build

check-packages: packages ## makes these packages and uses each of them
	@scripts/packages.py check

# QUICK and ONLY write only build/bench/results.json.
bench: ## measures, and writes docs/performance.md; QUICK=1 has tiny counts, ONLY=cached measures one case
	@benches/bench.py $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

headers: ## writes include/*.h and docs/options.md anew from the source
	MOMO_WRITE_HEADERS=1 MOMO_WRITE_DOCS=1 $(CARGO) test --quiet --lib the_documentation_is_the_table

# What was built is not built again: root, who installs, may have no Cargo.
build/lib/libmomo.a:
	@scripts/build.sh

# LIBDIR and INCLUDEDIR may lie anywhere: CMake is told where the one is from the other.
define substitute
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	  -e 's|@VERSION@|$(VERSION)|' -e 's|@SONAME@|$(SONAME)|' -e 's|@STATIC_LIBS@|$(STATIC_LIBS)|' \
	  -e 's|@INCLUDE_FROM_CMAKE@|$(shell realpath -m --relative-to="$(CMAKEDIR)" "$(INCLUDEDIR)")|' \
	  packaging/$(1).in > "$(2)/$(1)"
	chmod 644 "$(2)/$(1)"
endef

install: $(BUILD)/lib/libmomo.a install-config ## into PREFIX (/usr/local), below DESTDIR
	install -d "$(DESTDIR)$(INCLUDEDIR)" \
	  "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(MANDIR)/man1" "$(DESTDIR)$(MANDIR)/man3"
	install -m 755 $(TOOLS) "$(DESTDIR)$(BINDIR)/"
	install -m 644 $(TOOLS:$(BUILD)/bin/%=*/%.1) "$(DESTDIR)$(MANDIR)/man1/"
	for page in $(wildcard $(MAN)/man3/*.3); do install -m 644 $$page "$(DESTDIR)$(MANDIR)/man3/" || exit; done
	cp -P $(BUILD)/lib/libmomo* "$(DESTDIR)$(LIBDIR)/"
	install -m 644 include/momo.h include/momo_ffi.h include/momo.hpp "$(DESTDIR)$(INCLUDEDIR)/"

# By which pkg-config and CMake find the rest.
install-config:
	install -d "$(DESTDIR)$(LIBDIR)/pkgconfig" "$(DESTDIR)$(CMAKEDIR)"
	$(call substitute,momo.pc,$(DESTDIR)$(LIBDIR)/pkgconfig)
	$(call substitute,momo-config.cmake,$(DESTDIR)$(CMAKEDIR))
	$(call substitute,momo-config-version.cmake,$(DESTDIR)$(CMAKEDIR))

uninstall: ## removes what install copied
	rm -f "$(DESTDIR)$(LIBDIR)"/libmomo.so "$(DESTDIR)$(LIBDIR)"/$(SONAME) \
	  "$(DESTDIR)$(LIBDIR)"/libmomo.so.$(VERSION) "$(DESTDIR)$(LIBDIR)"/libmomo.a \
	  "$(DESTDIR)$(LIBDIR)"/libmomo.dylib "$(DESTDIR)$(LIBDIR)"/libmomo.0.dylib \
	  "$(DESTDIR)$(LIBDIR)"/pkgconfig/momo.pc \
	  "$(DESTDIR)$(INCLUDEDIR)"/momo.h "$(DESTDIR)$(INCLUDEDIR)"/momo_ffi.h \
	  "$(DESTDIR)$(INCLUDEDIR)"/momo.hpp \
	  "$(DESTDIR)$(BINDIR)"/momo-token "$(DESTDIR)$(MANDIR)"/man1/momo-token.1 \
	  "$(DESTDIR)$(BINDIR)"/momo-mock-gateway "$(DESTDIR)$(MANDIR)"/man1/momo-mock-gateway.1 \
	  "$(DESTDIR)$(MANDIR)"/man3/libmomo.3 "$(DESTDIR)$(MANDIR)"/man3/momo.h.3 \
	  "$(DESTDIR)$(MANDIR)"/man3/momo_*.3
	rm -rf "$(DESTDIR)$(CMAKEDIR)"

clean: ## removes build/ and the files of Cargo
	rm -rf build
	$(CARGO) clean
