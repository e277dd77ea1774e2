# SPDX-License-Identifier: GPL-2.0
"""Debian's kernels as guests of QEMU, without KVM: fetched, given an initramfs, booted once.

Used by check_kernels.py. Nothing of a kernel package is installed: it is only unpacked.
"""
import base64
import fcntl
import gzip
import io
import lzma
import pathlib
import re
import shutil
import subprocess
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-system-aarch64": "qemu-system-arm",
    "mke2fs": "e2fsprogs",
    "mkfs.xfs": "xfsprogs",
    "busybox": "busybox-static",
}
# Loaded in this order, each after those that it depends on. crc32c is what ext4 and xfs ask the
# kernel's crypto for by name; newer kernels have it built in.
MODULES = ["crc32c_generic", "loop", "ext4", "xfs", "overlay", "veth", "sch_tbf"]
MACHINES = {
    "amd64": ["qemu-system-x86_64", "-cpu", "qemu64"],
    "arm64": ["qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a57"],
}
# An emulated TSC passes for unstable; then reading the clock would be a system call, not the vDSO.
CMDLINES = {
    "amd64": "console=ttyS0 clocksource=tsc tsc=reliable",
    "arm64": "console=ttyAMA0",
}
REPORTS = re.compile("kernels: reports begin(.*)kernels: reports end", re.DOTALL)
DIRECTORIES = ["bin", "dev", "images", "modules", "proc", "programs/scenarios", "sys", "tmp"]


class Unable(Exception):
    """This machine lacks something; the text says what, and what to do."""


def tool(name):
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not path:
        raise Unable(f"{name} is missing: apt-get install {PACKAGES.get(name, name)}")
    return path


def fetch(series, arch, directory):
    """Unpacks the newest kernel of a series into directory, unless it is there."""
    done = subprocess.run([HERE / "fetch-kernel.sh", series, arch, directory], check=False)
    if done.returncode:
        raise Unable(f"no Debian kernel {series} for {arch} (see above)")


def image_of(directory):
    return next((directory / "boot").glob("vmlinuz-*"))


def release_of(directory):
    return image_of(directory).name.removeprefix("vmlinuz-")


def module_bytes(path):
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def in_load_order(directory, wanted=tuple(MODULES)):
    """[(name, content)] of the wanted modules and all they need, but for those built in."""
    files = {
        re.sub(r"\.ko.*", "", path.name).replace("-", "_"): path
        for path in directory.rglob("*.ko*")
    }
    loaded = {}

    def load(name):
        if name in loaded or name not in files:
            return
        data = module_bytes(files[name])
        needs = re.search(rb"\0depends=([^\0]*)\0", data)
        for need in needs.group(1).decode().split(",") if needs else []:
            load(need)
        loaded[name] = data

    for name in wanted:
        load(name)
    return list(loaded.items())


def make_images(directory):
    """An ext4 and an xfs to send cold files from; xfs has had large folios since Linux 5.18."""
    ext4, xfs = directory / "ext4.img", directory / "xfs.img"
    for image in (ext4, xfs):
        image.unlink(missing_ok=True)
    command = [tool("mke2fs"), "-q", "-t", "ext4", ext4, "16M"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    # So small that mkfs wants to hear that it is not for real use.
    command = [tool("mkfs.xfs"), "--unsupported", "-q", "-d", f"file,name={xfs},size=32m"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_initramfs(kernel, programs, images, output, init="guest-init.sh", modules=tuple(MODULES)):
    """Packs everything that a guest has, and removes what it was packed from."""
    root = output.with_suffix(".tree")
    shutil.rmtree(root, ignore_errors=True)
    for name in DIRECTORIES:
        (root / name).mkdir(parents=True)
    shutil.copytree(programs, root / "programs", dirs_exist_ok=True)
    shutil.copy(programs / "busybox", root / "bin")
    shutil.copy(HERE / init, root / "init")
    shutil.copy(HERE / "measure.sh", root)
    for image in images.glob("*.img") if images else []:
        shutil.copy(image, root / "images")
    for number, (name, data) in enumerate(in_load_order(kernel, modules)):
        (root / f"modules/{number:02}-{name}.ko").write_bytes(data)
    listing = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*")))
    packed = subprocess.run(
        [tool("busybox"), "cpio", "-o", "-H", "newc"],
        cwd=root, input=listing.encode(), check=True, capture_output=True,
    )
    output.write_bytes(gzip.compress(packed.stdout, compresslevel=1))
    shutil.rmtree(root)


def boot(kernel, arch, initramfs, console, timeout_s, devices=(), words=""):
    """Boots the kernel, with QEMU's devices and words on its command line, and waits until it is
    off; the archive of reports that it wrote."""
    emulator, *machine = MACHINES[arch]
    command = [
        tool(emulator), *machine, "-accel", "tcg,thread=single", "-smp", "2", "-m", "1024",
        "-nodefaults", "-display", "none", "-no-reboot", "-serial", f"file:{console}",
        "-kernel", image_of(kernel), "-initrd", initramfs,
        "-append", f"{CMDLINES[arch]} quiet panic=-1 mitigations=off {words}", *devices,
    ]  # fmt: skip
    with open(console.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            subprocess.run(command, check=True, timeout=timeout_s, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            pass
    said = console.read_text(errors="replace")
    found = REPORTS.search(said)
    if not found:
        last = "\n".join(said.splitlines()[-20:])
        raise SystemExit(f"{release_of(kernel)}: sent no reports; it said last:\n{last}")
    return tarfile.open(fileobj=io.BytesIO(base64.b64decode(found.group(1))))
