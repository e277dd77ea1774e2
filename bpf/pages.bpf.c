// SPDX-License-Identifier: GPL-2.0
/* What the loader asks before the first run: are pages of this kernel told from each other? They
 * lie in a pipe, where they can be found without a device or a segment. session_pages.c runs it. */
#include "pages.h"

/* Of the page of a pipe's buffer; a file's has to be one of this mapping. Not static: the verifier
 * looks at it once. */
__noinline int origin_in_pipe(__u64 buffer, __u64 mapping)
{
	__u64 page = (__u64)BPF_CORE_READ((struct pipe_buffer *)buffer, page), head;
	struct page_words words = {};
	__u32 origin = origin_of_page(page, &words, &head);

	return origin == ZC_ORIGIN_FILE && words.mapping != mapping ? ZC_ORIGIN_UNKNOWN : origin;
}

SEC("?syscall")
int check_pages(struct zc_page_check *check)
{
	struct file *end = file_of_fd(check->pipe_fd), *file = file_of_fd(check->file_fd);
	struct pipe_inode_info *pipe = BPF_CORE_READ(end, private_data);
	struct address_space *mapping = BPF_CORE_READ(file, f_mapping);
	__u64 size = bpf_core_type_size(struct pipe_buffer);
	__u64 buffer = (__u64)BPF_CORE_READ(pipe, bufs);

	check->file_origin = origin_in_pipe(buffer, (__u64)mapping);
	check->kernel_origin = origin_in_pipe(buffer + size, 0);
	check->own_origin = origin_in_pipe(buffer + 2 * size, 0);
	check->orders_known = knows_orders();
	return 0;
}
