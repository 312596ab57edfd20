/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bench module: devices that count what they are given, frames built as a
 * driver builds them, and the counting of instructions around them.
 */
#ifndef L4LB_BENCH_INJECT_H
#define L4LB_BENCH_INJECT_H

#include <linux/bits.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/types.h>

/* Flow numbers are below this; they travel in the TCP sequence number. */
#define BENCH_MAX_FLOWS		BIT(20)
/* Frames kept for comparison in one run. */
#define BENCH_MAX_FRAMES	1024
/* Bytes kept of one frame: a full Ethernet frame. */
#define BENCH_FRAME_LEN		1514
/* Packets of one run whose single cost is kept. */
#define BENCH_MAX_SAMPLES	65536

/**
 * enum bench_dir - which way the injected packets travel
 * @BENCH_IN: client to VIP, received on the client side device
 * @BENCH_BACK: server to client, received on the server side device
 * @BENCH_FWD: client to a server's own address, received on the client side
 */
enum bench_dir {
	BENCH_IN,
	BENCH_BACK,
	BENCH_FWD,
};

/**
 * enum bench_csum - what the driver says about the TCP checksum
 * @BENCH_CSUM_NONE: nothing; the field holds the right sum
 * @BENCH_CSUM_UNNECESSARY: verified by the device
 * @BENCH_CSUM_COMPLETE: skb->csum is the sum from the network header on
 * @BENCH_CSUM_PARTIAL: the field holds the pseudo header's sum alone
 */
enum bench_csum {
	BENCH_CSUM_NONE,
	BENCH_CSUM_UNNECESSARY,
	BENCH_CSUM_COMPLETE,
	BENCH_CSUM_PARTIAL,
};

/**
 * struct bench_req - one run, as asked for by a line written to "cmd"
 * @dir: direction, which decides the receiving device and the sink
 * @csum: state of the checksum of each packet
 * @n: packets to inject
 * @flows: distinct flows; packet i belongs to flow
 *	@base + (i % @flows) * @stride
 * @base: number of the first flow
 * @stride: distance between the numbers of two flows
 * @services: 1 = the one VIP; more = flow f goes to service f % @services
 * @servers: BENCH_FWD: flow f goes to server f % @servers
 * @payload: bytes of TCP payload
 * @gso: 0, or the gso_size of an aggregate
 * @list: 0 = netif_receive_skb(), else packets per netif_receive_skb_list()
 * @capture: frames to keep, at most BENCH_MAX_FRAMES
 * @settle: ticks (jiffies) to wait for asynchronous work after the last packet
 * @windows: equal parts of @n, each injected, settled and counted by itself
 * @ttl: IP time to live
 * @tcp_flags: byte 13 of the TCP header
 * @learn: remember which server each flow was sent to
 * @frag: payload in a page fragment instead of the linear part
 */
struct bench_req {
	enum bench_dir dir;
	enum bench_csum csum;
	u32 n;
	u32 flows;
	u32 base;
	u32 stride;
	u32 services;
	u32 servers;
	u32 payload;
	u32 gso;
	u32 list;
	u32 capture;
	u32 settle;
	u32 windows;
	u8 ttl;
	u8 tcp_flags;
	bool learn;
	bool frag;
};

/**
 * struct bench_end - where a flow was sent to
 * @addr: server address
 * @port: server port
 */
struct bench_end {
	__be32 addr;
	__be16 port;
};

/**
 * struct bench_frame - one frame that reached a sink
 * @len: bytes in @data
 * @full: bytes the frame had
 * @csum_start: offset of the sum still to be made, 0 if none
 * @csum_offset: offset of the field from @csum_start
 * @to_server: it left by the server side device
 * @data: the frame from its Ethernet header on
 */
struct bench_frame {
	u16 len;
	u32 full;
	u16 csum_start;
	u16 csum_offset;
	bool to_server;
	u8 data[BENCH_FRAME_LEN];
};

/**
 * struct bench_verify - result of the independent check of kept frames
 * @frames: frames looked at
 * @bad_ip: frames with a wrong IP header checksum
 * @bad_tcp: frames with a wrong TCP checksum
 */
struct bench_verify {
	u32 frames;
	u32 bad_ip;
	u32 bad_tcp;
};

/* sink.c */
extern struct net_device *bench_client;
extern struct net_device *bench_server;

int bench_sink_init(void);
void bench_sink_exit(void);
void bench_sink_arm(const struct bench_req *req);
u32 bench_sink_count(const struct net_device *dev);
u32 bench_sink_frames(void);
const struct bench_frame *bench_sink_frame(u32 i);
struct bench_end bench_sink_learned(u32 flow);
void bench_sink_verify(struct bench_verify *v);

/* build.c */
struct sk_buff *bench_build(const struct bench_req *req, u32 i);

/* floor.c */
int bench_floor_set(const char *where);
void bench_floor_exit(void);

/* measure.c */
struct seq_file;
int bench_measure_init(void);
void bench_measure_exit(void);
int bench_measure_run(const struct bench_req *req);
void bench_measure_idle(u32 ticks);
void bench_measure_show(struct seq_file *s);

#endif
