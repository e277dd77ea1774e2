// SPDX-License-Identifier: GPL-2.0
/* Keeps the capabilities that are still needed, and gives up the others together with root. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "alloc.h"
#include "privilege.h"

static const struct {
	unsigned int need;
	cap_value_t capability;
} table[] = {
	{ PRIVILEGE_TRACE, CAP_BPF },
	{ PRIVILEGE_LINK, CAP_SYS_ADMIN },
	{ PRIVILEGE_LINK, CAP_NET_ADMIN },
	{ PRIVILEGE_CACHE, CAP_FOWNER },
	{ PRIVILEGE_OTHERS, CAP_KILL },
	{ PRIVILEGE_FILES, CAP_DAC_OVERRIDE },
	{ PRIVILEGE_FILES, CAP_FOWNER },
};

static bool is_permitted(cap_t caps, cap_value_t capability)
{
	cap_flag_value_t value = CAP_CLEAR;

	return !cap_get_flag(caps, capability, CAP_PERMITTED, &value) && value == CAP_SET;
}

static int keep(cap_t kept, cap_value_t capability)
{
	if (cap_set_flag(kept, CAP_PERMITTED, 1, &capability, CAP_SET) ||
	    cap_set_flag(kept, CAP_EFFECTIVE, 1, &capability, CAP_SET))
		return -errno;
	return 0;
}

/* Into kept, which is empty. CAP_SYS_ADMIN alone does what CAP_BPF does (bpf_capable()). */
static int choose(cap_t kept, cap_t had, unsigned int needs)
{
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(table) / sizeof(table[0]); i++) {
		cap_value_t capability = table[i].capability;

		if (capability == CAP_BPF && !is_permitted(had, CAP_BPF))
			capability = CAP_SYS_ADMIN;
		if (needs & table[i].need && is_permitted(had, capability))
			err = keep(kept, capability);
	}
	return err;
}

/* Where that may not be done, it limits nothing that we have. */
static void bound(cap_t kept)
{
	for (cap_value_t capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0;
	     capability++) {
		if (!is_permitted(kept, capability))
			prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
	}
}

static int become(struct identity *identity, cap_t kept)
{
	int err = 0;

	if (identity->change) {
		bound(kept);
		if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
			return -errno;
		err = identity_take(identity);
		prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	}
	if (!err && cap_set_proc(kept))
		err = -errno;
	if (!err)
		identity->change = false;
	return err;
}

int privilege_keep(struct identity *identity, unsigned int needs, char *error, size_t size)
{
	cap_t had = cap_get_proc(), kept = cap_init();
	int err;

	if (!had || !kept)
		out_of_memory();
	if (identity->change || geteuid() != 0)
		needs &= ~PRIVILEGE_FILES;
	err = choose(kept, had, needs);
	if (!err)
		err = become(identity, kept);
	if (err)
		snprintf(error, size, "giving up privileges that are not needed: %s; is setuid() or "
			 "setgroups() forbidden here?", strerror(-err));
	cap_free(had);
	cap_free(kept);
	return err;
}
