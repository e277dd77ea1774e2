// SPDX-License-Identifier: GPL-2.0
/* Tests, before the first run, that the kernel side tells pages from each other: one of a file, one
 * that the kernel made, one of a program. What it cannot tell is not measured. session.c asks. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "session_internal.h"

/* A page of a file in memory, one that is written to the pipe, one that is lent. 0 or -errno. */
static int fill_pipe(int file, int pipe_end)
{
	static char own[] = "x";	/* written to below: no page of the file any more */
	struct iovec part = { .iov_base = own, .iov_len = 1 };
	loff_t start = 0;

	*(volatile char *)own = 'y';
	if (write(file, own, 1) != 1 || splice(file, &start, pipe_end, NULL, 1, 0) != 1 ||
	    write(pipe_end, own, 1) != 1 || vmsplice(pipe_end, &part, 1, 0) != 1)
		return errno ? -errno : -EIO;
	return 0;
}

/* Fills check; 0 or -errno. */
static int look(struct session *session, struct zc_page_check *check)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = check, .ctx_size_in = sizeof(*check));
	int file = memfd_create("page", MFD_CLOEXEC), ends[2] = { -1, -1 };
	int err = file < 0 || pipe2(ends, O_CLOEXEC) ? -errno : fill_pipe(file, ends[1]);

	check->pipe_fd = ends[0];
	check->file_fd = file;
	if (!err)
		err = bpf_prog_test_run_opts(bpf_program__fd(session->skel->progs.check_pages),
					     &run);
	for (int i = 0; i < 2; i++) {
		if (ends[i] >= 0)
			close(ends[i]);
	}
	if (file >= 0)
		close(file);
	return err;
}

static bool judges_pages(const char *tracepoint)
{
	return !strcmp(tracepoint, "net_dev_queue") || !strcmp(tracepoint, "net_dev_start_xmit");
}

static bool judges_folios(const char *tracepoint)
{
	return !strcmp(tracepoint, "mm_filemap_add_to_page_cache");
}

bool session_judges_pages(const struct session *session)
{
	for (size_t i = 0; i < session->probe_count; i++) {
		const char *tracepoint = session->probes[i].tracepoint;

		if (!session->missing[i] && (judges_pages(tracepoint) || judges_folios(tracepoint)))
			return true;
	}
	return false;
}

void session_check_pages(struct session *session)
{
	struct zc_page_check check = { 0 };
	const bool looked = !look(session, &check);
	const bool told = looked && check.file_origin == ZC_ORIGIN_FILE &&
			  check.kernel_origin == ZC_ORIGIN_PRIVATE &&
			  check.own_origin == ZC_ORIGIN_ANON;

	for (size_t i = 0; i < session->probe_count; i++) {
		const char *tracepoint = session->probes[i].tracepoint;

		if (session->missing[i])
			continue;
		if (judges_pages(tracepoint) && !told)
			session->missing[i] = looked ?
				"this kernel's pages are not told from each other" :
				"telling pages from each other could not be tested";
		if (judges_folios(tracepoint) && !check.orders_known)
			session->missing[i] = "where this kernel keeps a folio's size is not known";
	}
}
