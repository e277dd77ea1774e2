/* SPDX-License-Identifier: GPL-2.0 */
/* An article as a command names it: of the library, or a file of one's own. */
#ifndef ZC_ARTICLE_FILE_H
#define ZC_ARTICLE_FILE_H

#include <stddef.h>

#include "article.h"

/* name: one of the library's, or a path (it has a slash or ends with ".md"), which is read as the
 * calling user. It lives as long as the program. NULL: error says why not, in one line. */
const struct article *article_open(const char *name, char *error, size_t size);

#endif
