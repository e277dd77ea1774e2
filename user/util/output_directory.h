/* SPDX-License-Identifier: GPL-2.0 */
/* Opening the directory of a report without being led astray. */
#ifndef ZC_OUTPUT_DIRECTORY_H
#define ZC_OUTPUT_DIRECTORY_H

/*
 * Opens a directory (O_PATH), component by component. A symbolic link on the way is followed only
 * if somebody we must trust anyway made it: where everybody may write, that is we ourselves or the
 * owner of the directory that it is in. The kernel has the same rule, but it can be turned off
 * (fs.protected_symlinks) and asks for a sticky bit.
 *
 * Returns a descriptor, or -errno: -ELOOP for a link that is not followed.
 */
int output_directory(const char *path);

#endif
