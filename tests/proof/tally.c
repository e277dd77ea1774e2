// SPDX-License-Identifier: GPL-2.0
/* The own tally of random_moves; see tally.h. */
#include "tally.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct tally *tally;

long raw_call(long nr, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = nr, x0 __asm__("x0") = a, x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c, x3 __asm__("x3") = d, x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
#else
	_Static_assert(0, "how does this architecture make a system call?");
#endif
}

/* By the vDSO: no call. */
static uint64_t now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1000000000ull + at.tv_nsec;
}

struct tally_entry *tally_note(long nr, int source, int sink, long result, uint64_t wall_ns)
{
	uint32_t at = __atomic_fetch_add(&tally->entries, 1, __ATOMIC_RELAXED);
	struct tally_entry *entry = &tally->entry[at];

	if (at >= TALLY_CALLS)
		raw_call(SYS_exit_group, 99, 0, 0, 0, 0, 0);
	*entry = (struct tally_entry){ .nr = nr, .source = source, .sink = sink, .result = result,
				       .wall_ns = wall_ns };
	return entry;
}

struct tally_entry *tally_call(long nr, int source, int sink, long a, long b, long c, long d,
			       long e, long f)
{
	uint64_t begin = now();
	long result = raw_call(nr, a, b, c, d, e, f);

	return tally_note(nr, source, sink, result, now() - begin);
}

int tally_object(const char *kind, const char *name)
{
	uint32_t at = __atomic_fetch_add(&tally->objects, 1, __ATOMIC_RELAXED);

	if (at >= TALLY_OBJECTS) {
		raw_call(SYS_exit_group, 98, 0, 0, 0, 0, 0);
		return -1;
	}
	snprintf(tally->object[at].kind, sizeof(tally->object[at].kind), "%s", kind);
	snprintf(tally->object[at].name, sizeof(tally->object[at].name), "%s", name);
	return at;
}

void tally_open(const char *path)
{
	int fd = raw_call(SYS_openat, AT_FDCWD, (long)path, O_RDWR | O_CREAT, 0644, 0, 0);
	long sized = raw_call(SYS_ftruncate, fd, sizeof(*tally), 0, 0, 0, 0);
	struct rusage usage;

	tally = (void *)raw_call(SYS_mmap, 0, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED,
				 fd, 0);
	if (fd < 0 || (unsigned long)tally > -4096ul)
		raw_call(SYS_exit_group, 97, 0, 0, 0, 0, 0);
	tally_note(SYS_openat, UNTOLD, UNTOLD, fd, 0);
	tally_note(SYS_ftruncate, UNTOLD, UNTOLD, sized, 0);
	tally_note(SYS_mmap, UNTOLD, UNTOLD, 0, 0);
	tally_call(SYS_close, UNTOLD, UNTOLD, fd, 0, 0, 0, 0, 0);
	tally_call(SYS_getrusage, UNTOLD, UNTOLD, RUSAGE_THREAD, (long)&usage, 0, 0, 0, 0);
	__atomic_fetch_add(&tally->voluntary_begin, usage.ru_nvcsw, __ATOMIC_RELAXED);
}

static uint64_t ns(struct timeval time)
{
	return time.tv_sec * 1000000000ull + time.tv_usec * 1000ull;
}

void tally_thread(void)
{
	struct rusage usage;

	tally_call(SYS_getrusage, UNTOLD, UNTOLD, RUSAGE_THREAD, (long)&usage, 0, 0, 0, 0);
	__atomic_fetch_add(&tally->voluntary, usage.ru_nvcsw, __ATOMIC_RELAXED);
	__atomic_fetch_add(&tally->cpu_ns, ns(usage.ru_utime) + ns(usage.ru_stime),
			   __ATOMIC_RELAXED);
}
