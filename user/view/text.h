/* SPDX-License-Identifier: GPL-2.0 */
/* The picture of the terminal page; errors of the stream are looked at once, at the end. */
#ifndef ZC_TEXT_H
#define ZC_TEXT_H

#include "overview.h"
#include "paragraph.h"

void text_paths(const struct report *report, const struct render_options *options, FILE *out);

#endif
