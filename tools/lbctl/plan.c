// SPDX-License-Identifier: GPL-2.0
/* A file of commands, read: the configuration that it asks for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lex.h"
#include "plan.h"

#define COMPLAINTS_MAX	20	/* after which reading stops */

/* A new element of @size bytes, zeroed; NULL without memory. */
static void *list_add(struct plan_list *list, size_t size,
		      const struct words *ws)
{
	struct plan_place *places;
	void *data, *item;

	if (!(list->n & (list->n - 1))) {
		size_t cap = list->n ? list->n * 2 : 1;

		data = realloc(list->data, cap * size);
		if (!data)
			return NULL;
		list->data = data;
		places = realloc(list->places, cap * sizeof(*places));
		if (!places)
			return NULL;
		list->places = places;
	}
	list->places[list->n].line = ws->line;
	list->places[list->n].column = ws->w[0].place;
	item = (char *)list->data + list->n++ * size;
	return memset(item, 0, size);
}

/**
 * plan_free() - free what plan_read() read
 * @plan: plan
 */
void plan_free(struct plan *plan)
{
	struct plan_list *lists[] = {
		&plan->services, &plan->servers, &plan->vips, &plan->states
	};
	unsigned int i;

	for (i = 0; i < 4; i++) {
		free(lists[i]->data);
		free(lists[i]->places);
	}
}

/**
 * plan_place() - where an object of the transaction stands
 * @plan: plan
 * @index: number of the object in the order of sending: services, servers,
 *	VIPs
 *
 * Return: place, NULL: there is no such object.
 */
const struct plan_place *plan_place(const struct plan *plan, long index)
{
	const struct plan_list *lists[] = {
		&plan->services, &plan->servers, &plan->vips
	};
	unsigned int i;

	if (index < 0)
		return NULL;
	for (i = 0; i < 3; i++) {
		if (index < lists[i]->n)
			return &lists[i]->places[index];
		index -= lists[i]->n;
	}
	return NULL;
}

static int add_service(struct words *ws, struct plan *plan)
{
	struct statement st;
	struct l4lb_service *s;
	int err;

	/* As a rule lines are right: room first, parse into place. */
	memset(&st, 0, sizeof(st));
	err = parse_service_id(ws, false, &st.service);
	if (!err)
		err = parse_service_keys(ws, &st);
	if (err)
		return err;
	s = list_add(&plan->services, sizeof(*s), ws);
	if (!s)
		return -ENOMEM;
	*s = st.service;
	return 0;
}

static int add_server(struct words *ws, struct plan *plan)
{
	struct statement st;
	struct l4lb_server *s;
	int err;

	memset(&st, 0, sizeof(st));
	err = parse_service_id(ws, true, &st.service);
	if (!err)
		err = parse_server_id(ws, &st.server);
	if (!err)
		err = parse_server_keys(ws, &st);
	if (err)
		return err;
	s = list_add(&plan->servers, sizeof(*s), ws);
	if (!s)
		return -ENOMEM;
	*s = st.server;
	s->service = st.service;
	return 0;
}

static int add_vip(struct words *ws, struct plan *plan)
{
	struct statement st = { 0 };
	struct l4lb_vip *vip;
	int err = parse_vip_set(ws, &st);

	if (err)
		return err;
	vip = list_add(&plan->vips, sizeof(*vip), ws);
	if (!vip)
		return -ENOMEM;
	*vip = st.vip;
	return 0;
}

static int add_limits(struct words *ws, struct plan *plan)
{
	struct statement st = { .limits = plan->limits };
	int err;

	/* The same limit on two lines: the later one holds. */
	st.limits.timeouts.has = 0;
	err = parse_limits_set(ws, &st);
	if (err)
		return err;
	st.limits.timeouts.has |= plan->limits.timeouts.has;
	plan->limits = st.limits;
	plan->limits_place.line = ws->line;
	plan->limits_place.column = ws->w[0].place;
	return 0;
}

static int add_state(struct words *ws, struct plan *plan, const char *verb)
{
	struct statement st = { 0 }, *kept;
	int err;

	if (!strcmp(verb, "weight"))
		err = parse_weight(ws, &st);
	else
		err = parse_admin(ws, !strcmp(verb, "drain") ?
				  L4LB_ADMIN_DRAIN : !strcmp(verb, "enable") ?
				  L4LB_ADMIN_ENABLED : L4LB_ADMIN_DISABLED,
				  &st);
	if (err)
		return err;
	kept = list_add(&plan->states, sizeof(*kept), ws);
	if (!kept)
		return -ENOMEM;
	*kept = st;
	return 0;
}

/* What save puts around its statements, so that a part is known for one. */
static int add_bound(struct words *ws, struct plan *plan,
		     const struct word *at, bool begin)
{
	if (begin && plan->statements)
		return words_wrong(ws, at,
				   "\"begin\" stands before all statements");
	plan->begun |= begin;
	plan->ended = !begin;
	return words_end(ws);
}

static int add_line(struct words *ws, struct plan *plan)
{
	static const char * const objects[] = {
		"service", "server", "vip", "limits", "begin", "end", NULL
	};
	static const char * const server_verbs[] = {
		"add", "drain", "enable", "disable", "weight", NULL
	};
	static const char * const add[] = { "add", NULL };
	static const char * const set[] = { "set", NULL };
	const struct word *object = words_take(ws, "the object");
	const struct word *verb;
	unsigned int i;

	for (i = 0; objects[i] && strcmp(objects[i], object->text); i++)
		;
	if (!objects[i])
		return words_unknown(ws, object, objects);
	if (plan->ended)
		return words_wrong(ws, object,
				   "\"end\" stands behind all statements");
	if (i >= 4)
		return add_bound(ws, plan, object, i == 4);
	verb = words_take(ws, i < 2 ? "the verb (add)" : "the verb (set)");
	if (!verb)
		return -EINVAL;
	if (i >= 2) {
		if (strcmp(verb->text, "set"))
			return words_unknown(ws, verb, set);
		return i == 2 ? add_vip(ws, plan) : add_limits(ws, plan);
	}
	if (!strcmp(verb->text, "add"))
		return i ? add_server(ws, plan) : add_service(ws, plan);
	if (!i)
		return words_unknown(ws, verb, add);
	for (i = 1; server_verbs[i] && strcmp(server_verbs[i], verb->text); i++)
		;
	if (!server_verbs[i])
		return words_unknown(ws, verb, server_verbs);
	return add_state(ws, plan, verb->text);
}

static char *slurp(FILE *f, size_t *len)
{
	size_t cap = 1 << 16, got;
	char *buf = malloc(cap), *bigger;

	*len = 0;
	while (buf) {
		got = fread(buf + *len, 1, cap - *len - 1, f);
		*len += got;
		if (!got)
			break;
		if (cap - *len > 1)
			continue;
		cap *= 2;
		bigger = realloc(buf, cap);
		if (!bigger)
			free(buf);
		buf = bigger;
	}
	if (buf)
		buf[*len] = '\0';
	return buf;
}

static void read_lines(struct lbctl *ctl, struct plan *plan, char *text,
		       size_t len)
{
	struct word room[LEX_WORDS];
	struct words ws = { .w = room, .file = plan->file };
	char *line = text, *end = text + len, *next;
	int err;

	for (; line < end && plan->errors < COMPLAINTS_MAX; line = next) {
		next = memchr(line, '\n', end - line);
		next = next ? next : end;
		*next++ = '\0';
		ws.line++;
		if (strlen(line) < (size_t)(next - 1 - line)) {
			const struct word w = { .place = strlen(line) + 1 };

			*ws.error = '\0';
			err = words_wrong(&ws, &w, "a NUL byte");
		} else {
			err = lex_line(&ws, line);
		}
		if (!err && ws.n) {
			err = add_line(&ws, plan);
			plan->statements++;
		}
		if (!err)
			continue;
		plan->errors++;
		ctl_complain(ctl, "%s", *ws.error ? ws.error : "out of memory");
	}
}

/**
 * plan_read() - read a file of commands; every complaint has its place
 * @ctl: context
 * @file: name, "-": what @ctl->in gives
 * @plan: result; plan_free() it in any case
 *
 * Return: DONE, or REFUSED with the complaints made.
 */
int plan_read(struct lbctl *ctl, const char *file, struct plan *plan)
{
	bool in = !strcmp(file, "-");
	FILE *f = in ? ctl->in : fopen(file, "re");
	size_t len = 0;
	char *text;
	bool bad;

	memset(plan, 0, sizeof(*plan));
	plan->file = in ? "stdin" : file;
	if (!f)
		return ctl_complain(ctl, "%s: %s", file, strerror(errno));
	errno = 0;
	text = slurp(f, &len);
	bad = ferror(f);
	if (!text || bad)
		ctl_complain(ctl, "%s: %s", plan->file,
			     strerror(bad && errno ? errno : ENOMEM));
	if (!in)
		fclose(f);
	if (!text || bad) {
		free(text);
		return REFUSED;
	}
	read_lines(ctl, plan, text, len);
	free(text);
	if (!plan->errors && plan->begun && !plan->ended)
		return ctl_complain(ctl,
				    "%s: it is cut off: \"begin\" stands at its head, but no \"end\" at its foot",
				    plan->file);
	return plan->errors ? REFUSED : DONE;
}
