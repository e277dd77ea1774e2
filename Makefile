# Builds zctrace: BPF objects -> one linked object -> skeleton -> loader, and the scenario programs.
# Everything goes to build/; ./zctrace is a link to build/zctrace. "make help" lists what there is.

Q := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-8s %s\n' '$(1)' '$(2)')

# Goals beside deps wait for it in a make of their own, which reads this file when what they need is
# there: that is why the rest of it is skipped here.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
AFTER_DEPS := $(filter-out deps,$(MAKECMDGOALS))
PURPOSES := build $(patsubst check-%,%,$(filter bench check-kernels,$(AFTER_DEPS))) \
	$(if $(filter-out run all bench,$(or $(AFTER_DEPS),check)),\
	test $(if $(filter true,$(CI)),kernels))

.PHONY: deps $(AFTER_DEPS)
deps: ## install what is missing, with apt, dnf or pacman; "make deps run" runs afterwards
	$(Q)tools/deps.sh $(PURPOSES)
	$(if $(AFTER_DEPS),+$(Q)$(MAKE) --no-print-directory $(AFTER_DEPS))
$(AFTER_DEPS): deps
	@:
else

ARCH ?= $(shell uname -m)
BPF_ARCH := $(or $(patsubst x86_64,x86,$(filter x86_64,$(ARCH))),\
	$(if $(filter aarch64 arm64,$(ARCH)),arm64),$(ARCH))
VMLINUX_BTF ?= /sys/kernel/btf/vmlinux
PYTHON ?= /usr/bin/python3
CLANG ?= clang
# Ubuntu's own bpftool is a script that wants a package for exactly the running kernel.
BPFTOOL ?= $(firstword $(wildcard /usr/lib/linux-tools/*/bpftool /usr/sbin/bpftool) bpftool)
D3_JS ?= $(firstword $(wildcard /usr/share/nodejs/d3/dist/d3.min.js))
B ?= build
PREFIX ?= /usr/local
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)

include user/folders.mk

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LIBS := libbpf jansson libnl-route-3.0 libnl-3.0 libseccomp nettle libprotobuf-c
# From archives where there are any (Debian has them), and at a fixed address: to find, map and
# relocate ten shared libraries takes longer than many a program that is watched (docs/cost.md).
# The C library stays a shared one: it loads what looks up users and hosts.
ARCHIVES = $(patsubst -l%,%,$(filter -l%,$(shell pkg-config --static --libs $(LIBS) 2>/dev/null))) cap
SHARED_LDLIBS = $(shell pkg-config --libs $(LIBS) 2>/dev/null) -lcap -lm
LDLIBS = $(if $(filter-out /%,$(foreach l,$(ARCHIVES),$(shell $(CC) -print-file-name=lib$(l).a))),\
	$(SHARED_LDLIBS),\
	-Wl,-Bstatic $(shell pkg-config --static --libs $(LIBS) 2>/dev/null) -lcap -Wl,-Bdynamic) -Wl,--as-needed -lm

CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Werror -Wno-unused-parameter -Wshadow -Wvla
# INSTRUMENT: what sanitize, coverage and fuzz add to every compilation and link.
ALL_CFLAGS := -std=gnu11 $(WARN) $(CFLAGS) $(INSTRUMENT) -D_GNU_SOURCE \
	-I$(B)/gen $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
BPF_CFLAGS := -std=gnu11 -g -O2 -Wall -Wextra -Werror -Wno-unused-parameter \
	-target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_ARCH) -I$(B)/gen -Ibpf

# state.bpf.o defines the maps: bpftool 7.1's linker wants definitions before their users.
BPF_OBJS := $(B)/bpf/state.bpf.o \
	$(patsubst bpf/%.bpf.c,$(B)/bpf/%.bpf.o,$(filter-out bpf/state.bpf.c,$(wildcard bpf/*.bpf.c)))
USER_SOURCES := $(wildcard $(FOLDERS:%=user/%/*.c))
USER_OBJS := $(USER_SOURCES:%.c=$(B)/%.o) \
	$(B)/gen/perfetto.pb-c.o $(B)/gen/assets.o $(B)/gen/articles.o
# Everything but main(): what the program, the tests and the fuzzers link.
LIB_OBJS := $(filter-out $(B)/user/cli/main.o,$(USER_OBJS))
LIB := $(B)/zctrace.a
SCENARIOS := receiver copy sendfile mmap splice zerocopy uring direct vmsplice tee
# Parts that only some of them need, below.
SCENARIO_EXTRAS := scenarios/digest.c scenarios/pool.c
SCENARIO_LIBS = -ljansson $(if $(filter %/digest.o,$^),-lnettle) $(if $(filter %/uring.o,$^),-luring)
SCENARIO_BINS := $(SCENARIOS:%=$(B)/scenarios/%)
SCENARIO_PARTS := $(patsubst scenarios/%.c,$(B)/scenarios/%.o,\
	$(filter-out $(SCENARIOS:%=scenarios/%.c) $(SCENARIO_EXTRAS),$(wildcard scenarios/*.c))) \
	$(B)/user/util/size.o

.PHONY: all run
all: $(if $(filter build,$(B)),zctrace,$(B)/zctrace) $(SCENARIO_BINS) ## build (the default)

run: all ## run "zctrace compare $(ARGS)" on a file that it makes itself; with sudo if need be
	$(Q)$(SUDO) ./zctrace compare $(ARGS)

zctrace: $(B)/zctrace
	$(Q)ln -sf $(B)/zctrace $@

$(B)/zctrace: $(B)/user/cli/main.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -no-pie -o $@ $^ $(LDLIBS)

$(LIB): $(LIB_OBJS)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# --- the kernel side ---

$(B)/gen/vmlinux.h: $(VMLINUX_H) | $(B)/gen
	$(call say,GEN,$@)
	$(Q)$(if $(VMLINUX_H),cp $(VMLINUX_H) $@,$(BPFTOOL) btf dump file $(VMLINUX_BTF) format c >$@ || \
	{ echo "$(VMLINUX_BTF): this kernel's types cannot be read; give VMLINUX_H=FILE" >&2; exit 1; })

$(B)/bpf/%.bpf.o: bpf/%.bpf.c $(B)/gen/vmlinux.h | $(B)/bpf
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

$(B)/zctrace.bpf.o: $(BPF_OBJS)
	$(call say,BPFLINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(B)/gen/zctrace.skel.h: $(B)/zctrace.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name zctrace_bpf >$@.tmp && mv $@.tmp $@

# --- the user side ---

$(patsubst %.c,$(B)/%.o,$(wildcard user/count/session*.c)): $(B)/gen/zctrace.skel.h
$(B)/user/view/render_perfetto.o $(B)/user/view/perfetto_writer.o: $(B)/gen/perfetto.pb-c.c

# Made anew when it says something else, so that all objects of a build say the same.
$(B)/gen/version.h: $(if $(findstring "$(VERSION)",$(file <$(B)/gen/version.h)),,FORCE) | $(B)/gen
	$(Q)echo '#define ZCTRACE_VERSION "$(VERSION)"' >$@

$(B)/user/%.o: user/%.c | $(FOLDERS:%=$(B)/user/%) $(B)/gen/version.h
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(call includes_for,$<) -MMD -MP -c $< -o $@

$(B)/gen/perfetto.pb-c.c: user/view/perfetto.proto | $(B)/gen
	$(call say,PROTOC,$@)
	$(Q)protoc-c --c_out=$(B)/gen -Iuser/view $<

$(B)/gen/perfetto.pb-c.o: $(B)/gen/perfetto.pb-c.c
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Wno-error -c $< -o $@

# The page's own style and scripts, and D3, as symbols of the program.
$(B)/gen/assets.o: web/assets.S $(wildcard web/*.html web/*.css web/*.js) $(D3_JS) | $(B)/gen
	$(call say,EMBED,$@$(if $(D3_JS),, without D3: the page is complete but does not zoom))
	$(Q)$(CC) -c $< -o $@ $(if $(D3_JS),-DD3_JS='"$(D3_JS)"') -Iweb

# The articles whose claims are decided, as a table of the program.
ARTICLES := $(sort $(wildcard articles/*.md))
$(B)/gen/articles.S: tools/embed-articles.sh $(ARTICLES) articles | $(B)/gen
	$(Q)tools/embed-articles.sh $(ARTICLES) >$@

$(B)/gen/articles.o: $(B)/gen/articles.S
	$(call say,EMBED,$@)
	$(Q)$(CC) -c $< -o $@

# --- the documents' programs ---

$(B)/scenarios/%.o: scenarios/%.c | $(B)/scenarios
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(call includes_for,$<) -MMD -MP -c $< -o $@

$(SCENARIO_BINS): $(B)/scenarios/%: $(B)/scenarios/%.o $(SCENARIO_PARTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(SCENARIO_LIBS)

$(B)/scenarios/receiver: $(B)/scenarios/digest.o
$(B)/scenarios/zerocopy $(B)/scenarios/uring: $(B)/scenarios/pool.o

# Tests, lint, coverage and fuzzing; other kernels.
include $(wildcard tests/*.mk tests/*/*.mk)

# --- the rest ---

.PHONY: install uninstall clean help compile_commands.json FORCE
install: all ## install below PREFIX (/usr/local), itself below DESTDIR
	install -D $(B)/zctrace $(DESTDIR)$(PREFIX)/bin/zctrace
	install -D -t $(DESTDIR)$(PREFIX)/libexec/zctrace/scenarios $(SCENARIO_BINS)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/zctrace/labs labs/*.md labs/*.py
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/zctrace/labs/data labs/data/*

uninstall: ## remove what install installed
	rm -f $(DESTDIR)$(PREFIX)/bin/zctrace
	rm -rf $(DESTDIR)$(PREFIX)/libexec/zctrace $(DESTDIR)$(PREFIX)/share/zctrace

compile_commands.json: ## list the compilations, for clangd and other tools
	$(Q)$(MAKE) -nB V=1 all | jq -nR --arg directory '$(CURDIR)' '[inputs | select(test(" -c \\S+\\.c ")) '\
	'| { $$directory, command: ., file: capture(" -c (?<file>\\S+)").file }]' >$@

clean: ## remove what was built
	$(Q)rm -rf $(B) zctrace compile_commands.json

help: ## list this
	@echo 'make TARGET... ; what asks for root is run with sudo, so do not run make itself with it.'
	@awk -F ':.*## ' '/^[a-z_.-]+:.*## / { printf "  %-21s %s\n", $$1, $$2 }' $(filter %Makefile %.mk,$(MAKEFILE_LIST))
	@echo 'V=1 shows the commands; CC, CLANG, BPFTOOL, PYTHON, CFLAGS, VMLINUX_H=FILE, B=DIRECTORY.'

$(B)/tools: tools/packages.tsv tools/deps.sh
	$(Q)tools/deps.sh --check build
	$(Q)mkdir -p $(@D) && touch $@

$(B)/gen $(B)/bpf $(FOLDERS:%=$(B)/user/%) $(B)/scenarios $(B)/unit $(B)/tests $(B)/fuzz: | $(B)/tools
	$(Q)mkdir -p $@

-include $(wildcard $(B)/*/*.d $(B)/user/*/*.d $(B)/analysed/*/*.d $(B)/analysed/*/*/*.d)
.SECONDARY:
.DELETE_ON_ERROR:
endif
