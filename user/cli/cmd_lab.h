/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of the command lab: cmd_lab.c calls them by their second word. */
#ifndef ZC_CMD_LAB_H
#define ZC_CMD_LAB_H

#include "commands.h"

/* lab check HANDIN…: for one or a hundred hand-ins, as a table and CSV. */
command_fn cmd_lab_check;
/* lab key N --from DIRECTORY: the key's statements against a measurement. */
command_fn cmd_lab_key;

#endif
