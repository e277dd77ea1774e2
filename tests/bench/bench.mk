# What watching costs, side by side with other tracers; included by the Makefile.

BENCH_ROUNDS ?= 9
# BENCH_SEED: of the rows' order; without it a new one, which the page tells.
BENCH_PROGRAMS := $(filter-out floor.bpf,$(patsubst tests/bench/%.c,%,$(wildcard tests/bench/*.c)))
BENCH_BINS := $(BENCH_PROGRAMS:%=$(B)/bench/%)
# Static, so that a program's calls are its own and not the dynamic linker's.
$(B)/bench/dense $(B)/bench/tick: BENCH_LDFLAGS := -static

.PHONY: bench
bench: all $(BENCH_BINS) ## measure what watching costs, with sudo if need be (25 minutes); docs/benchmarks.md
	$(Q)$(SUDO) env PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/bench.py --build $(B) \
		--rounds $(BENCH_ROUNDS) $(if $(BENCH_SEED),--seed $(BENCH_SEED)) $(if $(ONLY),--only $(ONLY) --add)
	$(Q)PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/bench.py --build $(B) --page-only

$(B)/bench: | $(B)/tools
	$(Q)mkdir -p $@

$(BENCH_BINS): $(B)/bench/%: tests/bench/%.c | $(B)/bench
	$(call say,CC,$@)
	$(Q)$(CC) $(filter-out $(INSTRUMENT),$(ALL_CFLAGS)) -I$(B)/bench $(BENCH_LDFLAGS) -o $@ $< \
		$(if $(filter %/floor,$@),-lbpf)

$(B)/bench/floor.bpf.o: tests/bench/floor.bpf.c $(B)/gen/vmlinux.h | $(B)/bench
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(B)/bench/floor.skel.h: $(B)/bench/floor.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name floor_bpf >$@.tmp && mv $@.tmp $@

$(B)/bench/floor: $(B)/bench/floor.skel.h
