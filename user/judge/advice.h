/* SPDX-License-Identifier: GPL-2.0 */
/* What could be better about a watched program, as sentences and warnings of its report. */
#ifndef ZC_ADVICE_H
#define ZC_ADVICE_H

#include "report.h"

/* outlived: processes that were still there when the command had ended. */
void advice_give(struct report *report, __u64 outlived);

#endif
