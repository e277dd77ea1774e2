// SPDX-License-Identifier: GPL-2.0
/* The picture of the path: disk, page cache, user buffer, socket, device, receiver, on both sides
 * of the border between user and kernel. Called by html_legs.c, once for each scenario. */
#include <math.h>
#include <string.h>

#include "html.h"
#include "path.h"
#include "size.h"

/* Who moved the bytes of an arrow; each has a form of its own beside its colour. */
static const struct {
	const char *class, *label, *words;
} movers[PATH_MOVERS] = {
	[PATH_CPU] = { "cpu", "CPU", "copied by the CPU" },
	[PATH_LATE] = { "cpu", "CPU, late", "borrowed, then copied by the CPU on the way" },
	[PATH_DMA] = { "dma", "DMA", "moved by DMA" },
	[PATH_REFERENCE] = { "ref", "no copy", "handed over by reference, nobody copied" },
	[PATH_NOTHING] = { "idle", "", "nothing moved here" },
	[PATH_UNKNOWN] = { "unknown", "?", "not measured" },
};

/* The picture is 430 × 456 units; see the nodes below. */
#define HEAD_LENGTH 11.0
#define HEAD_HALF_WIDTH 6.5

struct node {
	const char *name;
	double x, y;		/* its centre */
};

enum { NODE_DISK, NODE_CACHE, NODE_USER, NODE_SOCKET, NODE_DEVICE, NODE_RECEIVER };

static const struct node nodes[] = {
	[NODE_DISK] = { "disk", 84, 404 },
	[NODE_CACHE] = { "page cache", 84, 236 },
	[NODE_USER] = { "user buffer", 168, 66 },
	[NODE_SOCKET] = { "socket", 252, 236 },
	[NODE_DEVICE] = { "device", 252, 404 },
	[NODE_RECEIVER] = { "receiver", 376, 66 },
};

/* An arrow's line without its head, the head's tip and direction, and where its texts stand. */
struct arrow {
	const char *line;
	double tip_x, tip_y, dx, dy;
	double pill_x, pill_y;
	double text_x, text_y;
	const char *anchor;
};

static const struct arrow arrows[LEG_COUNT] = {
	[LEG_DISK_CACHE] = {
		.line = "M84 381V268", .tip_x = 84, .tip_y = 260, .dy = -1,
		.pill_x = 84, .pill_y = 349, .text_x = 108, .text_y = 346, .anchor = "start",
	},
	[LEG_CACHE_USER] = {
		.line = "M98 213L147 98", .tip_x = 150.2, .tip_y = 90.5, .dx = 0.392, .dy = -0.92,
		.pill_x = 112.5, .pill_y = 179, .text_x = 88, .text_y = 174, .anchor = "end",
	},
	[LEG_USER_SOCKET] = {
		.line = "M186 89L235 204", .tip_x = 238.2, .tip_y = 211.5, .dx = 0.392, .dy = 0.92,
		.pill_x = 223, .pill_y = 176, .text_x = 260, .text_y = 172, .anchor = "start",
	},
	[LEG_SOCKET_DEVICE] = {
		.line = "M252 259V372", .tip_x = 252, .tip_y = 380, .dy = 1,
		.pill_x = 252, .pill_y = 349, .text_x = 276, .text_y = 346, .anchor = "start",
	},
	[LEG_SOCKET_RECEIVER] = {
		.line = "M303 404H360Q376 404 376 388V98", .tip_x = 376, .tip_y = 90, .dy = -1,
		.pill_x = 376, .pill_y = 250, .text_x = 308, .text_y = 428, .anchor = "start",
	},
};

/* sendfile's way: from the page cache to the socket without user space. */
static const struct arrow bypass = {
	.line = "M135 236H192", .tip_x = 200, .tip_y = 236, .dx = 1,
	.pill_x = 168, .pill_y = 216, .text_x = 168, .text_y = 272, .anchor = "middle",
};

const char *const html_leg_words[LEG_COUNT] = {
	[LEG_DISK_CACHE] = "disk → page cache",
	[LEG_CACHE_USER] = "page cache → user",
	[LEG_USER_SOCKET] = "user → socket",
	[LEG_SOCKET_DEVICE] = "socket → device",
	[LEG_SOCKET_RECEIVER] = "socket → receiver",
};

static void draw_head(FILE *out, const struct arrow *arrow)
{
	double base_x = arrow->tip_x - HEAD_LENGTH * arrow->dx;
	double base_y = arrow->tip_y - HEAD_LENGTH * arrow->dy;
	double side_x = -arrow->dy * HEAD_HALF_WIDTH, side_y = arrow->dx * HEAD_HALF_WIDTH;

	fprintf(out, "<path class=\"head\" d=\"M%.4g %.4gL%.4g %.4gL%.4g %.4gZ\"/>", arrow->tip_x,
		arrow->tip_y, base_x + side_x, base_y + side_y, base_x - side_x, base_y - side_y);
}

static void draw_pill(FILE *out, const struct arrow *arrow, enum path_mover mover)
{
	double width = 10 + 7.2 * strlen(movers[mover].label);

	if (!*movers[mover].label)
		return;
	fprintf(out, "<rect class=\"pill\" x=\"%.4g\" y=\"%.4g\" width=\"%.4g\" height=\"18\" rx=\"9\"/>"
		"<text class=\"pill-text\" x=\"%.4g\" y=\"%.4g\">%s</text>",
		arrow->pill_x - width / 2, arrow->pill_y - 9, width, arrow->pill_x,
		arrow->pill_y + 4.2, movers[mover].label);
}

static void draw_label(FILE *out, const struct arrow *arrow, const struct path_leg *at)
{
	const struct report_leg *leg = at->leg;
	char text[SIZE_TEXT_BYTES];

	fprintf(out, "<text class=\"figure\" text-anchor=\"%s\" x=\"%.4g\" y=\"%.4g\">",
		arrow->anchor, arrow->text_x, arrow->text_y);
	if (at->mover == PATH_UNKNOWN)
		fputs("not measured", out);
	else if (leg->per_byte.why)
		fputs("— / byte", out);
	else
		fprintf(out, fabs(leg->per_byte.value) < 1e4 ? "%.2f / byte" : "%.2g / byte",
			leg->per_byte.value);
	fputs("</text>", out);
	if (at->mover != PATH_UNKNOWN)
		fprintf(out, "<text class=\"bytes\" text-anchor=\"%s\" x=\"%.4g\" y=\"%.4g\">%s</text>",
			arrow->anchor, arrow->text_x, arrow->text_y + 16,
			size_format(at->bytes, text, sizeof(text)));
}

static void draw_arrow(FILE *out, const struct arrow *arrow, const struct path_leg *at)
{
	fprintf(out, "<g class=\"arrow %s\" data-leg=\"%s\"><title>%s: %s</title>",
		movers[at->mover].class, report_leg_id_text(at->id), html_leg_words[at->id],
		movers[at->mover].words);
	fprintf(out, "<path class=\"line\" d=\"%s\"/>", arrow->line);
	if (at->mover == PATH_DMA)	/* a double line is a thick one with its middle taken out */
		fprintf(out, "<path class=\"inner\" d=\"%s\"/>", arrow->line);
	draw_head(out, arrow);
	draw_pill(out, arrow, at->mover);
	draw_label(out, arrow, at);
	fputs("</g>\n", out);
}

/* A sub-title that came from outside, cut to what fits the box. */
static void draw_note(FILE *out, const struct node *node, const char *note)
{
	char fits[15];

	if (!note)
		return;
	snprintf(fits, sizeof(fits), "%s", note);
	fprintf(out, "<text class=\"sub\" x=\"%.0f\" y=\"%.0f\">", node->x, node->y + 14);
	html_text(out, fits);
	fputs("</text>", out);
}

static void draw_node(FILE *out, int index, const char *note, bool used)
{
	const struct node *node = &nodes[index];

	fprintf(out, "<g class=\"node%s\"><rect x=\"%.0f\" y=\"%.0f\" width=\"100\" height=\"44\" "
		"rx=\"7\"/><text x=\"%.0f\" y=\"%.0f\">%s</text>", used ? "" : " unused",
		node->x - 50, node->y - 22, node->x, node->y + (note ? -1 : 5), node->name);
	draw_note(out, node, note);
	fputs("</g>\n", out);
}

void html_path_ground(FILE *out)
{
	fputs("<svg class=\"shapes\" width=\"0\" height=\"0\" aria-hidden=\"true\">"
	      "<g id=\"path-ground\"><rect class=\"band user\" width=\"430\" height=\"138\"/>"
	      "<rect class=\"band kernel\" y=\"138\" width=\"430\" height=\"188\"/>"
	      "<rect class=\"band hardware\" y=\"326\" width=\"430\" height=\"130\"/>"
	      "<path class=\"border\" d=\"M0 138H430\"/><path class=\"floor\" d=\"M0 326H430\"/>"
	      "<text class=\"band-name\" transform=\"translate(14 69) rotate(-90)\">user space</text>"
	      "<text class=\"band-name\" transform=\"translate(14 232) rotate(-90)\">kernel</text>"
	      "<text class=\"band-name\" transform=\"translate(14 389) rotate(-90)\">hardware</text>"
	      "</g></svg>\n", out);
}

static void draw_nodes(FILE *out, const struct report_scenario *scenario, bool direct)
{
	char chunk[SIZE_TEXT_BYTES] = "whole file";

	if (scenario->chunk_bytes)
		size_format(scenario->chunk_bytes, chunk, sizeof(chunk));
	draw_node(out, NODE_DISK, NULL, true);
	draw_node(out, NODE_CACHE, scenario->cache, true);
	draw_node(out, NODE_USER, direct ? "not used" : chunk, !direct);
	draw_node(out, NODE_SOCKET, NULL, true);
	draw_node(out, NODE_DEVICE, scenario->link, true);
	draw_node(out, NODE_RECEIVER, NULL, true);
}

/* One sentence for those who cannot see the picture; the table below it has the numbers. */
static void describe(FILE *out, const struct report_scenario *scenario, size_t index,
		     const struct path_leg *legs, size_t count)
{
	fprintf(out, "<title id=\"path-%zu\">The path of the bytes: ", index);
	html_text(out, scenario->id);
	fputs("</title><desc>", out);
	fputs(path_bypasses_user(scenario) ?
	      "From the page cache straight to the socket, not through user space. " :
	      "From the page cache through a user buffer to the socket. ", out);
	for (size_t i = 0; i < count; i++) {
		char text[SIZE_TEXT_BYTES];

		fprintf(out, "%s: %s", html_leg_words[legs[i].id], movers[legs[i].mover].words);
		if (legs[i].mover != PATH_UNKNOWN)
			fprintf(out, ", %s", size_format(legs[i].bytes, text, sizeof(text)));
		fputs(". ", out);
	}
	fputs("</desc>\n", out);
}

unsigned int html_path_look(const struct report_scenario *scenario)
{
	unsigned int look = path_bypasses_user(scenario);
	struct path_leg legs[LEG_COUNT];
	size_t count = path_legs(scenario, legs);

	for (size_t i = 0; i < count; i++)
		look = look * PATH_MOVERS + legs[i].mover;
	return look;
}

void html_path_picture(FILE *out, const struct report_scenario *scenario, size_t index)
{
	bool direct = path_bypasses_user(scenario);
	struct path_leg legs[LEG_COUNT];
	size_t count = path_legs(scenario, legs);

	fprintf(out, "<svg class=\"path\" viewBox=\"0 0 430 456\" role=\"img\" "
		"aria-labelledby=\"path-%zu\">", index);
	describe(out, scenario, index, legs, count);
	fputs("<use href=\"#path-ground\"/>\n", out);
	draw_nodes(out, scenario, direct);
	for (size_t i = 0; i < count; i++)
		draw_arrow(out, direct && legs[i].id == LEG_USER_SOCKET ? &bypass :
			   &arrows[legs[i].id], &legs[i]);
	fputs("</svg>\n", out);
}
