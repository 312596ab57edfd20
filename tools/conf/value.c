// SPDX-License-Identifier: GPL-2.0
/* Arguments as values. Each complains by itself where a word is none. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse.h"

#define ARGV_MAX	64	/* arguments of a command */

/* Digits only, and at most @max; false: no number, or too large. */
static bool digits(const char *text, size_t len, __u64 max, __u64 *value)
{
	__u64 v = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned int d = (unsigned char)text[i] - '0';

		if (d > 9 || v > (max - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*value = v;
	return len > 0;
}

/**
 * value_number() - a number
 * @p: run
 * @word: the argument
 * @min: least value
 * @max: largest value
 * @value: out
 *
 * Return: whether it is one; if not, it has been complained about.
 */
bool value_number(struct parse *p, const struct conf_word *word, __u64 min,
		  __u64 max, __u64 *value)
{
	__u64 v;

	if (!digits(word->text, strlen(word->text), ~0ULL, &v)) {
		parse_error(p, word, "\"%s\" is not a number", word->text);
		return false;
	}
	if (v < min || v > max) {
		parse_error(p, word, "%s is out of range: %llu to %llu",
			    word->text, (unsigned long long)min,
			    (unsigned long long)max);
		return false;
	}
	*value = v;
	return true;
}

/**
 * value_time() - seconds, with up to six decimals
 * @p: run
 * @word: the argument
 * @min: least value in microseconds
 * @max: largest value in microseconds
 * @value: out, microseconds
 *
 * Return: whether it is a time.
 */
bool value_time(struct parse *p, const struct conf_word *word, __u64 min,
		__u64 max, __u64 *value)
{
	const char *text = word->text, *dot = strchr(text, '.');
	size_t whole = dot ? (size_t)(dot - text) : strlen(text);
	__u64 s = 0, us = 0, scale = CONF_SECOND / 10;
	const char *c;

	if ((!whole && !(dot && dot[1])) ||
	    (whole && !digits(text, whole, 100000000, &s))) {
		parse_error(p, word, "\"%s\" is not a number of seconds", text);
		return false;
	}
	for (c = dot ? dot + 1 : ""; *c; c++, scale /= 10) {
		if (!isdigit((unsigned char)*c)) {
			parse_error(p, word, "\"%s\" is not a number of seconds",
				    text);
			return false;
		}
		us += scale * (*c - '0');
	}
	us += s * CONF_SECOND;
	if (us < min || us > max) {
		parse_error(p, word, "%s s is out of range: %s to %llu s", text,
			    min ? "0.000001" : "0",
			    (unsigned long long)(max / CONF_SECOND));
		return false;
	}
	*value = us;
	return true;
}

/**
 * value_bool() - on or off
 * @p: run
 * @word: the argument
 * @value: out
 *
 * Return: whether it is one.
 */
bool value_bool(struct parse *p, const struct conf_word *word, bool *value)
{
	static const char * const words[] = {
		"off", "on", "false", "true", "no", "yes",
	};
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word->text))
			continue;
		*value = i % 2;
		return true;
	}
	parse_error(p, word, "\"%s\" is neither on nor off (true, false, yes, no)",
		    word->text);
	return false;
}

/**
 * value_addr() - an address
 * @p: run
 * @word: the argument
 * @addr: out
 *
 * Return: whether it is one.
 */
bool value_addr(struct parse *p, const struct conf_word *word,
		struct l4lb_addr *addr)
{
	if (!l4lb_addr_parse(word->text, addr))
		return true;
	parse_error(p, word, "\"%s\" is not an address", word->text);
	return false;
}

/**
 * value_port() - a port
 * @p: run
 * @word: the argument
 * @port: out
 *
 * Return: whether it is one.
 */
bool value_port(struct parse *p, const struct conf_word *word, __u16 *port)
{
	__u64 v;

	if (!digits(word->text, strlen(word->text), 65535, &v) || !v) {
		parse_error(p, word, "\"%s\" is not a port: 1 to 65535",
			    word->text);
		return false;
	}
	*port = v;
	return true;
}

/**
 * value_choice() - one of several words
 * @p: run
 * @word: the argument
 * @what: what it is, for complaints
 * @words: the words; NULL has a number but no word
 * @n: number of them
 * @value: out, its number
 *
 * Return: whether it is one.
 */
bool value_choice(struct parse *p, const struct conf_word *word,
		  const char *what, const char *const *words, unsigned int n,
		  unsigned int *value)
{
	char list[160] = "";
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!words[i])
			continue;
		if (!strcmp(words[i], word->text)) {
			*value = i;
			return true;
		}
		if (strlen(list) + strlen(words[i]) + 3 < sizeof(list)) {
			if (*list)
				strcat(list, ", ");
			strcat(list, words[i]);
		}
	}
	parse_error(p, word, "unknown %s \"%s\": there are %s", what, word->text,
		    list);
	return false;
}

/* STATE=SECONDS, from @text to @end */
static bool one_timeout(struct parse *p, const struct conf_word *word,
			const char *text, size_t len, __u32 min,
			struct l4lb_timeouts *t)
{
	const char *equals = memchr(text, '=', len);
	size_t name = equals ? (size_t)(equals - text) : len;
	unsigned int state;
	__u64 seconds;

	for (state = 1; state < L4LB_TIMEOUT_STATES; state++)
		if (!strncmp(l4lb_state_name(state), text, name) &&
		    !l4lb_state_name(state)[name])
			break;
	if (state == L4LB_TIMEOUT_STATES) {
		parse_error(p, word, "unknown state \"%.*s\": l4lb(7) has the list",
			    (int)name, text);
		return false;
	}
	if (!equals || !digits(equals + 1, len - name - 1, 2000000, &seconds) ||
	    seconds < min) {
		parse_error(p, word, "write %.*s=SECONDS, %u to 2000000",
			    (int)name, text, min);
		return false;
	}
	t->has |= L4LB_BIT(state);
	t->seconds[state] = seconds;
	return true;
}

/**
 * value_timeouts() - idle times by state
 * @p: run
 * @words: arguments, each STATE=SECONDS[,...]
 * @n: number of them
 * @min: least number of seconds
 * @t: out, added to what is there
 *
 * Return: whether all are good.
 */
bool value_timeouts(struct parse *p, const struct conf_word *words,
		    unsigned int n, __u32 min, struct l4lb_timeouts *t)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < n; i++) {
		const char *text = words[i].text;

		while (*text) {
			size_t len = strcspn(text, ",");

			if (!one_timeout(p, &words[i], text, len, min, t))
				good = false;
			text += len;
			text += *text == ',';
		}
	}
	return good;
}

/*
 * The next argument of a command: blanks part arguments, but not within quotes;
 * "\" takes the next character as it is. NULL: no more, or @bad.
 */
static char *next_arg(char **rest, bool *bad)
{
	char *from = *rest, *to, *arg, quote = 0;

	while (isspace((unsigned char)*from))
		from++;
	if (!*from)
		return NULL;
	arg = from;
	to = from;
	for (; *from && (quote || !isspace((unsigned char)*from)); from++) {
		if (quote && *from == quote) {
			quote = 0;
		} else if (!quote && (*from == '\'' || *from == '"')) {
			quote = *from;
		} else {
			if (*from == '\\' && from[1] && quote != '\'')
				from++;
			*to++ = *from;
		}
	}
	*bad = quote;
	*rest = from + (*from != '\0');
	*to = '\0';
	return *bad ? NULL : arg;
}

/**
 * value_script() - a command and who runs it
 * @p: run
 * @words: command, user, group; the latter may be missing
 * @n: number of them
 *
 * Return: the script, or NULL.
 */
struct conf_script *value_script(struct parse *p, const struct conf_word *words,
				 unsigned int n)
{
	struct conf_script *s = pool_alloc(p->pool, sizeof(*s));
	char *rest = pool_text(p->pool, words[0].text), *arg;
	const char *argv[ARGV_MAX + 1];
	bool bad = false;

	s->place = words[0].place;
	while ((arg = next_arg(&rest, &bad))) {
		if (s->argc == ARGV_MAX) {
			parse_error(p, &words[0],
				    "the command has more than %d arguments",
				    ARGV_MAX - 1);
			return NULL;
		}
		argv[s->argc++] = arg;
	}
	if (bad || !s->argc) {
		parse_error(p, &words[0], bad ? "a quote in the command is not closed" :
			    "the command is empty");
		return NULL;
	}
	argv[s->argc] = NULL;
	s->argv = pool_copy(p->pool, argv, (s->argc + 1) * sizeof(*argv));
	if (n > 1)
		s->user = words[1].text;
	if (n > 2)
		s->group = words[2].text;
	return s;
}

/* Words that lbctl takes in the place of a name, as the kernel knows them. */
static const char * const reserved[] = {
	"all", "default", "tcp", "udp", "fwmark", "none", "force", "now", "on",
	"off", "manual", "checkd",
};

/**
 * name_problem() - can this be the name of a service or server?
 * @name: name
 *
 * Return: NULL where it can, else what is wrong with it.
 */
const char *name_problem(const char *name)
{
	unsigned int i;
	size_t len = strlen(name);

	if (len >= L4LB_NAME_MAX)
		return "has more than 31 characters";
	if (!isalpha((unsigned char)name[0]))
		return "does not start with a letter";
	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("._-:", name[i]))
			return "has other characters than letters, digits and . _ - :";
	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (!strcasecmp(reserved[i], name))
			return "is a word of lbctl";
	return NULL;
}

/**
 * value_name() - a name that lbctl and the kernel take
 * @p: run
 * @word: the argument
 *
 * Return: whether it is one.
 */
bool value_name(struct parse *p, const struct conf_word *word)
{
	const char *problem = name_problem(word->text);

	if (problem)
		parse_error(p, word, "the name \"%s\" %s", word->text, problem);
	return !problem;
}
