# Random programs whose own tally is compared with the report; included by the Makefile.

PROOF_RUNS ?= 1000
RANDOM_MOVES := $(B)/tests/random_moves

.PHONY: proof
proof: all $(RANDOM_MOVES) ## compare 1000 random programs' own tallies with the reports (2 minutes); docs/proof.md
	$(Q)$(SUDO) env ZCTRACE_BUILD=$(B) PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/proof/proof.py \
		--runs $(PROOF_RUNS) --page docs/proof.md

check check-runtime: $(RANDOM_MOVES)

# Static, so that nearly all of its calls are its own and not the dynamic linker's.
$(RANDOM_MOVES): $(wildcard tests/proof/*.c tests/proof/*.h) | $(B)/tests
	$(call say,TEST,$@)
	$(Q)$(CC) $(filter-out $(INSTRUMENT),$(ALL_CFLAGS)) -static -o $@ $(filter %.c,$^)
