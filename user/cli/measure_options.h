/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands that measure share (copy, sendfile, compare, sweep): their common options, and
 * what happens once the plan is made. */
#ifndef ZC_MEASURE_OPTIONS_H
#define ZC_MEASURE_OPTIONS_H

#include "article.h"
#include "exits.h"
#include "measure.h"
#include "remote.h"
#include "output.h"

/* The arguments of these commands begin with it. */
struct measure_options {
	struct outputs outputs;
	struct measure_plan plan;	/* its variants and conditions are the command's to fill */
	struct condition condition;	/* --cold, --link, --rate, --ipv6 */
	struct remote_target to;
	char cards[2][64];		/* --device: their names, by enum link_side */
	const struct article_list *articles;	/* whose claims are decided; NULL =
		the documents' */
	bool announce;			/* say before how long it will take */
	bool size_given, cache_given, link_given, device_given, port_given, timeline_given,
		timeline_off;
};

/* The shared options, and what takes FILE and the end; the plan's mode is there before. */
extern const struct option_row measure_option_rows[];
option_fn measure_argument, measure_end;

/* Bytes a round: a size that one call can move. */
__u64 measure_parse_chunk(struct argp_state *state, const char *name, const char *text);

/* What goes ill together, said on stderr. other: an option of the command's own that does not go
 * with --to; NULL = none was given. */
enum zc_exit measure_check(const struct measure_options *options, const char *other);

/* What the user left open. */
struct measure_defaults {
	__u64 bytes;
	unsigned int repeats;
	__u64 events;		/* of the timeline, 0 = none */
};
void measure_complete(struct measure_options *options, const struct measure_defaults *defaults);

/* Room for most variants, which the caller frees; and one more of them. */
void measure_make_room(struct measure_plan *plan, size_t most);
void measure_add_variant(struct measure_plan *plan, const struct scenario *scenario,
			 __u64 chunk_bytes, bool prefault);
/* The condition that the options describe. */
void measure_add_condition(struct measure_options *options);

/*
 * Makes the runs and writes the reports, to default_file if no file was asked for (NULL = none).
 * *report, which the caller frees, is NULL if nothing was measured. Messages are on stderr.
 */
enum zc_exit measure_and_write(struct measure_options *options, const char *default_file,
			       struct report **report);

#endif
