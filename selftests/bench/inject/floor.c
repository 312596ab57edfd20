// SPDX-License-Identifier: GPL-2.0
/*
 * The do-nothing forwarder: takes each IPv4 packet of the client side device,
 * puts a fixed Ethernet header before it and sends it. No netfilter module can
 * forward for less.
 */
#include <linux/etherdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_netdev.h>

#include "inject.h"

static const u8 floor_mac[ETH_ALEN] = { 0x02, 0, 0xc0, 0xa8, 0x1c, 0x01 };

static unsigned int floor_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct ethhdr *eth;

	if (skb->protocol != htons(ETH_P_IP) || skb->dev != bench_client)
		return NF_ACCEPT;
	eth = skb_push(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	ether_addr_copy(eth->h_dest, floor_mac);
	ether_addr_copy(eth->h_source, bench_server->dev_addr);
	eth->h_proto = htons(ETH_P_IP);
	skb->dev = bench_server;
	dev_queue_xmit(skb);
	return NF_STOLEN;
}

static struct nf_hook_ops floor_pre = {
	.hook = floor_hook,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_PRE_ROUTING,
	.priority = -250,
};

static struct nf_hook_ops floor_ingress = {
	.hook = floor_hook,
	.pf = NFPROTO_NETDEV,
	.hooknum = NF_NETDEV_INGRESS,
	.priority = 0,
};

static struct nf_hook_ops *floor_on;

/**
 * bench_floor_exit() - take the forwarder out
 *
 * Context: process, may sleep.
 */
void bench_floor_exit(void)
{
	if (floor_on)
		nf_unregister_net_hook(&init_net, floor_on);
	floor_on = NULL;
}

/**
 * bench_floor_set() - put the do-nothing forwarder at a hook
 * @where: "pre" (PRE_ROUTING at -250), "ingress" or "off"
 *
 * Context: process, may sleep.
 * Return: 0, -EINVAL for another word, or the registration's error.
 */
int bench_floor_set(const char *where)
{
	struct nf_hook_ops *ops = NULL;
	int err;

	if (!strcmp(where, "pre"))
		ops = &floor_pre;
	else if (!strcmp(where, "ingress"))
		ops = &floor_ingress;
	else if (strcmp(where, "off"))
		return -EINVAL;
	bench_floor_exit();
	if (!ops)
		return 0;
	floor_ingress.dev = bench_client;
	err = nf_register_net_hook(&init_net, ops);
	if (!err)
		floor_on = ops;
	return err;
}
