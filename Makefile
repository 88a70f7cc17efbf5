# make             the programs, into bin/
# make SAN=1       the same with ASan and UBSan, into build/san/bin
# make test        installs what is missing, builds twice, runs all tests: tests/run
# make check       the tests that can run without installing anything; says what it leaves out
# make check-unit  the C unit tests alone, from build/unit (make unit builds them)
# make bench       measures everything, into bench/results (BENCH_SCALE=small: quickly); see bench/run
# make man         the manual, into build/man (by scdoc)
# make install     PREFIX=/usr/local, DESTDIR; make uninstall; make dist: build/seniority-VERSION.tar.gz
# make lint        shellcheck, cppcheck, clang-tidy; make coverage: see tests/check.mk
# make chaos       SECONDS=60: random faults, kills and accidents, checked by an oracle: see tests/check.mk
# make clean
#
# CC, CFLAGS, CPPFLAGS and LDFLAGS are yours; what the project itself needs is kept apart. BUILD= and BIN= count as
# arguments of make alone: the environment's BIN may be anybody's.

VERSION := 0.1.0

ifdef SAN
BUILD := build/san
BIN := build/san/bin
SAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS ?= -O1 -g
else
BUILD := build
BIN := bin
CFLAGS ?= -O2 -g
endif

# Warnings are errors in tests/run (WERROR=-Werror), not for users: a compiler newer than the source must not stop a build.
WERROR ?=
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wpointer-arith -Wundef -Wvla $(WERROR)
HARDEN := -fstack-protector-strong
# If the user's flags name _FORTIFY_SOURCE, be it to undefine it, they have the last word.
ifeq ($(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),)
HARDEN += -include src/lib/base/fortify.h
endif
ifdef SAN
HARDEN :=
endif

OUR_CPPFLAGS := -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Isrc/lib -Isrc -I$(BUILD)/proto
OUR_CFLAGS := -std=c11 -fPIE -pthread $(WARNINGS) $(HARDEN) $(SAN_FLAGS)
OUR_LDFLAGS := -pie -pthread -Wl,--as-needed -Wl,-z,relro,-z,now $(SAN_FLAGS)

PROGRAMS := s3ls s3cat senenrich s3put cursor senserve sengen sencache senstat
PROTOS := $(wildcard proto/*.proto)

# Each program names what it links beyond the library; --as-needed leaves out what it does not use.
LIBS_COMMON := -lyaml -lxxhash
LIBS_STORE := -lcurl -lexpat -lcrypto -lz -lzstd
LIBS_GRPC := -lgrpc -lgpr -lprotobuf-c
LIBS_s3ls := $(LIBS_STORE)
LIBS_s3cat := $(LIBS_STORE)
LIBS_s3put := $(LIBS_STORE)
LIBS_cursor := -lhiredis
LIBS_sencache := -lhiredis
LIBS_senenrich := -lhiredis $(LIBS_GRPC)
LIBS_senserve := $(LIBS_GRPC)
LIBS_sengen := -lm
LIBS_UNIT := -lcmocka $(LIBS_STORE) -lhiredis $(LIBS_GRPC) -lm

LIB_SRC := $(wildcard src/lib/*/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
LIB := $(BUILD)/libseniority.a
PROTO_C := $(PROTOS:proto/%.proto=$(BUILD)/proto/%.pb-c.c)
PROTO_OBJ := $(PROTO_C:.c=.o)
UNIT_SRC := $(wildcard tests/unit/*_test.c)
UNIT := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)

program_obj = $(patsubst %.c,$(BUILD)/%.o,$(wildcard src/$(1)/*.c))
# What a unit test may link of the programs: everything but their main files.
STAGE_OBJ := $(filter-out $(foreach p,$(PROGRAMS),$(BUILD)/src/$(p)/$(p).o),$(foreach p,$(PROGRAMS),$(call program_obj,$(p))))

.PHONY: all help unit check-unit check test bench clean
.SECONDARY:
all: $(PROGRAMS:%=$(BIN)/%)

# The comment at the top of this file.
help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

test:
	@tests/run
check:
	@tests/run --no-install --no-sanitizers

$(BUILD)/proto/%.pb-c.c: proto/%.proto
	@mkdir -p $(@D)
	protoc-c --proto_path=proto --c_out=$(BUILD)/proto $<

$(PROTO_OBJ): $(BUILD)/proto/%.o: $(BUILD)/proto/%.c
	$(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The generated headers come first, for the two programs that include them.
$(call program_obj,senenrich) $(call program_obj,senserve): | $(PROTO_C)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJ)
	@rm -f $@
	$(AR) qcs $@ $^

define program_rule
$(BIN)/$(1): $(call program_obj,$(1)) $(LIB) $(if $(filter senenrich senserve,$(1)),$(PROTO_OBJ))
	@mkdir -p $$(@D)
	$$(CC) $$(OUR_LDFLAGS) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) $(LIB) $$(LIBS_$(1)) $$(LIBS_COMMON)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

$(BUILD)/stages.a: $(STAGE_OBJ) $(PROTO_OBJ)
	@rm -f $@
	$(AR) qcs $@ $^

unit: $(UNIT)
$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/stages.a $(LIB)
	@mkdir -p $(@D)
	$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/stages.a $(LIB) $(LIBS_UNIT) $(LIBS_COMMON)

check-unit: unit
	@failed=0; for t in $(sort $(UNIT)); do $$t || failed=1; done; exit $$failed

BENCH_TOOLS := $(BUILD)/bench-tools
$(BENCH_TOOLS)/%: $(BUILD)/bench/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $< $(LIB) -lhiredis $(LIBS_COMMON)

bench: all $(BENCH_TOOLS)/fill $(BENCH_TOOLS)/hget_loop $(BENCH_TOOLS)/page_server
	BIN=$(BIN) TOOLS=$(BENCH_TOOLS) bench/run

include packaging/install.mk
include tests/check.mk

clean:
	rm -rf build bin

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
