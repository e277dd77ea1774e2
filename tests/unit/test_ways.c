// SPDX-License-Identifier: GPL-2.0
/* Tests of the ways beside copy and sendfile: their table, what is said of borrowed pages, and that
 * no claim takes them for what the documents speak of. Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "claims.h"
#include "scenario_table.h"
#include "summary.h"
#include "report_fixture.h"

static void every_row_is_whole(void **state)
{
	for (const struct scenario *s = scenarios; s->id; s++) {
		assert_ptr_equal(scenario_find(s->id), s);
		assert_non_null(s->what);
		assert_non_null(s->data_calls[0]);
		assert_non_null(s->round_call);
		assert_non_null(scenario_program(s));
	}
	assert_null(scenario_find("no such way"));
	assert_string_equal(scenario_program(scenario_find("uring-zc")), "uring");
	assert_string_equal(scenario_program(scenario_find("mmap")), "mmap");
}

static void rounds_begin_with_one_call(void **state)
{
	static const struct { const char *id, *call, *fd; bool begins; } cases[] = {
		{ "copy", "read", "file", true },
		{ "copy", "sendto", "tcp", false },
		{ "copy", "read", "tcp", false },
		{ "sendfile", "sendfile", "file→tcp", true },
		{ "mmap", "sendto", "tcp", true },
		{ "splice", "splice", "file→pipe", true },
		{ "splice", "splice", "pipe→tcp", false },
		{ "zerocopy", "read", "file", true },
		{ "zerocopy", "recvmsg", "tcp", false },
		{ "uring", "io_uring_enter", "anon", true },
		{ "uring-zc", "io_uring_enter", "anon", true },
		{ "uring", "io_uring READ", "file", false },
		{ "vmsplice", "read", "file", true },
		{ "vmsplice", "splice", "pipe→tcp", false },
		{ "tee", "splice", "file→pipe", true },
		{ "tee", "tee", "pipe→pipe", false },
		{ "direct", "read", "file (O_DIRECT)", true },
		{ "copy", NULL, "file", false },
		{ "copy", "read", NULL, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(scenario_begins_round(scenario_find(cases[i].id), cases[i].call,
						       cases[i].fd), cases[i].begins);
}

/* Numbers that would overturn every claim, if they were taken for copy's or sendfile's. */
static struct report_scenario *other_way(struct report *report, const char *id)
{
	struct report_scenario *way = fixture_scenario(report, id, "chunk", "warm", "lo");

	fixture_leg(way, LEG_CACHE_USER, 7);
	fixture_origin(way, ZC_ORIGIN_ANON, ZC_ORIGIN_ANON);
	fixture_crossings(way, 1, 1000, 1000);
	fixture_sender(report, way, 4096, 1);
	fixture_all_times(report, way, 1 * MS, 1 * MS);
	fixture_witness(report, way, CLAIM_CALLS, false);
	way->sha256_received = "another file";
	way->loss_map_full = 3;
	return way;
}

static void claims_pass_them_over(void **state)
{
	struct report *alone = fixture_compare(), *among = fixture_compare();

	for (const struct scenario *s = scenarios; s->id; s++) {
		if (strcmp(s->id, "copy") && strcmp(s->id, "sendfile"))
			other_way(among, s->id);
	}
	other_way(among, "uring")->failed = "this machine allows no io_uring";
	claims_decide(alone);
	claims_decide(among);
	assert_int_equal(alone->claim_count, among->claim_count);
	for (size_t i = 0; i < alone->claim_count; i++) {
		assert_int_equal(alone->claims[i].verdict, among->claims[i].verdict);
		assert_string_equal(alone->claims[i].measured_text,
				    among->claims[i].measured_text);
	}
	report_free(alone);
	report_free(among);
}

static const char *said_of_zerocopy(struct report *report)
{
	claims_decide(report);
	assert_int_equal(summary_write(report), 0);
	for (size_t i = 0; i < report->sentence_count; i++) {
		if (!strncmp(report->sentences[i], "zerocopy (64 KiB): ", 19))
			return report->sentences[i] + 19;
	}
	return "";
}

static struct report_scenario *lend(struct report *report, enum zc_origin at_xmit, __u64 late,
				    __u64 copied)
{
	struct report_scenario *way = other_way(report, "zerocopy");

	fixture_origin(way, ZC_ORIGIN_ANON, at_xmit);
	way->zerocopy = (struct report_zerocopy){
		.used = true, .sends.value = 23, .completed.value = 23, .copied.value = copied,
		.late_bytes.value = late,
	};
	return way;
}

#define WRONG ", which is not what the pages show: do not rely on it."

static void borrowed_pages_are_told_of(void **state)
{
	static const struct {
		enum zc_origin at_xmit;
		__u64 late, copied;
		const char *late_why, *copied_why, *sentence;
	} cases[] = {
		{ ZC_ORIGIN_ANON, FIXTURE_PAYLOAD, 23, NULL, NULL,
		  "256 MiB left in the program's own pages; but when the receiver took them, 256 MiB "
		  "lay elsewhere: the kernel copied them on the way. Its own word for it, \"copied\", "
		  "came for 23 of 23 sends." },
		{ ZC_ORIGIN_ANON, FIXTURE_PAYLOAD, 0, NULL, NULL,
		  "256 MiB left in the program's own pages; but when the receiver took them, 256 MiB "
		  "lay elsewhere: the kernel copied them on the way. Its own word for it, \"copied\", "
		  "came for 0 of 23 sends" WRONG },
		{ ZC_ORIGIN_ANON, 0, 0, NULL, NULL,
		  "256 MiB left in the program's own pages, and lay there when the receiver took them. "
		  "Its own word for it, \"copied\", came for 0 of 23 sends." },
		{ ZC_ORIGIN_ANON, 0, 1, NULL, NULL,
		  "256 MiB left in the program's own pages, and lay there when the receiver took them. "
		  "Its own word for it, \"copied\", came for 1 of 23 sends" WRONG },
		{ ZC_ORIGIN_PRIVATE, 0, 7, NULL, NULL,
		  "no byte reached the device in a page of the program's own: the kernel had copied "
		  "them all before. Its own word for it, \"copied\", came for 7 of 23 sends"
		  WRONG },
		{ ZC_ORIGIN_ANON, 0, 23, "not seen", NULL,
		  "256 MiB left in the program's own pages; whether they were copied later was not "
		  "seen. Its own word for it, \"copied\", came for 23 of 23 sends." },
		{ ZC_ORIGIN_ANON, FIXTURE_PAYLOAD, 0, NULL, "old",
		  "256 MiB left in the program's own pages; but when the receiver took them, 256 MiB "
		  "lay elsewhere: the kernel copied them on the way. This kernel does not say of a "
		  "send whether it had to copy." },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report *report = fixture_compare();
		struct report_scenario *way = lend(report, cases[i].at_xmit, cases[i].late,
						   cases[i].copied);

		way->zerocopy.late_bytes.why = cases[i].late_why;
		way->zerocopy.copied.why = cases[i].copied_why;
		assert_string_equal(said_of_zerocopy(report), cases[i].sentence);
		report_free(report);
	}
}

static void a_mapped_file_is_brought_by_faults(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *way = &report->scenarios[1];
	struct report_role *sender = (struct report_role *)report_role(way, "sender");
	bool said = false;

	(void)state;
	way->id = "mmap";
	sender->faults_kernel = (struct measured){ .value = 1234 };
	assert_int_equal(summary_write(report), 0);
	for (size_t i = 0; i < report->sentence_count; i++)
		said = said || strstr(report->sentences[i], "made no read: 1,234 page faults inside "
				      "its sends brought the file's pages instead.");
	assert_true(said);
	report_free(report);
}

static void nothing_is_said_of_what_was_not_measured(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *way = lend(report, ZC_ORIGIN_ANON, 0, 0);

	way->failed = "SO_ZEROCOPY: not here";
	assert_string_equal(said_of_zerocopy(report), "");
	way->failed = NULL;
	way->legs[LEG_USER_SOCKET].has_origin = false;
	assert_string_equal(said_of_zerocopy(report), "");
	report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(rounds_begin_with_one_call),
		cmocka_unit_test(claims_pass_them_over),
		cmocka_unit_test(borrowed_pages_are_told_of),
		cmocka_unit_test(a_mapped_file_is_brought_by_faults),
		cmocka_unit_test(nothing_is_said_of_what_was_not_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
