// SPDX-License-Identifier: GPL-2.0
/*
 * Two Ethernet devices, "bc0" towards the clients and "bs0" towards the
 * servers. What is sent through them is counted and freed, as a driver frees a
 * packet that left; some frames can be kept and checked afterwards.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/vmalloc.h>

#include "inject.h"

struct net_device *bench_client;
struct net_device *bench_server;

/**
 * struct bench_sink - private part of each device
 * @count: IPv4 frames sent since the sink was armed
 */
struct bench_sink {
	u32 count;
};

/* The bench runs on one CPU with bottom halves off around each packet. */
static struct bench_frame *frames;
static struct bench_end *ends;
static u32 frames_kept;
static u32 frames_wanted;
static bool learning;

static void sink_learn(const struct sk_buff *skb)
{
	struct iphdr iph;
	struct tcphdr th;
	u32 flow;

	if (skb_copy_bits(skb, ETH_HLEN, &iph, sizeof(iph)) ||
	    iph.protocol != IPPROTO_TCP ||
	    skb_copy_bits(skb, ETH_HLEN + iph.ihl * 4, &th, sizeof(th)))
		return;
	flow = ntohl(th.seq) >> 1;
	if (flow >= BENCH_MAX_FLOWS)
		return;
	ends[flow].addr = iph.daddr;
	ends[flow].port = th.dest;
}

static void sink_keep(const struct sk_buff *skb, const struct net_device *dev)
{
	struct bench_frame *f = &frames[frames_kept++];

	f->full = skb->len;
	f->len = min_t(u32, skb->len, BENCH_FRAME_LEN);
	f->to_server = dev == bench_server;
	f->csum_start = 0;
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		f->csum_start = skb_checksum_start_offset(skb);
		f->csum_offset = skb->csum_offset;
	}
	if (skb_copy_bits(skb, 0, f->data, f->len))
		f->len = 0;
}

static netdev_tx_t sink_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct bench_sink *sink = netdev_priv(dev);

	if (eth_hdr(skb)->h_proto == htons(ETH_P_IP)) {
		sink->count++;
		if (unlikely(learning))
			sink_learn(skb);
		if (unlikely(frames_kept < frames_wanted))
			sink_keep(skb, dev);
	}
	dev_consume_skb_any(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops sink_ops = {
	.ndo_start_xmit = sink_xmit,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static void sink_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &sink_ops;
	dev->needs_free_netdev = true;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->features |= NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA;
	/* Virtual devices of the stock kernel send without the queue's lock. */
#ifdef NETIF_F_LLTX
	dev->features |= NETIF_F_LLTX;
#else
	dev->lltx = true;
#endif
}

static struct net_device *sink_create(const char *name, u8 last)
{
	u8 mac[ETH_ALEN] = { 0x02, 0, 0, 0, 0, last };
	struct net_device *dev;
	int err;

	dev = alloc_netdev(sizeof(struct bench_sink), name, NET_NAME_USER,
			   sink_setup);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	eth_hw_addr_set(dev, mac);
	err = register_netdev(dev);
	if (err) {
		free_netdev(dev);
		return ERR_PTR(err);
	}
	return dev;
}

/**
 * bench_sink_init() - create both devices and the room for frames
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int bench_sink_init(void)
{
	int err = -ENOMEM;

	frames = vzalloc(array_size(BENCH_MAX_FRAMES, sizeof(*frames)));
	if (!frames)
		return err;
	ends = vzalloc(array_size(BENCH_MAX_FLOWS, sizeof(*ends)));
	if (!ends)
		goto free_frames;
	bench_client = sink_create("bc0", 0x0c);
	if (IS_ERR(bench_client)) {
		err = PTR_ERR(bench_client);
		goto free_ends;
	}
	bench_server = sink_create("bs0", 0x05);
	if (IS_ERR(bench_server)) {
		err = PTR_ERR(bench_server);
		goto remove_client;
	}
	return 0;

remove_client:
	unregister_netdev(bench_client);
free_ends:
	vfree(ends);
free_frames:
	vfree(frames);
	return err;
}

/**
 * bench_sink_exit() - undo bench_sink_init()
 *
 * Context: process, may sleep.
 */
void bench_sink_exit(void)
{
	unregister_netdev(bench_server);
	unregister_netdev(bench_client);
	vfree(ends);
	vfree(frames);
}

/**
 * bench_sink_arm() - zero the counts and say what to keep
 * @req: the run that begins
 *
 * Context: process; nothing is being injected.
 */
void bench_sink_arm(const struct bench_req *req)
{
	struct bench_sink *client = netdev_priv(bench_client);
	struct bench_sink *server = netdev_priv(bench_server);

	client->count = 0;
	server->count = 0;
	frames_kept = 0;
	frames_wanted = req->capture;
	learning = req->learn;
}

/**
 * bench_sink_count() - IPv4 frames a device has sent since it was armed
 * @dev: bench_client or bench_server
 *
 * Return: the number of frames.
 */
u32 bench_sink_count(const struct net_device *dev)
{
	const struct bench_sink *sink = netdev_priv(dev);

	return READ_ONCE(sink->count);
}

/**
 * bench_sink_frames() - how many frames were kept
 *
 * Return: 0..BENCH_MAX_FRAMES.
 */
u32 bench_sink_frames(void)
{
	return frames_kept;
}

/**
 * bench_sink_frame() - one kept frame
 * @i: index below bench_sink_frames()
 *
 * Return: the frame, valid until the next bench_sink_arm().
 */
const struct bench_frame *bench_sink_frame(u32 i)
{
	return &frames[i];
}

/**
 * bench_sink_learned() - the server a flow was sent to while learning
 * @flow: flow number, below BENCH_MAX_FLOWS
 *
 * Return: address and port; zeros if none was seen.
 */
struct bench_end bench_sink_learned(u32 flow)
{
	return ends[flow];
}

/* RFC 1071 over @len bytes added to @sum, written for this check alone. */
static u32 verify_add(u32 sum, const u8 *p, u32 len)
{
	u32 i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (p[i] << 8) | p[i + 1];
	if (len & 1)
		sum += p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* What a device with checksum offload would do (NETIF_F_HW_CSUM). */
static void verify_finish_partial(struct bench_frame *f)
{
	u8 *field = f->data + f->csum_start + f->csum_offset;
	u32 sum;

	sum = ~verify_add(0, f->data + f->csum_start, f->len - f->csum_start);
	field[0] = (sum >> 8) & 0xff;
	field[1] = sum & 0xff;
	f->csum_start = 0;
}

static void verify_frame(struct bench_frame *f, struct bench_verify *v)
{
	const u8 *ip = f->data + ETH_HLEN;
	u32 hlen, total, sum;
	u8 pseudo[4] = { 0, IPPROTO_TCP };

	v->frames++;
	hlen = (ip[0] & 0xf) * 4;
	total = (ip[2] << 8) | ip[3];
	if (hlen < 20 || total < hlen + 20 || ETH_HLEN + total > f->len ||
	    verify_add(0, ip, hlen) != 0xffff) {
		v->bad_ip++;
		return;
	}
	if (ip[9] != IPPROTO_TCP)
		return;
	if (f->csum_start)
		verify_finish_partial(f);
	pseudo[2] = (total - hlen) >> 8;
	pseudo[3] = (total - hlen) & 0xff;
	sum = verify_add(0, ip + 12, 8);
	sum = verify_add(sum, pseudo, sizeof(pseudo));
	sum = verify_add(sum, ip + hlen, total - hlen);
	if (sum != 0xffff)
		v->bad_tcp++;
}

/**
 * bench_sink_verify() - recompute every checksum of every kept frame
 * @v: receives the result
 *
 * Sums left to the device are completed in the kept copy first, so that
 * frames of different runs can be compared byte by byte.
 *
 * Context: process; nothing is being injected.
 */
void bench_sink_verify(struct bench_verify *v)
{
	u32 i;

	*v = (struct bench_verify){};
	for (i = 0; i < frames_kept; i++)
		verify_frame(&frames[i], v);
}
