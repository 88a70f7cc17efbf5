# check.mk: make lint, make format, make coverage, make chaos. Read by the Makefile. What they need: PACKAGES_LINT and
# PACKAGES_TEST in packaging/debian.sh.
#
#   make lint       shellcheck, cppcheck, clang-tidy, clang-format: prints findings alone, fails where there are any
#   make format     lets clang-format have its way with FORMAT, or with all of the C
#   make coverage   unit tests and bats files on an instrumented build: build/coverage/index.html, and the figures.
#                   COVERAGE_BATS="tests/a.bats …" says which bats files (all that have no line "# slow: ")
#   make chaos      random objects, faults, kills and accidents; an oracle checks whether a law was broken.
#                   SECONDS=60: how long; SEED=N: run that world again; STORE=s3, file or both;
#                   WITHOUT=NAME,...: leave out faults. See tests/chaos/run.py
#
# clang-tidy looks at one file at a time, as its check of va_list goes wrong over several, and again only at what has changed.

LINT_JOBS ?= $(shell nproc)
CLANG_TIDY ?= clang-tidy
CLANG_FORMAT ?= clang-format
CPPCHECK ?= cppcheck
SHELLCHECK ?= shellcheck

LINT := $(BUILD)/lint
LINT_C := $(wildcard src/*/*.c src/lib/*/*.c)
LINT_HEADERS := $(wildcard src/*/*.h src/lib/*/*.h)
LINT_SHELL = $(wildcard *.sh */*.sh */*/*.sh */*.bash) tests/run bench/run packaging/seniority
LINT_BATS = $(wildcard tests/*.bats)
FORMAT ?= $(LINT_C) $(LINT_HEADERS) $(wildcard tests/*.c tests/*/*.[ch] bench/*.c)

.PHONY: lint lint-shell lint-cppcheck lint-tidy lint-format format coverage chaos
lint:
	@$(MAKE) --no-print-directory -k -j$(LINT_JOBS) lint-shell lint-cppcheck lint-format lint-tidy

# 2154 and 2034: run sets $stderr, helpers read what a test sets
lint-shell:
	@$(SHELLCHECK) -x -P . $(LINT_SHELL)
	@$(SHELLCHECK) -x -P . -S warning -e SC2154,SC2034 $(LINT_BATS)

# funcArgOrderDifferent is misled by a parameter that is a function; uninitvar takes a designated initialiser of a foreign type for none
lint-cppcheck:
	@$(CPPCHECK) --std=c11 --quiet --error-exitcode=1 --inline-suppr --enable=warning,performance,portability \
	--suppress=missingInclude --suppress=funcArgOrderDifferent --suppress=legacyUninitvar --suppress=uninitvar:tests/unit/* \
	-Isrc/lib -Isrc -D_GNU_SOURCE '-DVERSION=""' src bench tests/unit

lint-tidy: $(LINT_C:%.c=$(LINT)/%.tidy)
$(LINT)/%.tidy: %.c $(LINT_HEADERS) .clang-tidy | $(PROTO_C)
	@mkdir -p $(@D)
	@$(CLANG_TIDY) --quiet $< -- -std=c11 -pthread $(OUR_CPPFLAGS) 2>$@.log || { cat $@.log; exit 1; }
	@touch $@

lint-format:
	@$(CLANG_FORMAT) --dry-run -Werror $(FORMAT)

format:
	$(CLANG_FORMAT) -i $(FORMAT)

COVERAGE := build/coverage
COVERAGE_BATS ?= $(shell for file in tests/*.bats; do \
	grep -qE "^. slow( as $$(basename $$file .bats))?: " $$file || echo $$file; done)
COVERAGE_MAKE = $(MAKE) --no-print-directory BUILD=$(COVERAGE) BIN=$(COVERAGE)/bin HARDEN= \
	CFLAGS='-O0 -g --coverage -fprofile-abs-path -fprofile-update=atomic' LDFLAGS=--coverage

# A process that is killed leaves no counts: what such tests alone reach is not in the figures.
coverage:
	$(COVERAGE_MAKE) -s all unit
	find $(COVERAGE) -name '*.gcda' -delete
	-$(COVERAGE_MAKE) -s check-unit >$(COVERAGE)/unit.log 2>&1
	-SENIORITY_BIN=$(abspath $(COVERAGE)/bin) bats --formatter tap $(COVERAGE_BATS) >$(COVERAGE)/bats.log 2>&1
	@grep -h '^not ok' $(COVERAGE)/unit.log $(COVERAGE)/bats.log || true
	gcovr -r . --exclude-unreachable-branches --exclude-throw-branches --filter src/ $(COVERAGE) \
	--html-details $(COVERAGE)/index.html --print-summary

chaos: all
	@tests/chaos/run.py $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) $(if $(STORE),--store $(STORE)) \
	$(if $(WITHOUT),--without $(WITHOUT)) --bin $(BIN)
