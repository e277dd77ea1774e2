// SPDX-License-Identifier: GPL-2.0
/* Preloaded into zctrace by test_faults.py: the time of day jumps an hour back and forth with every
 * look at it. The clocks that only go forward do not. Stepping the machine's own clock would
 * disturb everybody else on it. */
#include <sys/time.h>
#include <dlfcn.h>
#include <time.h>

static long step(void)
{
	static unsigned int looks;

	return ++looks % 2 ? 3600 : -3600;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, __func__);
	int err = real(clock, now);

	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI)
		now->tv_sec += step();
	return err;
}

int gettimeofday(struct timeval *now, void *zone)
{
	int (*real)(struct timeval *, void *) = dlsym(RTLD_NEXT, __func__);
	int err = real(now, zone);

	now->tv_sec += step();
	return err;
}

time_t time(time_t *where)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (where)
		*where = now.tv_sec;
	return now.tv_sec;
}
