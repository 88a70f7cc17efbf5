# The fuzzers, with clang's libFuzzer, ASan and UBSan, into build/fuzz:
#
#     make -f tests/fuzz/fuzz.mk
#     build/fuzz/json_fuzz -dict=tests/fuzz/json.dict -max_total_time=300
#     make -f tests/fuzz/fuzz.mk run SECONDS=60    each of them for a minute
#
# A corpus is kept in build/fuzz/corpus/NAME; what makes a fuzzer stop is left in build/fuzz. tests/fuzz/NAME.dict holds words
# for NAME_fuzz; who has none of its own gets JSON's.

FUZZ_CC ?= clang
FUZZ_BUILD ?= build/fuzz
SECONDS ?= 60
FUZZ_SRC := $(wildcard tests/fuzz/*_fuzz.c)
FUZZ := $(FUZZ_SRC:tests/fuzz/%.c=$(FUZZ_BUILD)/%)
# What every fuzzer links: no library beside libc. One that needs more names it in FUZZ_LIB_NAME.
FUZZ_LIB := $(wildcard src/lib/base/*.c src/lib/json/*.c src/lib/streams/lines.c src/lib/streams/records_*.c)
FUZZ_LIB_aws_config_fuzz := src/lib/aws/config.c src/lib/aws/config_parse.c -lcrypto
FUZZ_LIB_credentials_fuzz := src/lib/aws/credentials_json.c src/lib/aws/credentials_set.c \
	src/lib/aws/credentials_process.c -lcrypto
FUZZ_LIB_s3_page_fuzz := src/lib/s3/page.c src/lib/s3/page_read.c src/lib/s3/page_scan.c \
	src/lib/http/xml.c src/lib/http/percent.c -lexpat
FUZZ_FLAGS := -O1 -g -std=c11 -D_GNU_SOURCE -Isrc/lib -Wall -Wextra -Werror -pthread \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined

.PHONY: fuzz run
fuzz: $(FUZZ)

$(FUZZ_BUILD)/%: tests/fuzz/%.c $(FUZZ_LIB) $(wildcard src/lib/*/*.h)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $< $(FUZZ_LIB) $(FUZZ_LIB_$*)

run: fuzz
	@for f in $(FUZZ); do n=$${f##*/}; mkdir -p $(FUZZ_BUILD)/corpus/$$n; echo "$$n"; \
	d=tests/fuzz/$${n%_fuzz}.dict; [ -f $$d ] || d=tests/fuzz/json.dict; \
	$$f -dict=$$d -max_total_time=$(SECONDS) -max_len=4096 -verbosity=0 -print_final_stats=1 \
	-artifact_prefix=$(FUZZ_BUILD)/ $(FUZZ_BUILD)/corpus/$$n || exit 1; done
