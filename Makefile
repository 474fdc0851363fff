# all (make alone), demo, deps, check, lint; check-abi, check-dist, check-docs, check-fuzz, check-languages,
# check-packages, check-release, check-reproducible, check-sanitizers, check-targets, check-versions;
# mutants, soak; dist, docs, packages; bench, headers; install, uninstall, clean

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

.PHONY: all demo deps check check-abi check-dist check-docs check-fuzz check-languages check-packages \
  check-release check-reproducible check-sanitizers check-targets check-versions mutants soak dist docs packages \
  lint bench headers install install-config uninstall clean

# build/ is laid out as it will be installed: -Ibuild/include -Lbuild/lib -lmomo.
all:
	@scripts/build.sh
	@echo "build/lib/libmomo.so.$(VERSION), build/lib/libmomo.a, build/include/momo.h, build/bin/momo-token"

demo:
	@scripts/demo.sh

# Installs what `make check` needs beside Rust, a C compiler and make.
deps:
	@scripts/deps.sh tests check-docs
	@scripts/languages.py --install

# Every test, in parts that run side by side. It installs what is missing first.
check:
	@$(CHECK) check

check-languages: all
	@scripts/languages.py

# The same by the oldest and the newest versions of the languages; as root, and not in CI.
check-versions: all
	@bindings/check-versions.py

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy --test soak -- -D warnings
	$(CARGO) clippy --lib -- --cfg fuzzing -D warnings
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml --check
	$(CARGO) fmt --manifest-path benches/rivals/rust/Cargo.toml --check
	$(CARGO) update --quiet --workspace --locked --manifest-path fuzz/Cargo.toml
	$(CC) -std=c99 $(WARNINGS) -Iinclude -fsyntax-only $(PROGRAMS)
	$(CC) -std=c11 $(WARNINGS) -Iinclude -fsyntax-only $(PROGRAMS)
	echo '#include <momo.h>' | $(CC) -x c -std=c99 $(WARNINGS) -Iinclude -fsyntax-only -
	for header in momo.h momo.hpp; do \
	  echo "#include <$$header>" | $(CXX) -x c++ -std=c++17 $(WARNINGS) -Iinclude -fsyntax-only - || exit; \
	done
	scripts/deny.sh

# Compares what programs see of the library with what is recorded in packaging/abi/.
check-abi: all
	@scripts/check-abi.sh

# Type-checks the library for platforms that it is not built for here.
check-targets:
	@scripts/check-targets.sh

# Each fuzz target for a minute.
check-fuzz:
	@scripts/fuzz.sh

# Compiles the library in another folder and compares the bytes.
check-reproducible:
	@scripts/check-reproducible.sh

# Threads and processes ask for tokens while the gateway misbehaves: make soak MINUTES=30.
soak: all
	@LIBMOMO_DIR=$(CURDIR)/build/lib $(CARGO) test --quiet --test soak

# The C interface under AddressSanitizer, LeakSanitizer, valgrind and ThreadSanitizer; with QUICK=1
# the part that CI has time for.
check-sanitizers:
	@$(CHECK) sanitizers $(if $(QUICK),,--long)

# Which changes of the source no test notices. Takes hours.
mutants:
	@scripts/mutants.sh

# What is released, for every platform, into build/release: archives, symbols, the source, bills of
# materials, packages of Debian, checksums.
dist:
	@scripts/dist.sh

# Uses each of them, and the packages of the languages, as their users do, in clean places.
check-dist:
	@$(CHECK) release --long

# The part of it that CI has time for: this machine's libraries and Windows', four languages.
check-release:
	@export LIBMOMO_PLATFORMS="$${LIBMOMO_PLATFORMS:-x86_64-linux-gnu x86_64-windows}"; \
	  $(CHECK) release

# The documentation as a site and as manual pages, into build/docs.
docs:
	@scripts/docs.py build

# Every block of code, every link and every name in it.
check-docs: all
	@scripts/docs.py check

# A package for each language that has packages, into build/packages.
packages:
	@scripts/packages.py build

check-packages: packages
	@scripts/packages.py check

# Compares libmomo with what a program would use instead, and writes docs/performance.md, its chart
# and the figures of README.md. QUICK=1 has tiny counts and ONLY=cached measures one case; both write
# only build/bench/results.json.
bench:
	@benches/bench.py $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

# Writes include/*.h and docs/options.md anew from the source.
headers:
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

install: $(BUILD)/lib/libmomo.a install-config
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

uninstall:
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

clean:
	rm -rf build
	$(CARGO) clean
