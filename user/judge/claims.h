/* SPDX-License-Identifier: GPL-2.0 */
/* What the two documents claim, and whether it holds by this measurement. Claims know nothing of
 * processes or BPF: they read a report's scenarios. Called by measure_command.c, list and
 * --expect. */
#ifndef ZC_CLAIMS_H
#define ZC_CLAIMS_H

#include <stddef.h>

#include "claim_info.h"

/* Every claim, in the order in which they are shown; static. */
const struct claim_info *claims_all(size_t *count);

/* Fills report->claims from report->scenarios; 0. */
int claims_decide(struct report *report);

/*
 * Does --expect CLAIM=VERDICT hold? The verdict is spelled as in the JSON, spaces may be hyphens.
 * 0: it does. 1: it does not, error says what was found instead. -EINVAL: no such claim or
 * verdict, error names those there are. With report NULL only the spelling is checked.
 */
int claims_expect(const struct report *report, const char *spec, char *error, size_t error_size);

#endif
