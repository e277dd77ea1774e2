# The folders of user/, in the order in which a number passes them, and what each may include besides
# itself: the compiler is given no other path, so a wrong include does not compile. bpf is the header
# that the kernel side shares. Each folder's README.md says the same (tests/golden/test_layout.py).

FOLDERS := util report rule count link run build judge view lab cli

util_uses :=
report_uses := util
rule_uses := util report
count_uses := bpf util
link_uses := util
run_uses := bpf util report count link
build_uses := bpf util report count link run
judge_uses := util report rule
view_uses := util report
lab_uses := util report rule judge view
cli_uses := bpf util report rule count link run build judge view lab
scenarios_uses := scenarios util
tests_uses = bpf $(FOLDERS)

include_path = $(patsubst %,-Iuser/%,$(filter $(FOLDERS),$(1))) $(patsubst %,-I%,$(filter-out $(FOLDERS),$(1)))
# For user/FOLDER/x.c, scenarios/x.c or tests/fuzz/x.c.
folder_of = $(word $(if $(filter user/%,$(1)),2,1),$(subst /, ,$(1)))
includes_for = $(call include_path,$(filter $(FOLDERS),$(call folder_of,$(1))) $($(call folder_of,$(1))_uses))
ALL_INCLUDES := $(call include_path,$(tests_uses))
