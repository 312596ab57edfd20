// SPDX-License-Identifier: GPL-2.0
/*
 * Control of the bench module through debugfs, for a shell:
 *   cmd      "run dir=in n=4096 flows=1024 ...", "idle TICKS" or
 *            "floor pre|ingress|off"
 *   result   the last run, a key and a value on each line
 *   frames   the frames kept by the last run: side, length, bytes
 */
#include <linux/debugfs.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "inject.h"

#define CMD_LEN 512

static struct dentry *dir;
/* Serialises runs; protects everything static in this module. */
static DEFINE_MUTEX(run_lock);

static const char * const dir_names[] = {
	[BENCH_IN] = "in", [BENCH_BACK] = "back", [BENCH_FWD] = "fwd",
};

static const char * const csum_names[] = {
	[BENCH_CSUM_NONE] = "none",
	[BENCH_CSUM_UNNECESSARY] = "unnecessary",
	[BENCH_CSUM_COMPLETE] = "complete",
	[BENCH_CSUM_PARTIAL] = "partial",
};

static int parse_word(struct bench_req *req, const char *key, const char *val)
{
	int i;

	if (!strcmp(key, "dir")) {
		i = match_string(dir_names, ARRAY_SIZE(dir_names), val);
		if (i < 0)
			return i;
		req->dir = i;
		return 0;
	}
	if (!strcmp(key, "csum")) {
		i = match_string(csum_names, ARRAY_SIZE(csum_names), val);
		if (i < 0)
			return i;
		req->csum = i;
		return 0;
	}
	return -ENOENT;
}

static int parse_number(struct bench_req *req, const char *key, const char *val)
{
	struct { const char *name; u32 *field; } numbers[] = {
		{ "n", &req->n }, { "flows", &req->flows },
		{ "base", &req->base }, { "stride", &req->stride },
		{ "services", &req->services }, { "servers", &req->servers },
		{ "payload", &req->payload }, { "gso", &req->gso },
		{ "list", &req->list }, { "capture", &req->capture },
		{ "settle", &req->settle }, { "windows", &req->windows },
	};
	int err, i;

	if (!strcmp(key, "ttl"))
		return kstrtou8(val, 0, &req->ttl);
	if (!strcmp(key, "flags"))
		return kstrtou8(val, 0, &req->tcp_flags);
	if (!strcmp(key, "learn"))
		return kstrtobool(val, &req->learn);
	if (!strcmp(key, "frag"))
		return kstrtobool(val, &req->frag);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(key, numbers[i].name))
			continue;
		err = kstrtou32(val, 0, numbers[i].field);
		return err;
	}
	return -EINVAL;
}

static bool req_valid(const struct bench_req *req)
{
	u64 flow_end = req->base + (u64)req->flows * req->stride;

	return req->n && req->flows && req->servers && req->services &&
	       flow_end <= BENCH_MAX_FLOWS &&
	       req->payload <= 32768 && req->capture <= BENCH_MAX_FRAMES &&
	       req->settle <= 1000 && req->windows &&
	       req->windows <= req->n;
}

static int cmd_run(char *args)
{
	struct bench_req req = {
		.n = 1024, .flows = 1024, .stride = 1,
		.services = 1, .servers = 1, .windows = 1,
		.settle = 4, .ttl = 64, .tcp_flags = 0x10,
	};
	char *key, *val;
	int err;

	while ((key = strsep(&args, " ")) != NULL) {
		if (!*key)
			continue;
		val = strchr(key, '=');
		if (!val)
			return -EINVAL;
		*val++ = '\0';
		err = parse_word(&req, key, val);
		if (err == -ENOENT)
			err = parse_number(&req, key, val);
		if (err)
			return err;
	}
	if (!req_valid(&req))
		return -ERANGE;
	return bench_measure_run(&req);
}

static int cmd_idle(const char *args)
{
	u32 ticks;
	int err;

	err = kstrtou32(args, 0, &ticks);
	if (err)
		return err;
	if (!ticks || ticks > 100 * HZ)
		return -ERANGE;
	bench_measure_idle(ticks);
	return 0;
}

static ssize_t cmd_write(struct file *file, const char __user *ubuf,
			 size_t len, loff_t *pos)
{
	char *buf, *args;
	int err = -EINVAL;

	if (len >= CMD_LEN)
		return -E2BIG;
	buf = memdup_user_nul(ubuf, len);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	args = strim(buf);
	mutex_lock(&run_lock);
	if (!strncmp(args, "run ", 4))
		err = cmd_run(args + 4);
	else if (!strncmp(args, "idle ", 5))
		err = cmd_idle(args + 5);
	else if (!strncmp(args, "floor ", 6))
		err = bench_floor_set(args + 6);
	mutex_unlock(&run_lock);
	kfree(buf);
	return err ? err : len;
}

static const struct file_operations cmd_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = cmd_write,
};

static int result_show(struct seq_file *s, void *unused)
{
	mutex_lock(&run_lock);
	bench_measure_show(s);
	mutex_unlock(&run_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(result);

static int frames_show(struct seq_file *s, void *unused)
{
	const struct bench_frame *f;
	u32 i;

	mutex_lock(&run_lock);
	for (i = 0; i < bench_sink_frames(); i++) {
		f = bench_sink_frame(i);
		seq_printf(s, "%s %u %*phN", f->to_server ? "server" : "client",
			   f->full, min_t(int, f->len, 64), f->data);
		seq_printf(s, " %08x\n", f->len > 64 ?
			   jhash(f->data + 64, f->len - 64, 0) : 0);
	}
	mutex_unlock(&run_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(frames);

static int __init bench_init(void)
{
	int err;

	err = bench_measure_init();
	if (err)
		return err;
	err = bench_sink_init();
	if (err)
		goto exit_measure;
	dir = debugfs_create_dir("l4lb_bench", NULL);
	debugfs_create_file("cmd", 0200, dir, NULL, &cmd_fops);
	debugfs_create_file("result", 0400, dir, NULL, &result_fops);
	debugfs_create_file("frames", 0400, dir, NULL, &frames_fops);
	return 0;

exit_measure:
	bench_measure_exit();
	return err;
}

static void __exit bench_exit(void)
{
	debugfs_remove(dir);
	bench_floor_exit();
	bench_sink_exit();
	bench_measure_exit();
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_DESCRIPTION("Counts the instructions a forwarded packet costs");
MODULE_LICENSE("GPL");
