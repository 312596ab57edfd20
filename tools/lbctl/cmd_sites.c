// SPDX-License-Identifier: GPL-2.0
/* lbctl sites: which servers serve which site, and which sites a server serves */
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "lbctl.h"

#define NAME_LEN	96

/**
 * struct column - a server, whatever its port
 * @addr: address
 * @name: a name it has in some site, or NULL
 */
struct column {
	struct l4lb_addr addr;
	const char *name;
};

/**
 * struct table - sites and servers
 * @conf: configuration; its services are the sites
 * @servers: servers, by address
 * @n: number of them
 * @cells: servers of sites, @n a site; NULL: the site does not have it
 */
struct table {
	const struct conf *conf;
	struct column *servers;
	unsigned int n;
	const struct conf_server **cells;
};

static int by_addr(const void *a, const void *b)
{
	const struct column *x = a, *y = b;
	int order = x->addr.family - y->addr.family;

	return order ? order : memcmp(x->addr.bytes, y->addr.bytes, 16);
}

static struct column *find(const struct table *t, const struct l4lb_addr *addr)
{
	const struct column key = { .addr = *addr };

	return bsearch(&key, t->servers, t->n, sizeof(*t->servers), by_addr);
}

/* Each address once; a name is taken from where there is one. */
static void unite(struct table *t)
{
	unsigned int i, kept = 0;

	qsort(t->servers, t->n, sizeof(*t->servers), by_addr);
	for (i = 0; i < t->n; i++) {
		if (kept && !by_addr(&t->servers[kept - 1], &t->servers[i])) {
			if (!t->servers[kept - 1].name)
				t->servers[kept - 1].name = t->servers[i].name;
			continue;
		}
		t->servers[kept++] = t->servers[i];
	}
	t->n = kept;
}

static int table_fill(struct table *t)
{
	const struct conf *conf = t->conf;
	unsigned int i, s;

	for (i = 0; i < conf->n_services; i++)
		t->n += conf->services[i].n_servers;
	t->servers = calloc(t->n + 1, sizeof(*t->servers));
	if (!t->servers)
		return -1;
	for (t->n = 0, i = 0; i < conf->n_services; i++)
		for (s = 0; s < conf->services[i].n_servers; s++)
			t->servers[t->n++] = (struct column){
				conf->services[i].servers[s].addr,
				conf->services[i].servers[s].name,
			};
	unite(t);
	t->cells = calloc((size_t)t->n * conf->n_services + 1,
			  sizeof(*t->cells));
	if (!t->cells)
		return -1;
	for (i = 0; i < conf->n_services; i++) {
		for (s = 0; s < conf->services[i].n_servers; s++) {
			const struct conf_server *server =
				&conf->services[i].servers[s];
			size_t at = find(t, &server->addr) - t->servers;

			t->cells[(size_t)i * t->n + at] = server;
		}
	}
	return 0;
}

/* A site is known by its group, its name or its first address. */
static const char *site_name(const struct conf_service *s, char *buf)
{
	if (s->group)
		return s->group;
	if (s->n_fronts && *s->fronts[0].id.name)
		return s->fronts[0].id.name;
	return s->n_fronts ? l4lb_service_format(&s->fronts[0].id, buf) : "-";
}

static const char *server_name(const struct column *c, char *buf)
{
	return c->name ? c->name : l4lb_addr_format(&c->addr, buf);
}

/* NAME, NAME*WEIGHT, -NAME where it is out of service */
static void member_text(const char *name, const struct conf_server *s,
			char *buf, size_t size)
{
	const char *minus = s->out ? "-" : "";

	if (s->weight == 1)
		snprintf(buf, size, "%s%s", minus, name);
	else
		snprintf(buf, size, "%s%s*%u", minus, name, s->weight);
}

static void print_member(struct lbctl *ctl, const char *key, const char *name,
			 const struct conf_server *s)
{
	const struct out_field f[] = {
		F_STR(key, name),
		F_U64("weight", s->weight),
		F_BOOL("out_of_service", s->out),
		F_STR("reason", s->out_reason),
		F_END
	};
	char text[NAME_LEN + 16];

	member_text(name, s, text, sizeof(text));
	out_text(ctl->out, " %s", text);
	out_item(ctl->out, NULL, f);
}

static void print_addresses(struct lbctl *ctl, const struct conf_service *s)
{
	char text[L4LB_SERVICE_STR];
	unsigned int i;

	out_list(ctl->out, "addresses");
	for (i = 0; i < s->n_fronts; i++) {
		const struct out_field f[] = {
			F_STR("address", l4lb_service_format(&s->fronts[i].id,
							     text)),
			F_END
		};

		out_text(ctl->out, "%s%s", i ? ", " : "  ", text);
		out_item(ctl->out, NULL, f);
	}
	out_list_end(ctl->out);
	out_text(ctl->out, "\n");
}

static void print_sites(struct lbctl *ctl, const struct table *t)
{
	char site[L4LB_SERVICE_STR], server[L4LB_ADDR_STR];
	unsigned int i, s;

	out_list(ctl->out, "sites");
	for (i = 0; i < t->conf->n_services; i++) {
		const struct conf_service *service = &t->conf->services[i];
		const struct out_field f[] = {
			F_STR("name", site_name(service, site)),
			F_U64("number", i + 1),
			F_END
		};

		out_text(ctl->out, "%u  %s", i + 1, f[0].str);
		out_item(ctl->out, NULL, f);
		print_addresses(ctl, service);
		out_text(ctl->out, "   ");
		out_list(ctl->out, "servers");
		for (s = 0; s < t->n; s++)
			if (t->cells[(size_t)i * t->n + s])
				print_member(ctl, "server",
					     server_name(&t->servers[s], server),
					     t->cells[(size_t)i * t->n + s]);
		out_list_end(ctl->out);
		out_text(ctl->out, "\n");
	}
	out_list_end(ctl->out);
}

/* The weight, "-" where it is out of service, "." where it does not serve. */
static void print_matrix(struct lbctl *ctl, const struct table *t)
{
	char name[L4LB_ADDR_STR];
	unsigned int i, s;

	out_text(ctl->out, "\n%-24s", "");
	for (i = 0; i < t->conf->n_services; i++)
		out_text(ctl->out, " %4u", i + 1);
	out_text(ctl->out, "\n");
	for (s = 0; s < t->n; s++) {
		out_text(ctl->out, "%-24s", server_name(&t->servers[s], name));
		for (i = 0; i < t->conf->n_services; i++) {
			const struct conf_server *cell =
				t->cells[(size_t)i * t->n + s];

			if (cell && !cell->out)
				out_text(ctl->out, " %4u", cell->weight);
			else
				out_text(ctl->out, " %4s", cell ? "-" : ".");
		}
		out_text(ctl->out, "\n");
	}
	out_text(ctl->out, "\n");
}

static void print_servers(struct lbctl *ctl, const struct table *t)
{
	char site[L4LB_SERVICE_STR], addr[L4LB_ADDR_STR];
	unsigned int i, s;

	out_list(ctl->out, "servers");
	for (s = 0; s < t->n; s++) {
		const struct column *c = &t->servers[s];
		const struct out_field f[] = {
			F_STR("address", l4lb_addr_format(&c->addr, addr)),
			F_STR("name", c->name),
			F_END
		};

		out_text(ctl->out, "%s:", c->name ? c->name : addr);
		out_item(ctl->out, NULL, f);
		out_list(ctl->out, "sites");
		for (i = 0; i < t->conf->n_services; i++)
			if (t->cells[(size_t)i * t->n + s])
				print_member(ctl, "site",
					     site_name(&t->conf->services[i],
						       site),
					     t->cells[(size_t)i * t->n + s]);
		out_list_end(ctl->out);
		out_text(ctl->out, "\n");
	}
	out_list_end(ctl->out);
}

/**
 * cmd_sites() - lbctl sites FILE
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_sites(struct lbctl *ctl, struct words *ws)
{
	const struct word *file = words_take(ws, "FILE");
	const struct conf_options opt = { .id = ctl->id };
	struct table table = { 0 };
	struct conf_log *log;
	struct conf *conf;
	int ret = DONE;

	if (!file || words_end(ws))
		return ctl_usage(ctl, ws);
	log = conf_log_new();
	if (!log)
		return ctl_complain(ctl, "out of memory");
	conf = conf_load(file->text, &opt, log);
	if (!conf) {
		conf_log_show(log, ctl->err);
		ret = ctl_complain(ctl, "%s: errors, nothing is shown", file->text);
		goto free_log;
	}
	table.conf = conf;
	if (table_fill(&table)) {
		ret = ctl_complain(ctl, "out of memory");
		goto free_table;
	}
	print_sites(ctl, &table);
	print_matrix(ctl, &table);
	print_servers(ctl, &table);
free_table:
	free(table.cells);
	free(table.servers);
	conf_free(conf);
free_log:
	conf_log_free(log);
	return ret;
}
