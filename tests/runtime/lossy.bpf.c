// SPDX-License-Identifier: GPL-2.0
/* Loses every Nth TCP packet that carries data, where a device hands packets to the stack.
 * Loaded by lossy.c, for tests of retransmission. */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define TC_ACT_OK 0
#define TC_ACT_SHOT 2
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd

const volatile __u32 every = 101;

__u64 data_packets = 0;
__u64 lost_packets = 0;
__u64 lost_bytes = 0;		/* of payload */

/* Bytes of TCP payload; 0 for all that is not TCP over IPv4 or IPv6. */
static __u32 payload_bytes(struct __sk_buff *skb)
{
	__u32 at = sizeof(struct ethhdr);
	struct tcphdr tcp;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr ip;

		if (bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)) || ip.protocol != IPPROTO_TCP)
			return 0;
		at += ip.ihl * 4;
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr ip;

		if (bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)) || ip.nexthdr != IPPROTO_TCP)
			return 0;
		at += sizeof(ip);
	} else {
		return 0;
	}
	if (bpf_skb_load_bytes(skb, at, &tcp, sizeof(tcp)))
		return 0;
	at += tcp.doff * 4;
	return skb->len > at ? skb->len - at : 0;
}

SEC("tc")
int lose(struct __sk_buff *skb)
{
	__u32 bytes = payload_bytes(skb);

	if (!bytes || (__sync_fetch_and_add(&data_packets, 1) + 1) % every)
		return TC_ACT_OK;
	__sync_fetch_and_add(&lost_packets, 1);
	__sync_fetch_and_add(&lost_bytes, bytes);
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "GPL";
