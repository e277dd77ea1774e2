# What watching costs, side by side with other tracers; included by the Makefile.

.PHONY: bench
bench: all $(B)/bench/dense $(B)/bench/floor ## measure what watching costs, as root; writes docs/benchmarks.md
	$(Q)$(PYTHON) tests/bench/bench.py --build $(B)

$(B)/bench:
	$(Q)mkdir -p $@

$(B)/bench/dense: tests/bench/dense.c | $(B)/bench
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $<

$(B)/bench/floor.bpf.o: tests/bench/floor.bpf.c $(B)/gen/vmlinux.h | $(B)/bench
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(B)/bench/floor.skel.h: $(B)/bench/floor.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name floor_bpf >$@

$(B)/bench/floor: tests/bench/floor.c $(B)/bench/floor.skel.h
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -I$(B)/bench -o $@ $< -lbpf
