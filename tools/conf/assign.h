/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compact assignment, in plain form: hosts.c knows names and ranges,
 * site.c reads the line of a site, merge.c lays its block over the template,
 * absent.c marks what is out of service.
 */
#ifndef CONF_ASSIGN_H
#define CONF_ASSIGN_H

#include "read.h"

#define HOST_BUCKETS	1024
#define SERVERS		4096	/* of a site */
#define ALL_SERVERS	262144	/* of all sites, and all hosts */
#define VIPS		64	/* of a site */

/**
 * struct host - a name for an address
 * @next: in the bucket
 * @name: name
 * @addr: address as inet_ntop() writes it
 * @word: where it is given
 */
struct host {
	struct host *next;
	const char *name;
	const char *addr;
	const struct conf_word *word;
};

/**
 * struct range - names that differ by a number, or one name
 * @text: pattern
 * @head: bytes in front of the number
 * @tail: what is behind it
 * @from: first number
 * @n: how many
 * @width: digits, filled up with zeros; 0: as many as the number has
 */
struct range {
	const char *text;
	unsigned int head;
	const char *tail;
	unsigned int from;
	unsigned int n;
	unsigned int width;
};

/**
 * struct template - what sites share
 * @next: another one
 * @stmt: its statement
 * @name: name, "" for the one without
 * @used: by some sites
 */
struct template {
	struct template *next;
	const struct conf_stmt *stmt;
	const char *name;
	bool used;
};

/**
 * struct absent - a server that is out of service
 * @next: another one, in order
 * @same: another one in the bucket
 * @name: as it was written
 * @addr: its address
 * @word: where it stands
 * @reason: why, or NULL
 * @used: some service has it
 */
struct absent {
	struct absent *next;
	struct absent *same;
	const char *name;
	const char *addr;
	const struct conf_word *word;
	const struct conf_word *reason;
	bool used;
};

/**
 * struct name - name of a group, each of which is there once
 * @next: another one
 * @word: where it stands
 */
struct name {
	struct name *next;
	const struct conf_word *word;
};

/**
 * struct list - statements in order
 * @first: of them
 * @tail: where the next one is linked to
 */
struct list {
	const struct conf_stmt *first;
	const struct conf_stmt **tail;
};

/**
 * struct assign - a tree on its way to plain form
 * @arena: memory of the result
 * @log: complaints
 * @hosts: names
 * @templates: what sites share
 * @n_hosts: number of @hosts
 * @n_servers: servers of all sites
 * @absents: what is out of service
 * @absent_tail: where the next one is linked to
 * @absent_of: the same by address
 * @groups: names of groups and sites
 */
struct assign {
	struct arena *arena;
	struct conf_log *log;
	struct host *hosts[HOST_BUCKETS];
	struct template *templates;
	unsigned int n_hosts;
	unsigned int n_servers;
	struct absent *absents;
	struct absent **absent_tail;
	struct absent *absent_of[HOST_BUCKETS];
	struct name *groups[HOST_BUCKETS];
};

/**
 * struct vip - an address of a site
 * @addr: address
 * @port: port
 * @word: where it stands
 */
struct vip {
	const char *addr;
	unsigned int port;
	struct conf_word word;
};

/**
 * struct server - a server of a site
 * @addr: address
 * @port: port, 0: the site's
 * @weight: weight, -1: the template's
 * @word: where it is named
 */
struct server {
	const char *addr;
	unsigned int port;
	int weight;
	const struct conf_word *word;
};

/**
 * struct site - a line of sites { }
 * @stmt: its statement
 * @protocol: "TCP", "UDP", or NULL: what the template says
 * @vips: addresses
 * @n_vips: number of @vips
 * @servers: servers, memory of its own
 * @n_servers: number of @servers
 */
struct site {
	const struct conf_stmt *stmt;
	const char *protocol;
	struct vip vips[VIPS];
	unsigned int n_vips;
	struct server *servers;
	unsigned int n_servers;
};

/* assign.c */
unsigned int assign_hash(const char *text);
bool assign_is_name(const char *text);
bool assign_keyword(const struct conf_stmt *s, const char *word);
void list_init(struct list *list);
struct conf_stmt *list_add(struct assign *as, struct list *list,
			   const struct conf_stmt *like);
struct conf_stmt *list_words(struct assign *as, struct list *list,
			     const struct conf_word *at, ...);

/* hosts.c */
bool range_parse(struct assign *as, const struct conf_word *word,
		 const char *text, struct range *range);
const char *range_name(struct assign *as, const struct range *range,
		       unsigned int i);
const char *hosts_address(struct assign *as, const char *text);
void hosts_read(struct assign *as, const struct conf_stmt *block);
const struct host *hosts_find(struct assign *as, const char *name);
void hosts_unknown(struct assign *as, const struct conf_word *word,
		   const char *name);

/* site.c */
bool site_read(struct assign *as, const struct conf_stmt *stmt,
	       struct site *site);

/* merge.c */
void merge_site(struct assign *as, const struct conf_stmt *template,
		const struct site *site, struct list *out);

/* absent.c */
void absent_read(struct assign *as, const struct conf_stmt *block);
const struct conf_stmt *absent_mark(struct assign *as, const char *addr,
				    const struct conf_stmt *block);
void absent_plain(struct assign *as, struct conf_stmt *service);
void absent_unused(struct assign *as);

#endif /* CONF_ASSIGN_H */
