# Other kernels: one static program, the BPF objects for aarch64, and the same measurements in Debian's
# kernels under QEMU. Included by the Makefile; see docs/kernels.md.

CROSS ?= aarch64-linux-gnu-
# SERIES/ARCH of the guests. That of arm64 needs a cross compiler and is left out without one.
KERNEL_GUESTS ?= 6.1/amd64 6.12/amd64 \
	$(and $(shell command -v $(CROSS)gcc),$(shell command -v qemu-system-aarch64),6.1/arm64)
KERNEL_TIMEOUT ?= 600
KERNEL_PAGE ?= docs/kernels.md

GUEST_RUNS ?= 9
GUEST_PAGES ?= docs/guest.md README.md

.PHONY: static static-arm64 bpf check-kernels guest scorecard

# --- one program for every kernel, and for machines without its libraries ---

STATIC := $(B)/static
STATIC_SCENARIOS := $(SCENARIOS:%=$(STATIC)/scenarios/%)
# The linker warns of getaddrinfo() and the like: they are only asked about addresses in digits.
LINK_STATIC = $(CC) $(ALL_CFLAGS) $(LDFLAGS) -static -Wl,--no-warnings -o $@ $^

static: $(STATIC)/zctrace $(STATIC_SCENARIOS) ## build build/static/, which needs no library to run

$(STATIC)/zctrace: $(B)/user/cli/main.o $(LIB) | $(STATIC)/scenarios
	$(call say,LINK,$@)
	$(Q)$(LINK_STATIC) $(shell pkg-config --static --libs $(LIBS)) -lcap -lm

$(STATIC_SCENARIOS): $(STATIC)/scenarios/%: $(B)/scenarios/%.o $(SCENARIO_PARTS) | $(STATIC)/scenarios
	$(call say,LINK,$@)
	$(Q)$(LINK_STATIC) $(SCENARIO_LIBS)

$(STATIC)/scenarios/receiver: $(B)/scenarios/digest.o
$(STATIC)/scenarios/zerocopy $(STATIC)/scenarios/uring: $(B)/scenarios/pool.o

$(STATIC)/random_moves: $(wildcard tests/proof/*.c tests/proof/*.h) | $(STATIC)/scenarios
	$(call say,CC,$@)
	$(Q)$(CC) -std=gnu11 $(WARN) $(CFLAGS) -D_GNU_SOURCE -static -o $@ $(filter %.c,$^)

$(STATIC)/ring_copy: tests/kernels/ring_copy.c | $(STATIC)/scenarios
	$(call say,CC,$@)
	$(Q)$(CC) -std=gnu11 $(WARN) $(CFLAGS) -D_GNU_SOURCE -static -o $@ $<

# Without a library there is nothing of another word size to be installed.
$(STATIC)/compat: tests/runtime/programs/compat.c | $(STATIC)/scenarios
	$(call say,CC,$@)
	$(Q)$(CC) -m32 -O1 -nostdlib -static -ffreestanding -fno-pic -no-pie -fno-stack-protector \
		-fno-asynchronous-unwind-tables -o $@ $<

$(STATIC)/scenarios:
	$(Q)mkdir -p $@

# --- another architecture, in a build directory of its own: the kernel side alone, or all ---

ARM64_B := $(B)/arm64

ifneq ($(filter arm64 aarch64,$(ARCH)),)
ifneq ($(shell uname -m),aarch64)
OTHER_ARCH := yes
endif
endif
ifeq ($(OTHER_ARCH)$(VMLINUX_H),yes)
bpf: $(ARM64_B)/vmlinux.h
	+$(Q)$(MAKE) --no-print-directory B=$(ARM64_B) VMLINUX_H=$< bpf
else
bpf: $(B)/zctrace.bpf.o ## build the kernel side alone; with ARCH=arm64 that of aarch64
endif

$(ARM64_B)/vmlinux.h:
	$(call say,GEN,$@)
	$(Q)mkdir -p $(ARM64_B)
	$(Q)PYTHON=$(PYTHON) BPFTOOL=$(BPFTOOL) tests/kernels/vmlinux-h.sh 6.1 arm64 \
		$(B)/kernels/6.1-arm64 $@

$(ARM64_B)/libraries/packages: tests/kernels/fetch-libraries.sh
	$(call say,FETCH,$(@D))
	$(Q)tests/kernels/fetch-libraries.sh arm64 $(@D)

ARM64_LIBS := $(ARM64_B)/libraries
static-arm64: $(ARM64_B)/vmlinux.h $(ARM64_B)/libraries/packages ## the same for aarch64, with a cross compiler
	+$(Q)$(MAKE) --no-print-directory B=$(ARM64_B) ARCH=arm64 VMLINUX_H=$< \
		CC=$(CROSS)gcc AR=$(CROSS)ar \
		CFLAGS='-O2 -g $(addprefix -isystem $(ARM64_LIBS),/usr/include /usr/include/aarch64-linux-gnu)' \
		LDFLAGS='$(addprefix -L$(ARM64_LIBS),/usr/lib/aarch64-linux-gnu /lib/aarch64-linux-gnu)' \
		static $(ARM64_B)/static/ring_copy $(ARM64_B)/static/random_moves

# --- other kernels ---

check-kernels: $(if $(filter %/arm64,$(KERNEL_GUESTS)),static-arm64)
check-kernels: static $(STATIC)/ring_copy $(STATIC)/random_moves $(STATIC)/compat ## test the counts on Debian's kernels, in QEMU
	$(Q)$(PYTHON) tests/kernels/check_kernels.py --build $(B) \
		$(if $(KERNEL_PAGE),--page $(KERNEL_PAGE)) --guests $(KERNEL_GUESTS) --timeout $(KERNEL_TIMEOUT)

guest: static $(STATIC)/ring_copy $(STATIC)/random_moves $(STATIC)/compat ## decide the documents' claims over real devices, in QEMU
	$(Q)$(PYTHON) tests/kernels/devices.py --build $(B) --runs $(GUEST_RUNS) --page $(GUEST_PAGES)

# The documents' claims on this kernel and in virtual machines with devices, side by side.
SCORECARD_SERIES ?= 6.1 6.12
SCORED := $(B)/scorecard

scorecard: all static $(STATIC)/ring_copy $(STATIC)/random_moves $(STATIC)/compat ## measure the claims here and on other kernels: docs/scorecard.md
	$(Q)mkdir -p $(SCORED)
	$(Q)$(SUDO) $(B)/zctrace check doc1 doc2 --size 256M -q --json $(SCORED)/this-machine.json
	$(Q)for series in $(SCORECARD_SERIES); do \
		$(PYTHON) tests/kernels/devices.py --build $(B) --series $$series >$(SCORED)/$$series.log || exit; \
		cp $(B)/guest-$$series/gathering.json $(SCORED)/vm-$$series.json; done
	$(Q)tests/kernels/scorecard.sh $(B)/zctrace $(SCORED)/this-machine.json \
		$(SCORECARD_SERIES:%=$(SCORED)/vm-%.json) >docs/scorecard.md
