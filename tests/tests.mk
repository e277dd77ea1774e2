# The tests, and what else looks for mistakes: included by the Makefile, whose names these rules use.

FUZZ_SECONDS ?= 60
comma := ,

# In tests/runtime: NAME_faults.c is preloaded into programs, NAME.bpf.c is the BPF part of NAME.c.
TEST_LIBS := $(patsubst tests/runtime/%.c,$(B)/tests/%.so,$(wildcard tests/runtime/*_faults.c))
TEST_BPF := $(patsubst tests/runtime/%.bpf.c,%,$(wildcard tests/runtime/*.bpf.c))
TEST_BINS := $(filter-out $(TEST_LIBS:.so=) $(TEST_BPF:%=$(B)/tests/%.bpf),\
	$(patsubst tests/runtime/%.c,$(B)/tests/%,$(wildcard tests/runtime/*.c)))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
# What clang's static analyser has found nothing in.
ANALYSED := $(patsubst %.c,$(B)/analysed/%.ok,$(USER_SOURCES) $(wildcard scenarios/*.c tests/fuzz/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*.c))

# --- to run ---

SUITES := unit golden runtime browser
# In CI other kernels are booted too: "make check-kernels".
ALL_SUITES := $(SUITES) $(if $(filter true,$(CI)),kernels)
CHECK := ZCTRACE_BUILD=$(B) PYTHON=$(PYTHON) tools/check.sh

.PHONY: check $(SUITES:%=check-%) soak sanitize coverage fuzz run-fuzzers lint
check: $(UNIT_TESTS) $(TEST_BINS) $(TEST_LIBS) all ## run every test, those of the next four side by side
	$(Q)$(CHECK) $(or $(ONLY),$(ALL_SUITES))

check-unit: $(UNIT_TESTS) ## test functions of user/, without root
check-golden: ## test saved reports and every format made of them, without root
check-runtime: $(TEST_BINS) $(TEST_LIBS) ## test measuring, with sudo if need be
check-browser: ## test the HTML page in a real browser, without root

$(SUITES:%=check-%): all
	$(Q)$(CHECK) $(@:check-%=%)

soak: $(TEST_BINS) all ## start zctrace a thousand times and more, and look for what is left
	$(Q)ZCTRACE_SOAK=1000 $(CHECK) runtime:soak

# Other flags find other warnings; those of the plain build count.
variant_make = $(MAKE) --no-print-directory B=build/$@ VMLINUX_H=$(VMLINUX_H) WARN=-w
variant = +$(Q)$(variant_make)

# Measured runs are not among them: the sanitizers' own memory faults in after the window.
SANITIZED := unit golden runtime:scenario,killed,signal,disk,timeout,ctrl_c,truncated,foreign,not_root
sanitize: ## run unit, golden and some runtime tests built with ASan and UBSan
	$(variant) CFLAGS='-O1 -g -fno-omit-frame-pointer' check ONLY='$(SANITIZED)' \
		INSTRUMENT='-fsanitize=address,undefined -fno-sanitize-recover=all -static-libasan'

# Whoever a program has become when it ends, it can add to the counts. Before exec they are written
# by GCC's own exec; that of run's program is left alone.
COVERAGE := --coverage -fno-builtin-execvp
coverage: ## run the tests and list each file's tested lines, and why others are not; docs/coverage.md
	$(Q)rm -f build/coverage/*/*.gcda
	$(Q)umask 0 && mkdir -p build/coverage && \
		$(CC) -O2 -c tests/coverage/count_exit.c -o build/coverage/count_exit.o
	-+$(Q)umask 0 && $(variant_make) CFLAGS='-O0 -g' check ONLY='$(or $(ONLY),$(SUITES))' \
		INSTRUMENT='$(COVERAGE)' LDFLAGS='-Wl,--wrap=_exit $(CURDIR)/build/coverage/count_exit.o'
	$(Q)gcovr --root . --filter user/ --filter scenarios/ --json build/coverage/counts.json build/coverage
	$(Q)gcovr --root . --add-tracefile build/coverage/counts.json
	$(Q)$(PYTHON) tests/coverage/reasons.py $(if $(ONLY),,--page) build/coverage/counts.json

fuzz: ## fuzz each reader of outside input for FUZZ_SECONDS (60)
	$(variant) CC=$(CLANG) CFLAGS='-O1 -g' run-fuzzers \
		INSTRUMENT=-fsanitize=fuzzer-no-link,address,undefined
run-fuzzers: $(FUZZERS)
	$(Q)tools/fuzz.sh $(FUZZ_SECONDS) $^

lint: $(ANALYSED) ## look for mistakes and bad form in C, shell and Python
	$(Q)PYTHON=$(PYTHON) tools/lint.sh

$(B)/analysed/%.ok: %.c $(B)/gen/zctrace.skel.h $(B)/gen/perfetto.pb-c.c | $(B)/gen/version.h
	$(call say,ANALYSE,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) --analyze -Xclang -analyzer-output=text -Xclang -analyzer-werror \
		$(filter-out $(WARN),$(ALL_CFLAGS)) $(ANALYSER_FLAGS) $(call includes_for,$<) \
		-MMD -MP -MT $@ -MF $(@:.ok=.d) -o /dev/null $< && touch $@

# It does not see that libbpf frees what bpftool's skeleton allocates.
$(patsubst %,$(B)/analysed/user/count/%.ok,session session_read): ANALYSER_FLAGS := \
	-Xclang -analyzer-disable-checker=unix.Malloc

# --- to build ---

$(B)/unit/%: tests/unit/%.c $(LIB) | $(B)/unit
	$(call say,TEST,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_INCLUDES) $(LDFLAGS) -MMD -MP -o $@ $< $(LIB) -lcmocka $(LDLIBS)

$(TEST_BPF:%=$(B)/tests/%.bpf.o): $(B)/tests/%.bpf.o: tests/runtime/%.bpf.c $(B)/gen/vmlinux.h | $(B)/tests
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@
$(TEST_BPF:%=$(B)/gen/%.skel.h): $(B)/gen/%.skel.h: $(B)/tests/%.bpf.o
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf >$@.tmp && mv $@.tmp $@
$(TEST_BPF:%=$(B)/tests/%): $(B)/tests/%: $(B)/gen/%.skel.h

# With shared libraries: a preloaded one takes the place of their functions.
$(TEST_BINS): $(B)/tests/%: tests/runtime/%.c $(LIB) | $(B)/tests
	$(call say,TEST,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_INCLUDES) $(LDFLAGS) -MMD -MP -o $@ $< $(LIB) $(SHARED_LDLIBS)

$(TEST_LIBS): $(B)/tests/%.so: tests/runtime/%.c | $(B)/tests
	$(call say,TEST,$@)
	$(Q)$(CC) $(filter-out $(INSTRUMENT),$(ALL_CFLAGS)) $(ALL_INCLUDES) -fPIC -shared -MMD -MP -o $@ $< -ldl

$(B)/fuzz/%: tests/fuzz/%.c $(LIB) | $(B)/fuzz
	$(call say,FUZZER,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_INCLUDES) -fsanitize=fuzzer $(wrapped) -MMD -MP -o $@ $< $(LIB) $(LDLIBS)

# fuzz_options has functions of its own for those that would print, end it, or do something.
$(B)/fuzz/fuzz_options: wrapped := $(patsubst %,-Wl$(comma)--wrap=%,argp_parse argp_error complain \
	getpwnam outputs_check output_replace measure trace receive report_read_json)
