// SPDX-License-Identifier: GPL-2.0
/* Finds the article that a command names: see article_file.h. */
#include "article_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "exits.h"
#include "identity.h"
#include "report_load.h"

static bool is_path(const char *name)
{
	const size_t length = strlen(name);

	return strchr(name, '/') || (length > 3 && !strcmp(name + length - 3, ".md"));
}

/* The user's file, with the user's rights: what they may not read, root does not read for them. */
static char *load(const char *path, char *error, size_t size)
{
	const struct identity caller = identity_of_caller();
	char *text = NULL, why[300];
	size_t bytes;
	int err = identity_borrow(&caller);

	if (err) {
		failed(error, size, err, "%s: %s", path, strerror(-err));
		return NULL;
	}
	text = load_text(path, ARTICLE_BYTES, &bytes, why, sizeof(why));
	identity_return();
	if (!text)
		failed(error, size, -EIO, "%s: %s", path, why);
	return text;
}

/* "my" of "dir/my.md". */
static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	return xasprintf("%.*s", (int)(dot && dot > base ? dot - base : (long)strlen(base)), base);
}

const struct article *article_open(const char *name, char *error, size_t size)
{
	const struct article *found = is_path(name) ? NULL : library_find(name);
	struct article *article;
	char *text, why[800];

	if (found)
		return found;
	if (!is_path(name)) {
		failed(error, size, -ENOENT,
		       "there is no article %s; zctrace articles lists them, and a file of your own is "
		       "named as FILE.md", name);
		return NULL;
	}
	text = load(name, error, size);
	if (!text)
		return NULL;
	article = article_parse(text, name_of(name), why, sizeof(why));
	if (!article)
		failed(error, size, -EINVAL, "%s: %s", name, why);
	return article;
}
