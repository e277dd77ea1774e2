// SPDX-License-Identifier: GPL-2.0
/* Decides the claims about copies by DMA: from the disk into the page cache, which a warm cache
 * saves, and to a device, which loopback is not. Called through the table in claims.c. */
#include "claims_rules.h"
#include "texts.h"
#include "words.h"

#define X86_PAGE_BYTES 4096
#define LARGEST_PAGE_BYTES 65536	/* arm64, ppc64 */

/* The numbers of one way with the page cache cold, or warm: of the last scenario. That is enough,
 * since one that differs from 1 (or from 0, warm) decides the claim otherwise. */
struct dma_state {
	bool disk_known, sum_known;
	double disk;	/* disk -> page cache, per byte */
	double sum;	/* with socket -> device */
};

struct dma_view {
	struct dma_state cold, warm;
	const char *no_device;			/* why no device was measured */
	bool in_doubt;				/* one was, and its number may not be used: why */
	const struct report_scenario *half_warm;	/* resident pages came from the disk */
	bool wrong;				/* a leg did not copy once per byte */
	double wrong_value;
};

static struct measured_real disk_copies(struct report *report,
					const struct report_scenario *scenario)
{
	const struct report_leg *disk = &scenario->legs[LEG_DISK_CACHE];

	if (text_is(report->config.file_system, "tmpfs"))
		return (struct measured_real){ .why = "tmpfs keeps files in memory, on no disk" };
	if (claim_leg_why(disk))
		return (struct measured_real){
			.why = report_format(report, "disk → page cache: %s",
					     claim_leg_why(disk)) };
	return (struct measured_real){ .value = disk->per_byte.value };
}

/* The whole file came from the disk once. Its last page comes whole, so that the bytes of a small
 * file are rounded up. */
static bool came_once(const struct report *report, const struct report_scenario *scenario)
{
	const struct report_leg *disk = &scenario->legs[LEG_DISK_CACHE];
	const __u64 page = text_is(report->machine.arch, "x86_64") ? X86_PAGE_BYTES :
								     LARGEST_PAGE_BYTES;
	const __u64 rounded = (scenario->payload_bytes + page - 1) / page * page;

	return claim_within(disk->per_byte.value, 1, CLAIM_TOLERANCE_PERCENT) ||
	       (disk->bytes.value >= scenario->payload_bytes && disk->bytes.value <= rounded);
}

/* Why there is no number of the device, in short where a note has it; NULL = there is one. */
static const char *device_why(struct report *report, const struct report_scenario *scenario)
{
	const struct report_leg *device = &scenario->legs[LEG_SOCKET_DEVICE];

	if (claim_leg_why(device))
		return device->note ? device->note : claim_leg_why(device);
	return claim_doubt(report, scenario, CLAIM_PAGES);
}

static void add_to_view(struct report *report, const struct claim_sample *sample,
			struct dma_view *view)
{
	const struct report_scenario *scenario = sample->scenario;
	const struct report_leg *device = &scenario->legs[LEG_SOCKET_DEVICE];
	const bool cold = text_is(scenario->cache, "cold");
	struct dma_state *state = cold ? &view->cold : &view->warm;
	const bool warm_from_disk =
		!cold && !claim_within(sample->value, 0, CLAIM_TOLERANCE_PERCENT);
	const char *no_device = device_why(report, scenario);
	bool wrong = cold && !came_once(report, scenario);

	state->disk_known = true;
	state->disk = sample->value;
	if (no_device) {
		if (!view->in_doubt)
			view->no_device = no_device;
		view->in_doubt |= !claim_leg_why(device);
	} else {
		state->sum_known = true;
		state->sum = sample->value + device->per_byte.value;
		wrong |= !claim_within(device->per_byte.value, 1, CLAIM_TOLERANCE_PERCENT);
	}
	if (warm_from_disk && !view->half_warm)
		view->half_warm = scenario;
	if (wrong && !view->wrong)
		view->wrong_value = no_device ? state->disk : state->sum;
	view->wrong |= wrong;
}

static const char *state_text(struct report *report, const char *name, bool known, double value,
			      const char *option)
{
	return known ? report_format(report, "%s: %s", name, words_ratio(report, value)) :
		       report_format(report, "%s: not measured, %s measures it", name, option);
}

/* Both legs were seen: the page cache decides. What it does when cold is known only if that was
 * tried. */
static void decide_with_device(struct report *report, struct report_claim *claim,
			       const struct dma_view *view)
{
	const struct dma_state *cold = &view->cold, *warm = &view->warm;
	const double value = cold->sum_known ? cold->sum : warm->sum;

	claim_number(claim, value, words_ratio(report, value));
	if (!cold->sum_known) {
		claim_verdict(claim, false);
		claim_note(report, claim,
			   report_format(report, "the page cache is warm: %s; %s",
					 words_ratio(report, warm->sum),
					 state_text(report, "cold", false, 0, "--cold")));
		return;
	}
	claim_holds_if(claim,
		       report_format(report, "the file is not in the page cache (%s; %s)",
				     state_text(report, "cold", cold->sum_known, cold->sum,
						"--cold"),
				     state_text(report, "warm", warm->sum_known, warm->sum,
						"--warm")));
}

static void decide_dma(const struct claim_info *info, struct report *report,
		       struct report_claim *claim,
		       claim_pick_fn *pick)
{
	struct claim_samples samples = claim_samples(info, report, pick, disk_copies);
	struct dma_view view = { 0 };

	if (claim_undecided(info, report, claim, &samples))
		return;
	for (size_t i = 0; i < samples.count; i++)
		add_to_view(report, &samples.at[i], &view);

	if (view.half_warm) {
		claim_not_measured(report, claim,
				   claim_about(report, view.half_warm,
					       "the page cache did not stay warm, some of the "
					       "file came from the disk; run it again"),
				   NULL);
	} else if (view.wrong) {
		claim_number(claim, view.wrong_value,
			     words_ratio(report, view.wrong_value));
		claim_verdict(claim, false);
	} else if (view.cold.sum_known || view.warm.sum_known) {
		decide_with_device(report, claim, &view);
	} else {
		const bool cold = view.cold.disk_known;

		claim_not_measured(report, claim,
				   report_format(report,
						 "disk → page cache: %s, the page cache is %s; "
						 "socket → device: not measured: %s",
						 words_ratio(report, cold ? view.cold.disk :
								     view.warm.disk),
						 cold ? "cold" : "warm", view.no_device),
				   info->command);
	}
}

void decide_copy_dma_copies(const struct claim_info *info, struct report *report,
			    struct report_claim *claim)
{
	decide_dma(info, report, claim, claim_is_copy);
}

void decide_sendfile_dma_copies(const struct claim_info *info, struct report *report,
				struct report_claim *claim)
{
	decide_dma(info, report, claim, claim_is_sendfile);
}
