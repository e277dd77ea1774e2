# SPDX-License-Identifier: GPL-2.0
"""Cuts the BTF (the kernel's types) out of a kernel image. Called by vmlinux-h.sh.

image_btf.py VMLINUZ OUTPUT
"""
import gzip
import pathlib
import struct
import sys

# struct btf_header of include/uapi/linux/btf.h: magic, version, flags, hdr_len, type_off, type_len,
# str_off, str_len. The offsets count from the end of the header.
HEADER = struct.Struct("<HBBIIIII")
START = struct.pack("<HBBI", 0xEB9F, 1, 0, HEADER.size)
LEAST_BYTES = 1 << 20  # a kernel's has several MiB; smaller finds are something else


def find_btf(image):
    """The bytes of the kernel's BTF in its image, or None."""
    at = image.find(START)
    while at >= 0:
        *_, length, type_at, type_bytes, string_at, string_bytes = HEADER.unpack_from(image, at)
        total = length + string_at + string_bytes
        if type_at == 0 and string_at == type_bytes and LEAST_BYTES < total <= len(image) - at:
            return image[at : at + total]
        at = image.find(START, at + 1)
    return None


def main():
    image = pathlib.Path(sys.argv[1]).read_bytes()
    if image.startswith(b"\x1f\x8b"):
        image = gzip.decompress(image)
    btf = find_btf(image)
    if not btf:
        sys.exit(f"{sys.argv[1]}: has no BTF that can be found; is the image compressed?")
    pathlib.Path(sys.argv[2]).write_bytes(btf)


main()
