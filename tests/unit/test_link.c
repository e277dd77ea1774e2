// SPDX-License-Identifier: GPL-2.0
/* Tests of links without privilege: names, rates, the machine's own loopback, and refusals.
 * Run by `make test`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "link_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void reads_link_names(void **state)
{
	static const struct {
		const char *text;
		enum link_kind kind;
	} cases[] = { { "lo", LINK_LO }, { "veth", LINK_VETH }, { "veth-nosg", LINK_VETH_NOSG } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum link_kind kind = LINK_LO;

		assert_int_equal(link_parse(cases[i].text, &kind), 0);
		assert_int_equal(kind, cases[i].kind);
		assert_string_equal(link_name(kind), cases[i].text);
	}
}

static void refuses_other_link_names(void **state)
{
	static const char *const texts[] = {
		"",   "l",    "loo",   " lo",	     "lo ",   "LO",
		"1",  "eth0", "veth0", "veth-nosg ", "veth-", "nosg", "device", "device-nosg",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		enum link_kind kind = LINK_VETH;

		if (link_parse(texts[i], &kind) != -EINVAL || kind != LINK_VETH)
			fail_msg("\"%s\" was taken for a link", texts[i]);
	}
}

static void reads_rates(void **state)
{
	static const struct {
		const char *text;
		__u64 bits;
	} cases[] = {
		{ "1Gbit", 1000000000 },      { "1gbit", 1000000000 },
		{ "100Mbit", 100000000 },     { "500kbit", 500000 },
		{ "500Kbit", 500000 },	      { "2.5Gbit", 2500000000 },
		{ "2.50000gbit", 2500000000 }, { "10000", LINK_MIN_RATE_BITS },
		{ "10kbit", LINK_MIN_RATE_BITS }, { "64000bit", 64000 },
		{ "17Gbit", LINK_MAX_RATE_BITS }, { "17000000000", LINK_MAX_RATE_BITS },
		{ "16.999999999Gbit", LINK_MAX_RATE_BITS - 1 },
		{ "0.01Mbit", LINK_MIN_RATE_BITS }, { "0.000010Gbit", LINK_MIN_RATE_BITS },
		{ "007Mbit", 7000000 },	      { "12.345kbit", 12345 },
		{ "20000.00", 20000 },	      { "1GBIT", 1000000000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		__u64 bits = 12345;
		int err = rate_parse(cases[i].text, &bits);

		if (err || bits != cases[i].bits)
			fail_msg("\"%s\": error %d, %llu bit/s; expected %llu", cases[i].text, err,
				 bits, cases[i].bits);
	}
}

static void check_refused(const char *const *texts, size_t count, int expected)
{
	for (size_t i = 0; i < count; i++) {
		__u64 bits = 12345;
		int err = rate_parse(texts[i], &bits);

		if (err != expected)
			fail_msg("\"%s\": returned %d; expected %d", texts[i], err, expected);
		if (bits != 12345)
			fail_msg("\"%s\": an error changed the result", texts[i]);
	}
}

static void refuses_what_is_not_a_rate(void **state)
{
	static const char *const texts[] = {
		"",	 " ",	    "Gbit",   "1 Gbit", " 1Gbit",  "1Gbit ",  "-1Gbit", "+1Gbit",
		"1G",	 "1Gbps",   "1bps",   "1GB",	"1Gibit",  "1GiB",    "1gbits", "1Tbit",
		"0x10",	 "1e9",	    ".5Gbit", "5.Gbit", "1.2.3Gbit", "1..5Gbit", "1,5Gbit", "nan",
		"inf",	 "unlimited", "1Gbit\n", "٣Gbit", "20000.5", "20000.05", "12.3456kbit",
		"20.bit", "1.0000000001Gbit", "99999999999999999999.", "99999999999999999999X",
	};

	(void)state;
	check_refused(texts, COUNT(texts), -EINVAL);
}

static void refuses_rates_out_of_range(void **state)
{
	static const char *const texts[] = {
		"0",
		"0bit",
		"0Gbit",
		"0.0Gbit",
		"1",
		"9999",
		"9.999kbit",
		"17000000001",
		"17.000000001Gbit",
		"18Gbit",
		"18446744074Gbit",
		"18446744073709551616",
		"18446744073.709551616Gbit",
		"99999999999999999999999999999999Gbit",
	};

	(void)state;
	check_refused(texts, COUNT(texts), -ERANGE);
}

static void own_loopback_needs_nothing(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "::1" };
	struct stat before, after;
	char error[256] = "";

	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		struct link_config config = { .kind = LINK_LO, .ipv6 = ipv6 };
		struct link *link;

		assert_int_equal(stat("/proc/thread-self/ns/net", &before), 0);
		assert_int_equal(link_open(&config, &link, error, sizeof(error)), 0);
		assert_int_equal(link_enter(link, LINK_SENDER), 0);
		assert_int_equal(link_enter(link, LINK_RECEIVER), 0);
		assert_int_equal(stat("/proc/thread-self/ns/net", &after), 0);
		assert_int_equal(before.st_ino, after.st_ino);
		assert_string_equal(link_address(link, LINK_SENDER), addresses[ipv6]);
		assert_string_equal(link_address(link, LINK_RECEIVER), addresses[ipv6]);
		link_close(link);
	}
	assert_string_equal(error, "");
}

static void refuses_to_open_rates_out_of_range(void **state)
{
	static const __u64 rates[] = { 1, LINK_MIN_RATE_BITS - 1, LINK_MAX_RATE_BITS + 1, ~0ULL };

	(void)state;
	for (size_t i = 0; i < COUNT(rates); i++) {
		struct link_config config = { .kind = LINK_VETH, .rate_bits = rates[i] };
		struct link *link = (struct link *)&config;
		char error[256] = "";

		assert_int_equal(link_open(&config, &link, error, sizeof(error)), -EINVAL);
		assert_null(link);
		assert_non_null(strstr(error, LINK_RATE_RANGE_TEXT));
	}
}

static void says_what_netlink_refused(void **state)
{
	static const struct {
		int netlink, err;
	} cases[] = {
		{ -NLE_NOACCESS, -EACCES },  { -NLE_NOMEM, -ENOMEM },
		{ -NLE_OPNOTSUPP, -EOPNOTSUPP }, { -NLE_OBJ_NOTFOUND, -ENOENT },
		{ -NLE_NODEV, -ENODEV },     { -NLE_EXIST, -EEXIST },
		{ -NLE_RANGE, -EIO },
	};
	char text[256];
	struct link_error error = { .text = text, .size = sizeof(text) };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char wanted[256];

		snprintf(wanted, sizeof(wanted), "make device x: %s; try it again",
			 nl_geterror(cases[i].netlink));
		assert_int_equal(link_netlink_failed(&error, cases[i].netlink, "make", "device x",
						     "try it again"), cases[i].err);
		assert_string_equal(text, wanted);
	}
	assert_int_equal(link_netlink_failed(&error, -NLE_PERM, "make", "device x", ""), -EPERM);
	assert_string_equal(text, "make device x: not permitted; run it with sudo (it needs "
				  "CAP_NET_ADMIN)");
}

static void refuses_what_is_no_network_card(void **state)
{
	static const struct {
		const char *name;
		int err;
		const char *why;
	} cases[] = {
		{ "lo", -EINVAL, "device lo: it is a virtual one, which would be gone" },
		{ "", -ENODEV, "device \"\": there is none of that name" },
		{ "no such", -ENODEV, "device \"no such\": there is none of that name" },
		{ "../../lo", -ENODEV, "device \"../../lo\": there is none of that name" },
		{ "a-name-that-no-card-can-have", -ENODEV, "there is none of that name" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char error[256] = "";

		assert_int_equal(link_device_check(cases[i].name, error, sizeof(error)),
				 cases[i].err);
		if (!strstr(error, cases[i].why))
			fail_msg("\"%s\": %s", cases[i].name, error);
	}
}

static void opens_no_link_of_what_is_no_network_card(void **state)
{
	const struct link_config config = { .kind = LINK_DEVICE, .devices = { "lo", "lo" } };
	char error[256] = "";
	struct link *link;
	int err = link_open(&config, &link, error, sizeof(error));

	(void)state;
	/* Without privilege there is no namespace to put it into. */
	assert_true(err == -EINVAL || err == -EPERM);
	assert_null(link);
	assert_non_null(strstr(error, err == -EINVAL ? "virtual" : "not permitted"));
}

static void closes_nothing(void **state)
{
	(void)state;
	link_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_link_names),
		cmocka_unit_test(refuses_other_link_names),
		cmocka_unit_test(reads_rates),
		cmocka_unit_test(refuses_what_is_not_a_rate),
		cmocka_unit_test(refuses_rates_out_of_range),
		cmocka_unit_test(own_loopback_needs_nothing),
		cmocka_unit_test(refuses_to_open_rates_out_of_range),
		cmocka_unit_test(says_what_netlink_refused),
		cmocka_unit_test(refuses_what_is_no_network_card),
		cmocka_unit_test(opens_no_link_of_what_is_no_network_card),
		cmocka_unit_test(closes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
