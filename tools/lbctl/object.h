/* SPDX-License-Identifier: GPL-2.0 */
/* Objects as words (reading, writing) and as fields for the output. */
#ifndef LBCTL_OBJECT_H
#define LBCTL_OBJECT_H

#include "libl4lb.h"
#include "out.h"
#include "words.h"

/**
 * struct statement - what the words of one command say
 * @service: identity of the service and what is set
 * @server: identity of the server and what is set; its service is empty
 * @vip: VIP and its policy
 * @limits: limits
 * @old_name: the name by which a service was meant, whatever it is to be called
 * @all: "all" stood in place of the service
 * @server_name: the server was named, not addressed
 * @flags: L4LB_F_*
 */
struct statement {
	struct l4lb_service service;
	struct l4lb_server server;
	struct l4lb_vip vip;
	struct l4lb_limits limits;
	char old_name[L4LB_NAME_MAX];
	bool all;
	bool server_name;
	unsigned int flags;
};

/* parse.c */
int parse_proto(const char *text, __u8 *proto);
int parse_prefix(struct words *ws, const char *what, struct l4lb_addr *addr,
		 __u8 *len, bool *has_len);
int parse_endpoint(struct words *ws, const char *what, struct l4lb_addr *addr,
		   __u16 *port, bool *has_port);
int parse_service_delete(struct words *ws, struct statement *st);
int parse_server_delete(struct words *ws, struct statement *st);

/* parse_service.c */
int parse_service_id(struct words *ws, bool name, struct l4lb_service *s);
int parse_service_keys(struct words *ws, struct statement *st);
int parse_mark(struct words *ws, const char *what, __u32 *mark);

/* parse_server.c */
int parse_server_id(struct words *ws, struct l4lb_server *server);
int parse_server_keys(struct words *ws, struct statement *st);
int parse_admin(struct words *ws, __u8 admin, struct statement *st);
int parse_weight(struct words *ws, struct statement *st);

/* parse_vip.c */
int parse_vip_id(struct words *ws, struct l4lb_vip *vip);
int parse_vip_set(struct words *ws, struct statement *st);

/* parse_limits.c */
int parse_limits_set(struct words *ws, struct statement *st);

/* fields.c */

#define OBJECT_FIELDS	96	/* room for any object's fields */

extern const char * const tcp_flag_names[];

/**
 * struct object_text - strings that fields point to
 * @addr: address alone
 * @end: address with port, or a mark
 * @vip: VIP's address
 * @persist: seconds and bits of a persistent client
 * @ipvs_persist: the same as ipvsadm writes it
 * @service: identity of the service
 * @proto: protocol in capitals
 * @flags: what differs from the defaults
 * @why: why a server is in its state
 * @weight: weight as people read it
 * @status: state of a server and what is going on in it
 * @left: connections of a server that gets no new ones
 */
struct object_text {
	char addr[L4LB_PREFIX_STR];
	char end[L4LB_FRONT_STR];
	char vip[L4LB_PREFIX_STR];
	char persist[24];
	char ipvs_persist[40];
	char service[L4LB_SERVICE_STR];
	char proto[8];
	char flags[128];
	char why[240];
	char weight[16];
	char status[80];
	__u64 left;
};

char *proto_text(unsigned int proto, char *buf);
char *duration_text(unsigned int seconds, char *buf, size_t size);
void tcp_flags_text(unsigned int flags, char *buf, size_t size);
char *conn_client(const struct l4lb_conn *c, char *buf);
char *conn_virtual(const struct l4lb_conn *c, char *buf);
char *conn_end(const struct l4lb_addr *addr, __u16 port, char *buf);
const char *forward_word(unsigned int method);
bool server_takes(const struct l4lb_server *server);
const char *server_state(const struct l4lb_server *server);
void fields_service(const struct l4lb_service *s, struct object_text *text,
		    struct out_field *f);
void fields_server(const struct l4lb_server *s, struct object_text *text,
		   struct out_field *f);
void fields_vip(const struct l4lb_vip *vip, struct object_text *text,
		struct out_field *f);
unsigned int fields_count(const struct out_field *f);
void print_reasons(struct out *out, const struct l4lb_reasons *reasons,
		   const char *tmpl);

#endif /* LBCTL_OBJECT_H */
