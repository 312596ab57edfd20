// SPDX-License-Identifier: GPL-2.0
/*
 * syn DEVICE MAC ADDRESS PORT COUNT: so many TCP SYNs to ADDRESS:PORT behind MAC,
 * as fast as the machine sends them, from random addresses of 198.18.0.0/15
 * (RFC 2544) and random ports. Prints how many have been sent when all have.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define NET	0xc6120000u	/* 198.18.0.0 */
#define HOSTS	0x0001ffffu	/* a /15 */
#define BATCH	64

struct frame {
	struct ether_header eth;
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

/* George Marsaglia's xorshift: repeatable, and of full period */
static uint32_t next(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static uint32_t sum(const void *data, size_t len, uint32_t start)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		start += p[i] << 8 | p[i + 1];
	return start;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum & 0xffff);
}

static void frame_init(struct frame *f, const struct ether_addr *to,
		       struct in_addr daddr, uint16_t port)
{
	static const uint8_t from[ETH_ALEN] = { 2, 0, 0, 0, 0xf1, 1 };

	memset(f, 0, sizeof(*f));
	memcpy(f->eth.ether_dhost, to, ETH_ALEN);
	memcpy(f->eth.ether_shost, from, ETH_ALEN);
	f->eth.ether_type = htons(ETHERTYPE_IP);
	f->ip.version = 4;
	f->ip.ihl = 5;
	f->ip.tot_len = htons(sizeof(f->ip) + sizeof(f->tcp));
	f->ip.ttl = 64;
	f->ip.protocol = IPPROTO_TCP;
	f->ip.daddr = daddr.s_addr;
	f->tcp.th_dport = htons(port);
	f->tcp.th_off = sizeof(f->tcp) / 4;
	f->tcp.th_flags = TH_SYN;
	f->tcp.th_win = htons(65535);
}

static void frame_vary(struct frame *f)
{
	uint32_t pseudo = IPPROTO_TCP + sizeof(f->tcp);

	f->ip.saddr = htonl(NET | (next() & HOSTS));
	f->ip.check = 0;
	f->ip.check = fold(sum(&f->ip, sizeof(f->ip), 0));
	f->tcp.th_sport = htons(1024 + next() % (65536 - 1024));
	f->tcp.th_seq = next();
	f->tcp.th_sum = 0;
	pseudo = sum(&f->ip.saddr, 8, pseudo);
	f->tcp.th_sum = fold(sum(&f->tcp, sizeof(f->tcp), pseudo));
}

static int open_device(const char *name, struct sockaddr_ll *to)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0)
		err(1, "socket");
	to->sll_family = AF_PACKET;
	to->sll_ifindex = if_nametoindex(name);
	if (!to->sll_ifindex)
		err(1, "%s", name);
	to->sll_halen = ETH_ALEN;
	return fd;
}

static unsigned long flood(int fd, struct sockaddr_ll *to, struct frame *f,
			   unsigned long count)
{
	struct mmsghdr msg[BATCH] = { 0 };
	struct iovec iov[BATCH];
	unsigned long sent = 0;
	int i, n;

	for (i = 0; i < BATCH; i++) {
		iov[i].iov_base = &f[i];
		iov[i].iov_len = sizeof(f[i]);
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
		msg[i].msg_hdr.msg_name = to;
		msg[i].msg_hdr.msg_namelen = sizeof(*to);
	}
	while (sent < count) {
		n = count - sent < BATCH ? count - sent : BATCH;
		for (i = 0; i < n; i++)
			frame_vary(&f[i]);
		n = sendmmsg(fd, msg, n, 0);
		if (n > 0)
			sent += n;
		else if (errno != ENOBUFS && errno != EINTR)
			err(1, "sendmmsg");
	}
	return sent;
}

int main(int argc, char *argv[])
{
	static struct frame f[BATCH];
	struct sockaddr_ll to = { 0 };
	struct ether_addr *mac;
	struct in_addr daddr;
	int fd, i;

	if (argc != 6)
		errx(2, "usage: syn DEVICE MAC ADDRESS PORT COUNT");
	mac = ether_aton(argv[2]);
	if (!mac || inet_pton(AF_INET, argv[3], &daddr) != 1)
		errx(2, "no address: %s, %s", argv[2], argv[3]);
	fd = open_device(argv[1], &to);
	for (i = 0; i < BATCH; i++)
		frame_init(&f[i], mac, daddr, atoi(argv[4]));
	printf("%lu\n", flood(fd, &to, f, strtoul(argv[5], NULL, 10)));
	return 0;
}
