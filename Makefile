# make, make demo, make check, make check-languages, make lint, make bench, make headers, make install, make clean

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DESTDIR ?=
CC ?= cc
CARGO ?= cargo
CARGO_TARGET_DIR ?= target
export CARGO_TARGET_DIR

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
ABI := $(firstword $(subst ., ,$(VERSION)))
WARNINGS := -Wall -Wextra -Wpedantic -Werror
PROGRAMS := $(wildcard examples-c/*.c tools/*.c)

.PHONY: all demo check check-languages lint bench headers install uninstall clean

# build/ is laid out as it will be installed: -Ibuild/include -Lbuild/lib -lmomo.
all:
	@scripts/build.sh
	@echo "build/lib/libmomo.so.$(VERSION), build/lib/libmomo.a, build/include/momo.h, build/bin/momo-token"

demo:
	@scripts/demo.sh

check:
	@scripts/deps.sh
	@scripts/check.sh

check-languages: all
	@scripts/languages.py

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy --lib --no-default-features -- -D warnings
	$(CC) -std=c99 $(WARNINGS) -Iinclude -fsyntax-only $(PROGRAMS)
	$(CC) -std=c11 $(WARNINGS) -Iinclude -fsyntax-only $(PROGRAMS)
	echo '#include <momo.h>' | $(CC) -x c -std=c99 $(WARNINGS) -Iinclude -fsyntax-only -
	for header in momo.h momo.hpp; do \
	  echo "#include <$$header>" | $(CXX) -x c++ -std=c++17 $(WARNINGS) -Iinclude -fsyntax-only - || exit; \
	done

# Compares libmomo with libcurl.
bench:
	@scripts/bench.sh

# Writes include/*.h and docs/options.md anew from the source.
headers:
	MOMO_WRITE_HEADERS=1 MOMO_WRITE_DOCS=1 $(CARGO) test --quiet --lib the_documentation_is_the_table

# What was built is not built again: root, who installs, may have no Cargo.
build/lib/libmomo.so.$(VERSION):
	@scripts/build.sh

install: build/lib/libmomo.so.$(VERSION)
	install -d "$(DESTDIR)$(LIBDIR)/pkgconfig" "$(DESTDIR)$(INCLUDEDIR)" \
	  "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(MANDIR)/man1"
	install -m 755 build/bin/momo-token "$(DESTDIR)$(BINDIR)/"
	install -m 644 packaging/momo-token.1 "$(DESTDIR)$(MANDIR)/man1/"
	install -m 755 build/lib/libmomo.so.$(VERSION) "$(DESTDIR)$(LIBDIR)/"
	ln -sf libmomo.so.$(VERSION) "$(DESTDIR)$(LIBDIR)/libmomo.so.$(ABI)"
	ln -sf libmomo.so.$(ABI) "$(DESTDIR)$(LIBDIR)/libmomo.so"
	install -m 644 build/lib/libmomo.a "$(DESTDIR)$(LIBDIR)/"
	install -m 644 include/momo.h include/momo_ffi.h include/momo.hpp "$(DESTDIR)$(INCLUDEDIR)/"
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	  -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	  packaging/momo.pc.in > "$(DESTDIR)$(LIBDIR)/pkgconfig/momo.pc"
	chmod 644 "$(DESTDIR)$(LIBDIR)/pkgconfig/momo.pc"

uninstall:
	rm -f "$(DESTDIR)$(LIBDIR)"/libmomo.so "$(DESTDIR)$(LIBDIR)"/libmomo.so.$(ABI) \
	  "$(DESTDIR)$(LIBDIR)"/libmomo.so.$(VERSION) "$(DESTDIR)$(LIBDIR)"/libmomo.a \
	  "$(DESTDIR)$(LIBDIR)"/pkgconfig/momo.pc \
	  "$(DESTDIR)$(INCLUDEDIR)"/momo.h "$(DESTDIR)$(INCLUDEDIR)"/momo_ffi.h \
	  "$(DESTDIR)$(INCLUDEDIR)"/momo.hpp \
	  "$(DESTDIR)$(BINDIR)"/momo-token "$(DESTDIR)$(MANDIR)"/man1/momo-token.1

clean:
	rm -rf build
	$(CARGO) clean
