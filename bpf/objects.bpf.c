// SPDX-License-Identifier: GPL-2.0
/* What a file descriptor is: the first call on one walks current->files to the inode or socket
 * behind it and gives it an object; remember.h keeps the answer per thread. */
#include "state.h"

extern int LINUX_KERNEL_VERSION __kconfig;

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFIFO 0010000
#define O_DIRECT_X86 00040000	/* include/uapi/asm-generic/fcntl.h */
#define O_DIRECT_ARM64 0200000	/* arch/arm64/include/uapi/asm/fcntl.h */
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define OVERLAYFS_SUPER_MAGIC 0x794c7630
#define NAME_DEPTH 16	/* components and mounts that are followed */
#define MOST_LOOKS 4096	/* some 100 µs */

#ifdef __TARGET_ARCH_arm64
#define O_DIRECT_FLAG O_DIRECT_ARM64
#else
#define O_DIRECT_FLAG O_DIRECT_X86
#endif

/* The address_space that owns the pages. Overlayfs keeps none of its own: the descriptor's
 * private_data is the real file (before 6.13) or an ovl_file that starts with it (18e48d0e2c7b). */
static struct address_space *mapping_of_file(struct file *file, __u32 fs_magic)
{
	struct file *real = file;

	if (fs_magic == OVERLAYFS_SUPER_MAGIC) {
		real = BPF_CORE_READ(file, private_data);
		if (LINUX_KERNEL_VERSION >= KERNEL_VERSION(6, 13, 0))
			bpf_probe_read_kernel(&real, sizeof(real), real);
		if (!real)
			return NULL;
	}
	return BPF_CORE_READ(real, f_mapping);
}

static struct sock *sock_of_file(struct file *file)
{
	struct socket *socket = BPF_CORE_READ(file, private_data);

	return BPF_CORE_READ(socket, sk);
}

static __u32 kind_of_socket(struct sock *sk)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	__u16 protocol = BPF_CORE_READ(sk, sk_protocol);
	const struct tcp_ulp_ops *ulp;
	char name[4] = {};

	if (!sk)
		return ZC_KIND_SOCKET;
	if (family == AF_UNIX)
		return ZC_KIND_UNIX;
	if (family != AF_INET && family != AF_INET6)
		return ZC_KIND_SOCKET;
	if (protocol == IPPROTO_UDP)
		return ZC_KIND_UDP;
	if (protocol != IPPROTO_TCP)
		return ZC_KIND_SOCKET;
	ulp = BPF_CORE_READ((struct inet_connection_sock *)sk, icsk_ulp_ops);
	if (ulp)
		bpf_probe_read_kernel(name, 3, ulp->name);
	return name[0] == 't' && name[1] == 'l' && name[2] == 's' ? ZC_KIND_TCP_TLS : ZC_KIND_TCP;
}

static __u32 kind_of_mode(__u32 mode, __u32 flags)
{
	switch (mode & S_IFMT) {
	case S_IFREG: return flags & O_DIRECT_FLAG ? ZC_KIND_FILE_DIRECT : ZC_KIND_FILE;
	case S_IFDIR: return ZC_KIND_DIR;
	case S_IFBLK: return ZC_KIND_BLOCK;
	case S_IFCHR: return ZC_KIND_CHAR;
	case S_IFIFO: return ZC_KIND_PIPE;
	case 0: return ZC_KIND_ANON;
	default: return ZC_KIND_UNKNOWN;
	}
}

static void describe_socket(struct zc_object *object, struct sock *sk)
{
	object->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	object->protocol = BPF_CORE_READ(sk, sk_protocol);
	object->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	object->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (object->family == AF_INET) {
		BPF_CORE_READ_INTO(&object->local, sk, __sk_common.skc_rcv_saddr);
		BPF_CORE_READ_INTO(&object->remote, sk, __sk_common.skc_daddr);
	} else if (object->family == AF_INET6) {
		BPF_CORE_READ_INTO(&object->local, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&object->remote, sk, __sk_common.skc_v6_daddr);
	}
}

static struct mount *mount_of(struct vfsmount *mnt)
{
	return (void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

struct walk {
	struct zc_object *object;
	__u64 mount, dentry;
	__u32 end;	/* of what is in the name so far */
};

static long complete(struct walk *walk)
{
	walk->object->truncated = 0;
	return 1;
}

/* One component, or one step from a mount's root to the place where it is mounted, as d_path()
 * does. A step of bpf_loop(), which the verifier walks once. */
static long describe_step(__u32 i, struct walk *walk)
{
	struct mount *mount = (struct mount *)walk->mount;
	struct dentry *dentry = (struct dentry *)walk->dentry;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	struct mount *above = BPF_CORE_READ(mount, mnt_parent);
	__u32 at = walk->end;
	long length;

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		if (above == mount)
			return complete(walk);
		walk->dentry = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = (__u64)above;
		return 0;
	}
	if (at >= ZC_NAME_LEN / 2)
		return 1;
	/* Says the same again to verifiers before 6.9 (8ecfc371d829), which forget a comparison
	 * with what lies on the stack. */
	barrier_var(at);
	at &= ZC_NAME_LEN / 2 - 1;
	length = bpf_probe_read_kernel_str(&walk->object->name[at], ZC_NAME_LEN / 2,
					   BPF_CORE_READ(dentry, d_name.name));
	if (length <= 0 || parent == dentry)
		return complete(walk);
	walk->end += length;
	walk->dentry = (__u64)parent;
	return 0;
}

/* The path, from the last component to the first, each with its NUL: the loader turns it round. */
static void describe_path(struct zc_object *object, struct file *file)
{
	struct walk walk = { .object = object,
			     .mount = (__u64)mount_of(BPF_CORE_READ(file, f_path.mnt)),
			     .dentry = (__u64)BPF_CORE_READ(file, f_path.dentry) };

	object->truncated = 1;
	bpf_loop(NAME_DEPTH, describe_step, &walk, 0);
}

/* What was sent before belongs to the time before. Not connected yet: the first segment begins. */
static void begin_sequences(struct zc_sock *record, __u64 sk)
{
	__u32 next = BPF_CORE_READ((struct tcp_sock *)sk, snd_nxt);

	for (int hook = 0; hook < ZC_HOOK_COUNT; hook++) {
		__u64 key = sk + hook;

		record->next_seq[hook] = next;
		record->started[hook] = next != 0;
		bpf_map_delete_elem(&holes, &key);
	}
}

/* The socket is connected anew, or it is another one that is not kept apart. */
static void reopen(struct zc_sock *known, __u64 sk)
{
	if (BPF_CORE_READ((struct sock *)sk, __sk_common.skc_state) == TCP_CLOSE)
		return;
	begin_sequences(known, sk);
	known->port = 0;
	known->closed = 0;
}

/* A record is large for the stack, which has 512 bytes for this program and all that call it: it is
 * made in the map. Until it is whole it counts as closed. */
static void watch_new(__u64 sk, __u32 object, __u64 flags)
{
	static const struct zc_sock closed = { .closed = 1 };
	struct zc_sock *fresh;
	long err;

	err = bpf_map_update_elem(&socks, &sk, &closed, flags);
	fresh = err ? NULL : bpf_map_lookup_elem(&socks, &sk);
	if (!fresh) {
		if (err != -EEXIST)	/* another thread was first */
			count_loss(ZC_LOSS_SOCKS);
		return;
	}
	__sync_fetch_and_add(&socks_watched, 1);
	fresh->object = object;
	begin_sequences(fresh, sk);
	fresh->closed = 0;
}

/* What a step of bpf_loop() waits for. */
struct replaced {
	__u64 sk;
	__u32 object;
	bool seen;
};

static long is_replaced(__u32 i, struct replaced *by)
{
	struct zc_sock *known = bpf_map_lookup_elem(&socks, &by->sk);

	by->seen = known && known->object == by->object;
	return by->seen;
}

/* Waits, as good as never, for the thread that replaces the record of an earlier socket. */
static void await_other(__u64 sk, __u32 object)
{
	struct replaced by = { .sk = sk, .object = object };

	bpf_loop(MOST_LOOKS, is_replaced, &by, 0);
	if (!by.seen)
		count_loss(ZC_LOSS_SOCKS);
}

/* The kernel uses the memory of closed sockets again: what the earlier one sent is kept, under the
 * number of its object, which no address can be. Sockets that are not kept apart go on in one
 * record, each with sequence numbers of its own. The verifier looks once at a function that is not
 * static, and at others from wherever they are called. */
__noinline int watch_socket(__u64 sk, __u32 object)
{
	struct zc_sock *known = bpf_map_lookup_elem(&socks, &sk);
	__u64 earlier;
	long err;

	if (!known) {
		/* Leaves room for one record of each object. */
		if (object >= ZC_KIND_COUNT || socks_watched < max_objects)
			watch_new(sk, object, BPF_NOEXIST);
		return 0;
	}
	if (known->object == object || known->object < ZC_KIND_COUNT) {
		if (known->closed)
			reopen(known, sk);
		return 0;
	}
	earlier = known->object;
	err = bpf_map_update_elem(&socks, &earlier, known, BPF_NOEXIST);
	if (err == -EEXIST) {
		await_other(sk, object);
		return 0;
	}
	if (err)
		count_loss(ZC_LOSS_SOCKS);
	watch_new(sk, object, BPF_ANY);
	return 0;
}

static void name_file(__u64 mapping, __u32 object)
{
	if (bpf_map_update_elem(&mappings, &mapping, &object, BPF_ANY))
		count_loss(ZC_LOSS_FLOWS);
	__sync_fetch_and_add(&files_named, 1);
}

static __u32 object_for(struct zc_object_key *key, struct file *file, __u32 fs_magic)
{
	__u32 *known = bpf_map_lookup_elem(&object_ids, key);
	struct zc_object *object;
	__u32 index;

	if (known)
		return *known;
	index = __sync_fetch_and_add(&next_object, 1);
	object = index < max_objects ? bpf_map_lookup_elem(&objects, &index) : NULL;
	if (!object) {
		__sync_fetch_and_add(&next_object, -1);
		__sync_fetch_and_add(&coarse[ZC_COARSE_OBJECTS], 1);
		return key->kind;
	}
	object->key = *key;
	object->fs_magic = fs_magic;
	object->size = BPF_CORE_READ(file, f_inode, i_size);
	if (key->kind >= ZC_KIND_TCP && key->kind <= ZC_KIND_SOCKET)
		describe_socket(object, (struct sock *)key->sock);
	else
		describe_path(object, file);
	if (bpf_map_update_elem(&object_ids, key, &index, BPF_NOEXIST) == 0)
		return index;
	known = bpf_map_lookup_elem(&object_ids, key);
	if (!known)
		__sync_fetch_and_add(&coarse[ZC_COARSE_OBJECTS], 1);
	return known ? *known : key->kind;
}

/* A socket that connects again, or a datagram socket that others are written to, has one object
 * for each peer. */
static void identify_socket(struct zc_object_key *key, struct sock *sk)
{
	key->sock = (__u64)sk;
	key->kind = kind_of_socket(sk);
	if (key->kind < ZC_KIND_TCP || key->kind > ZC_KIND_UDP)
		return;
	key->port = BPF_CORE_READ(sk, __sk_common.skc_dport);
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET)
		key->peer = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	else
		key->peer = BPF_CORE_READ(sk, __sk_common.skc_v6_daddr.in6_u.u6_addr32[3]);
}

__u32 object_of_file(__u64 address)
{
	struct file *file = (struct file *)address;
	struct address_space *mapping = NULL;
	struct zc_object_key key = {};
	struct inode *inode;
	__u32 object, magic;
	__u16 mode;

	if (!file)
		return ZC_KIND_BAD_FD;
	inode = BPF_CORE_READ(file, f_inode);
	mode = BPF_CORE_READ(inode, i_mode);
	magic = BPF_CORE_READ(inode, i_sb, s_magic);
	key.inode = BPF_CORE_READ(inode, i_ino);
	key.device = BPF_CORE_READ(inode, i_sb, s_dev);
	if ((mode & S_IFMT) == S_IFSOCK) {
		struct sock *sk = sock_of_file(file);

		identify_socket(&key, sk);
	} else {
		key.kind = kind_of_mode(mode, BPF_CORE_READ(file, f_flags));
		if (key.kind == ZC_KIND_FILE || key.kind == ZC_KIND_FILE_DIRECT)
			mapping = mapping_of_file(file, magic);
		key.mapping = (__u64)mapping;
		key.generation = BPF_CORE_READ(mapping, host, i_generation);
	}
	if (key.kind == ZC_KIND_ANON)
		return key.kind;
	object = object_for(&key, file, magic);
	if (counts_only)	/* nobody looks at segments or at the page cache */
		return object;
	if (object < ZC_KIND_COUNT && key.kind != ZC_KIND_TCP && key.kind != ZC_KIND_TCP_TLS)
		return object;
	if (key.kind == ZC_KIND_TCP || key.kind == ZC_KIND_TCP_TLS)
		watch_socket(key.sock, object);
	else if (mapping)
		name_file((__u64)mapping, object);
	return object;
}

__u32 object_of_fd(__s32 fd)
{
	return object_of_file((__u64)file_of_fd(fd));
}

/* For calls that move nothing: an object made before connect() would never learn its peer. */
__u32 kind_of_fd(__s32 fd)
{
	struct file *file = file_of_fd(fd);
	__u16 mode;

	if (!file)
		return ZC_KIND_BAD_FD;
	mode = BPF_CORE_READ(file, f_inode, i_mode);
	if ((mode & S_IFMT) == S_IFSOCK)
		return kind_of_socket(sock_of_file(file));
	return kind_of_mode(mode, BPF_CORE_READ(file, f_flags));
}
