#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Puts an answer to lab 6 into the tree in the current directory: the program and its two rows.
#
# Exit status: 0 it is there; 1 a table was not found.
set -eu
cp labs/instructor/mine.c scenarios/mine.c
sed -i '/^SCENARIOS := /s/$/ mine/' Makefile
sed -i '/{ \.id = NULL },/i\
	{\
		.id = "mine",\
		.help = "my own way",\
		.what = "pread and write, a chunk at a time",\
		.data_calls = { "pread64", "write" },\
		.round_call = "pread64",\
	},' user/report/scenario_table.c
grep -q mine Makefile && grep -q pread64 user/report/scenario_table.c
