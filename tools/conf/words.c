// SPDX-License-Identifier: GPL-2.0
/* Finding words in the tables of their blocks. */
#include <string.h>

#include "tree.h"
#include "words.h"

#define WORDS_MAX	160	/* of a block, with those it shares */

static const struct conf_keyword no_words[] = { { .word = NULL } };

/*
 * A block has its own words and those of its parent: what several checks share
 * stands once.
 */
static const struct {
	const char *name;
	const struct conf_keyword *words;
	enum conf_context parent;
} contexts[CONF_CONTEXTS] = {
	[CONF_IN_NONE] = { "nothing", no_words, 0 },
	[CONF_IN_TOP] = { "the top level", conf_words_top, 0 },
	[CONF_IN_GLOBAL] = { "global_defs", conf_words_global, 0 },
	[CONF_IN_GROUP] = { "virtual_server_group", conf_words_group, 0 },
	[CONF_IN_SERVICE] = { "virtual_server", conf_words_service, 0 },
	[CONF_IN_SERVER] = { "real_server", conf_words_server, 0 },
	[CONF_IN_HTTP] = { "HTTP_GET", conf_words_http, CONF_IN_CONNECT },
	[CONF_IN_SSL_GET] = { "SSL_GET", conf_words_ssl_get, CONF_IN_HTTP },
	[CONF_IN_URL] = { "url", conf_words_url, 0 },
	[CONF_IN_TCP] = { "TCP_CHECK", conf_words_tcp, CONF_IN_CONNECT },
	[CONF_IN_MISC] = { "MISC_CHECK", conf_words_misc, CONF_IN_TIMING },
	[CONF_IN_CONNECT] = { "a check that connects", conf_words_connect, CONF_IN_TIMING },
	[CONF_IN_TIMING] = { "a check", conf_words_timing, 0 },
	[CONF_IN_SMTP] = { "SMTP_CHECK", conf_words_smtp, CONF_IN_CONNECT },
	[CONF_IN_SMTP_HOST] = { "host", conf_words_smtp_host, 0 },
	[CONF_IN_DNS] = { "DNS_CHECK", conf_words_dns, CONF_IN_CONNECT },
	[CONF_IN_PING] = { "PING_CHECK", no_words, CONF_IN_CONNECT },
	[CONF_IN_UDP] = { "UDP_CHECK", conf_words_udp, CONF_IN_CONNECT },
	[CONF_IN_BFD_CHECK] = { "BFD_CHECK", conf_words_bfd_check, 0 },
	[CONF_IN_FILE] = { "FILE_CHECK", conf_words_file, 0 },
	[CONF_IN_FTP] = { "FTP_CHECK", conf_words_ftp, CONF_IN_CONNECT },
	[CONF_IN_SSL_HELLO] = { "SSL_HELLO", conf_words_ssl_hello,
				CONF_IN_CONNECT },
	[CONF_IN_SSL] = { "SSL", conf_words_ssl, 0 },
	[CONF_IN_L4LB] = { "l4lb", conf_words_l4lb, 0 },
	[CONF_IN_LIMITS] = { "limits", conf_words_limits, 0 },
	[CONF_IN_SITES] = { "sites", conf_words_sites, 0 },
	[CONF_IN_VRRP] = { "vrrp_instance", conf_words_vrrp, 0 },
	[CONF_IN_AUTH] = { "authentication", conf_words_auth, 0 },
	[CONF_IN_ADDRESS] = { "virtual_ipaddress", conf_words_address, 0 },
	[CONF_IN_SYNC_GROUP] = { "vrrp_sync_group", conf_words_sync_group, 0 },
	[CONF_IN_SCRIPT] = { "vrrp_script", conf_words_script, 0 },
	[CONF_IN_GARP_GROUP] = { "garp_group", conf_words_garp_group, 0 },
	[CONF_IN_TRACK_GROUP] = { "track_group", conf_words_track_group, 0 },
	[CONF_IN_PROCESS] = { "vrrp_track_process", conf_words_process, 0 },
	[CONF_IN_TRACK_FILE] = { "track_file", conf_words_track_file, 0 },
	[CONF_IN_BFD] = { "bfd_instance", conf_words_bfd, 0 },
	[CONF_IN_LIST] = { "a list", no_words, 0 },
};

/**
 * conf_context_name() - name of a block for people
 * @in: the block
 *
 * Return: the word that begins it.
 */
const char *conf_context_name(enum conf_context in)
{
	return contexts[in].name;
}

/**
 * conf_context_words() - a block's own words
 * @in: the block
 *
 * Return: rows; the last one has no word.
 */
const struct conf_keyword *conf_context_words(enum conf_context in)
{
	return contexts[in].words;
}

/**
 * conf_context_parent() - whose words a block has besides its own
 * @in: the block
 *
 * Return: that block, or CONF_IN_NONE.
 */
enum conf_context conf_context_parent(enum conf_context in)
{
	return contexts[in].parent;
}

/**
 * conf_keyword_find() - look a word up
 * @in: the block it stands in
 * @word: the word
 *
 * Return: its row, or NULL.
 */
const struct conf_keyword *conf_keyword_find(enum conf_context in,
					     const char *word)
{
	const struct conf_keyword *k;

	for (; in != CONF_IN_NONE; in = contexts[in].parent)
		for (k = contexts[in].words; k->word; k++)
			if (k->word[0] == word[0] && !strcmp(k->word, word))
				return k;
	return NULL;
}

/**
 * conf_keyword_elsewhere() - which block has a word
 * @word: the word
 * @in: out: the first block that has it
 *
 * Return: whether one has.
 */
bool conf_keyword_elsewhere(const char *word, enum conf_context *in)
{
	unsigned int i;

	for (i = CONF_IN_TOP; i < CONF_CONTEXTS; i++) {
		if (!conf_keyword_find(i, word))
			continue;
		*in = i;
		return true;
	}
	return false;
}

/**
 * conf_keyword_nearest() - the word that was probably meant
 * @in: the block
 * @word: what stands there
 *
 * Return: a word of the block, or NULL.
 */
const char *conf_keyword_nearest(enum conf_context in, const char *word)
{
	const char *words[WORDS_MAX];
	const struct conf_keyword *k;
	unsigned int n = 0;

	for (; in != CONF_IN_NONE; in = contexts[in].parent)
		for (k = contexts[in].words; k->word && n < WORDS_MAX; k++)
			words[n++] = k->word;
	return conf_nearest(word, words, n);
}
