// SPDX-License-Identifier: GPL-2.0
/*
 * Random assignments against a model that knows no more than numbers: which
 * servers, of which weight, in which order, marked or not. SEED=N repeats one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

#include "tree_text.h"

#define HOSTS	200
#define RUNS	300

/**
 * struct model - a site as it should come out
 * @server: numbers of hosts, in order
 * @weight: of each; 0: the template's
 * @n: how many
 */
struct model {
	unsigned int server[HOSTS];
	unsigned int weight[HOSTS];
	unsigned int n;
};

static unsigned int pick(unsigned int n)
{
	return rand() % n;
}

static bool has(const struct model *m, unsigned int server)
{
	unsigned int i;

	for (i = 0; i < m->n; i++)
		if (m->server[i] == server)
			return true;
	return false;
}

/* Ranges of servers that are not there yet, some of them taken out again. */
static void put_servers(FILE *to, struct model *m)
{
	unsigned int items = 1 + pick(4), first, last, weight, i;

	m->n = 0;
	while (items--) {
		first = 1 + pick(HOSTS);
		if (has(m, first))
			continue;
		for (last = first; last < HOSTS && last < first + pick(30) &&
		     !has(m, last + 1);)
			last++;
		weight = pick(2) ? 0 : 2 + pick(9);
		if (first == last && pick(2))
			fprintf(to, " h%03u", first);
		else
			fprintf(to, " h[%03u-%03u]", first, last);
		if (weight)
			fprintf(to, "*%u", weight);
		for (i = first; i <= last; i++) {
			m->server[m->n] = i;
			m->weight[m->n++] = weight;
		}
	}
	if (m->n < 2 || pick(2))
		return;
	i = pick(m->n);
	fprintf(to, " -h%03u", m->server[i]);
	m->n--;
	memmove(&m->server[i], &m->server[i + 1],
		(m->n - i) * sizeof(m->server[0]));
	memmove(&m->weight[i], &m->weight[i + 1],
		(m->n - i) * sizeof(m->weight[0]));
}

static void expect_site(FILE *to, unsigned int site, const struct model *m,
			const bool *absent)
{
	unsigned int i;

	fprintf(to, "%svirtual_server_group S%u { 192.0.2.%u 80}; "
		"virtual_server group S%u { lb_algo wlc; ",
		site ? "; " : "", site, site, site);
	for (i = 0; i < m->n; i++) {
		unsigned int host = m->server[i];

		fprintf(to, "%sreal_server 198.51.100.%u 80 { %s",
			i ? "; " : "", host, absent[host] ?
			"out_of_service \"why\"; " : "");
		fprintf(to, "weight %u; TCP_CHECK { }}",
			m->weight[i] ? m->weight[i] : 1);
	}
	fputc('}', to);
}

static void put_absent(FILE *to, bool *absent)
{
	unsigned int n = pick(4), host;

	fputs("out_of_service {\n", to);
	while (n--) {
		host = 1 + pick(HOSTS);
		if (!absent[host])
			fprintf(to, " h%03u \"why\"\n", host);
		absent[host] = true;
	}
	fputs("}\n", to);
}

static void run(void)
{
	bool absent[HOSTS + 1] = { false };
	unsigned int sites = 1 + pick(6), i;
	char *text, *expected, *got;
	size_t len, expected_len;
	FILE *to = open_memstream(&text, &len);
	FILE *model = open_memstream(&expected, &expected_len);
	struct conf_log *log = conf_log_new();
	struct conf_tree *tree, *plain;
	struct model m;

	put_absent(to, absent);
	fprintf(to, "sites {\n");
	for (i = 0; i < sites; i++) {
		fprintf(to, " S%u 192.0.2.%u:80", i, i);
		put_servers(to, &m);
		fputc('\n', to);
		expect_site(model, i, &m, absent);
	}
	fprintf(to, "}\nhosts {\n h[001-%03u] 198.51.100.[1-%u]\n}\n", HOSTS,
		HOSTS);
	fprintf(to, "site_template {\n lb_algo wlc\n real_server {\n"
		"weight 1; TCP_CHECK { } } }\n");
	fclose(to);
	fclose(model);
	tree = conf_read_text("F", text, len, NULL, log);
	plain = conf_assign(tree, log);
	got = tree_text(plain, false);
	if (strcmp(got, expected) || conf_log_count(log, CONF_ERROR))
		print_message("%s\n", text);
	assert_int_equal(conf_log_count(log, CONF_ERROR), 0);
	assert_string_equal(got, expected);
	conf_tree_free(tree);
	conf_tree_free(plain);
	conf_log_free(log);
	free(got);
	free(text);
	free(expected);
}

static void test_random(void **state)
{
	const char *given = getenv("SEED");
	unsigned int seed = given ? (unsigned int)atoi(given) :
				    (unsigned int)time(NULL), i;

	(void)state;
	print_message("SEED=%u\n", seed);
	srand(seed);
	for (i = 0; i < RUNS; i++)
		run();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
