/* SPDX-License-Identifier: GPL-2.0 */
/* The gate of a scenario program, over which it and the runner talk: scenarios/gate.h. */
#ifndef ZC_CHILD_GATE_H
#define ZC_CHILD_GATE_H

enum {
	CHILD_GATE_FD = 3,	/* where the program finds its gate and the file to send */
	CHILD_FILE_FD = 4,
	CHILD_MESSAGE_BYTES = 4096,
};

#endif
