// SPDX-License-Identifier: GPL-2.0
/* The progress line: [#####.....] 12/31 copy, whole file: traced, 9 s left. See progress.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "progress.h"

enum { BAR = 20, QUIET_NS = 1000000000 };

void progress_begin(struct progress *progress, bool quiet, size_t steps)
{
	*progress = (struct progress){ .on = !quiet && isatty(STDERR_FILENO), .steps = steps,
				       .begin_ns = now_ns() };
}

void progress_step(struct progress *progress, const char *what, const char *how)
{
	__u64 spent = now_ns() - progress->begin_ns;
	size_t done = progress->done++;
	char bar[BAR + 1] = "", left[32] = "";

	if (!progress->on || spent < QUIET_NS)
		return;
	for (size_t i = 0; i < BAR; i++)
		bar[i] = i * progress->steps < done * BAR ? '#' : '.';
	if (done > 2)
		snprintf(left, sizeof(left), ", about %llu s left",
			 spent / done * (progress->steps - done) / 1000000000);
	fprintf(stderr, "\r\033[K[%s] %zu/%zu  %s%s%s%s", bar, done, progress->steps, what,
		*how ? ": " : "", how, left);
	fflush(stderr);
	progress->shown = true;
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fprintf(stderr, "\r\033[K");
	progress->on = false;
}
