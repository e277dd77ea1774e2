/* SPDX-License-Identifier: GPL-2.0 */
/* The environment of a command that is started for somebody. */
#ifndef ZC_ENVIRONMENT_H
#define ZC_ENVIRONMENT_H

#include "identity.h"

/*
 * Changes our environment to what a program of that user should find; to be called in the forked
 * child. Nothing changes if the program runs as who we are. The user who called sudo gets back what
 * sudo let through, without SUDO_*, and a HOME, USER, LOGNAME and SHELL of their own. Anybody else
 * gets nothing of ours but the language and the terminal, as from su -.
 */
void environment_give(const struct identity *identity);

#endif
