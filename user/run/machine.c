// SPDX-License-Identifier: GPL-2.0
/* Finds out what machine this is, from /proc, /sys and uname(). The report and doctor show it. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "machine.h"

static bool read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool got = file && fgets(line, size, file);

	if (file)
		fclose(file);
	if (got)
		line[strcspn(line, "\n")] = '\0';
	return got;
}

/* The value of the first line "key<separators>value" of a file like /proc/cpuinfo. */
static bool read_value(const char *path, const char *key, char *value, size_t size)
{
	FILE *file = fopen(path, "re");
	bool found = false;
	char line[8192];

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)))
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(value, size, "%s", line + strlen(key) + strspn(line + strlen(key),
									"\t :=\""));
		value[strcspn(value, "\"")] = '\0';
		found = true;
	}
	fclose(file);
	return found;
}

const char *machine_lockdown(void)
{
	static char line[128];
	char *open_bracket, *close_bracket;

	if (!read_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		return "unknown";
	open_bracket = strchr(line, '[');
	close_bracket = open_bracket ? strchr(open_bracket, ']') : NULL;
	if (!close_bracket)
		return "unknown";
	*close_bracket = '\0';
	return open_bracket + 1;
}

bool machine_has_btf(void)
{
	return access("/sys/kernel/btf/vmlinux", R_OK) == 0;
}

static const char *virtualization(void)
{
	static char text[4096];

	if (read_line("/sys/class/dmi/id/sys_vendor", text, sizeof(text)) &&
	    (strstr(text, "QEMU") || strstr(text, "VMware") || strstr(text, "Amazon") ||
	     strstr(text, "Google") || strstr(text, "Xen") || strstr(text, "Microsoft")))
		return text;
	if (read_line("/sys/hypervisor/type", text, sizeof(text)))
		return text;
	if (read_value("/proc/cpuinfo", "flags", text, sizeof(text)) && strstr(text, "hypervisor"))
		return "a hypervisor";
	return "none found";
}

void machine_describe(struct report *report)
{
	struct report_machine *machine = &report->machine;
	struct utsname names;
	char text[256];

	uname(&names);
	machine->kernel = report_text(report, names.release);
	machine->arch = report_text(report, names.machine);
	machine->cpus = sysconf(_SC_NPROCESSORS_ONLN);
	machine->memory_bytes = (__u64)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	machine->cpu_model = read_value("/proc/cpuinfo", "model name", text, sizeof(text)) ?
			     report_text(report, text) : "unknown";
	machine->distribution = read_value("/etc/os-release", "PRETTY_NAME", text, sizeof(text)) ?
				report_text(report, text) : "unknown";
	machine->virtual = report_text(report, virtualization());
	machine->lockdown = report_text(report, machine_lockdown());
	machine->btf = machine_has_btf();
}

/* The type of the mount that has this device; the last one wins, as it lies on top. */
static bool mount_type(dev_t device, char *name, size_t size)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	unsigned int major_number, minor_number;
	char line[8192], type[64], *rest;
	bool found = false;

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*d %*d %u:%u", &major_number, &minor_number) != 2)
			continue;
		rest = strstr(line, " - ");
		if (!rest || makedev(major_number, minor_number) != device ||
		    sscanf(rest, " - %63s", type) != 1)
			continue;
		snprintf(name, size, "%s", type);
		found = true;
	}
	fclose(file);
	return found;
}

void machine_file_system(int fd, char *name, size_t size)
{
	struct statfs fs;
	struct stat st;

	if (!fstat(fd, &st) && mount_type(st.st_dev, name, size))
		return;
	/* btrfs gives each subvolume a device of its own that no mount line has. */
	if (!fstatfs(fd, &fs) && fs.f_type == 0x9123683E)
		snprintf(name, size, "btrfs");
	else
		snprintf(name, size, "unknown");
}
