// SPDX-License-Identifier: GPL-2.0
/* lbctl check: what is wrong with a configuration file */
#include <stdlib.h>

#include "conf.h"
#include "lbctl.h"

static const char * const grades[] = { "note", "warning", "error" };

/* As people read it: with the line and a caret below. */
static void show(struct lbctl *ctl, const struct conf_complaint *c)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return;
	conf_complaint_show(c, to);
	if (!fclose(to))
		out_text(ctl->out, "%s", text);
	free(text);
}

static void show_all(struct lbctl *ctl, const struct conf_log *log)
{
	const struct conf_complaint *c;
	unsigned int i;

	out_list(ctl->out, "complaints");
	for (i = 0; (c = conf_log_get(log, i)); i++) {
		const struct out_field f[] = {
			F_STR("grade", grades[c->grade]),
			F_STR("file", c->place.file),
			F_U64("line", c->place.line),
			F_U64("column", c->place.column),
			F_U64("length", c->length),
			F_STR("text", c->text),
			F_STR("source", c->line),
			F_END
		};

		show(ctl, c);
		out_item(ctl->out, NULL, f);
	}
	out_list_end(ctl->out);
}

static void sum_up(struct lbctl *ctl, const char *file,
		   const struct conf_log *log, const struct conf *conf)
{
	unsigned int errors = conf_log_count(log, CONF_ERROR);
	__u64 services = 0, servers = 0, i;

	for (i = 0; conf && i < conf->n_services; i++) {
		services += conf->services[i].n_fronts;
		servers += conf->services[i].n_servers;
	}

	const struct out_field f[] = {
		F_STR("file", file),
		F_U64("errors", errors),
		F_U64("warnings", conf_log_count(log, CONF_WARNING)),
		F_U64("notes", conf_log_count(log, CONF_NOTE)),
		F_U64("services", services),
		F_U64("servers", servers),
		F_U64("checks", conf ? conf->load.checks : 0),
		F_REAL("probes_per_second", conf ? conf->load.probes / 1000.0 : 0),
		conf && conf->load.conn_bytes ?
			F_U64("connection_memory", conf->load.conn_bytes) :
			F_NULL("connection_memory"),
		F_END
	};

	out_fields(ctl->out, errors ?
		   "%{file}: errors %{errors}, warnings %{warnings}, notes %{notes}" :
		   "%{file}: good: warnings %{warnings}, notes %{notes}, services %{services}, servers %{servers}, checks %{checks}, probes a second %{probes_per_second}[, connections take %{connection_memory} bytes at most]",
		   f);
}

/**
 * cmd_check() - lbctl check FILE
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_check(struct lbctl *ctl, struct words *ws)
{
	const struct word *file = words_take(ws, "FILE");
	const struct conf_options opt = { .id = ctl->id };
	struct conf_log *log;
	struct conf *conf;
	int ret;

	if (!file || words_end(ws))
		return ctl_usage(ctl, ws);
	log = conf_log_new();
	if (!log)
		return ctl_complain(ctl, "out of memory");
	conf = conf_load(file->text, &opt, log);
	show_all(ctl, log);
	sum_up(ctl, file->text, log, conf);
	ret = conf ? DONE : REFUSED;
	conf_free(conf);
	conf_log_free(log);
	return ret;
}
