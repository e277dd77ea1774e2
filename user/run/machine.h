/* SPDX-License-Identifier: GPL-2.0 */
/* Facts about this machine for the report and for doctor; nothing is measured here. */
#ifndef ZC_MACHINE_H
#define ZC_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include "report.h"

/* Fills report->machine; what cannot be found out is "unknown". */
void machine_describe(struct report *report);
/* Name of the file system that fd is on ("ext4"), from /proc/self/mountinfo by device. */
void machine_file_system(int fd, char *name, size_t size);
/* "none", "integrity", "confidentiality" or "unknown"; static text. */
const char *machine_lockdown(void);
bool machine_has_btf(void);

#endif
