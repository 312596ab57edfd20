/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every word of the language, block by block: what keepalived 2.4 and Debian's
 * 2.2.7 know, and words of ours. The one source of the parser's words and of
 * l4lb.conf(5); a word that is not here is an error.
 */
#ifndef CONF_WORDS_H
#define CONF_WORDS_H

#include <stdbool.h>

/* The blocks of the language. CONF_IN_LIST holds values, no words. */
enum conf_context {
	CONF_IN_NONE,
	CONF_IN_TOP,
	CONF_IN_GLOBAL,
	CONF_IN_GROUP,
	CONF_IN_SERVICE,
	CONF_IN_SERVER,
	CONF_IN_HTTP,
	CONF_IN_SSL_GET,
	CONF_IN_URL,
	CONF_IN_TCP,
	CONF_IN_MISC,
	CONF_IN_CONNECT,	/* shared by the checks that connect */
	CONF_IN_TIMING,		/* shared by all checks */
	CONF_IN_SMTP,
	CONF_IN_SMTP_HOST,
	CONF_IN_DNS,
	CONF_IN_PING,
	CONF_IN_UDP,
	CONF_IN_BFD_CHECK,
	CONF_IN_FILE,
	CONF_IN_FTP,
	CONF_IN_SSL_HELLO,
	CONF_IN_SSL,
	CONF_IN_L4LB,
	CONF_IN_LIMITS,
	CONF_IN_SITES,
	CONF_IN_VRRP,
	CONF_IN_AUTH,
	CONF_IN_ADDRESS,
	CONF_IN_SYNC_GROUP,
	CONF_IN_SCRIPT,
	CONF_IN_GARP_GROUP,
	CONF_IN_TRACK_GROUP,
	CONF_IN_PROCESS,
	CONF_IN_TRACK_FILE,
	CONF_IN_BFD,
	CONF_IN_LIST,
	CONF_CONTEXTS
};

/* What becomes of a word. */
enum conf_standing {
	CONF_SUPPORTED,	/* it does what it says */
	CONF_ACCEPTED,	/* no effect; a note says why */
	CONF_VRRP,	/* lbvrrpd's: passed over by lbcheckd */
	CONF_REFUSED,	/* an error; a sentence says why */
};

#define CONF_DEBIAN	1	/* keepalived 2.2.7 of Debian 12 knows the word */
#define CONF_MANY	2	/* may be said more than once in its block */
#define CONF_ASSIGNED	4	/* gone when conf_assign() has been here */

#define CONF_ANY	255	/* arguments: as many as there are */

/**
 * struct conf_keyword - a word of a block
 * @word: the word; NULL ends a table
 * @args: its arguments; capitals are placeholders
 * @min: least number of arguments
 * @max: largest number, or %CONF_ANY
 * @block: &enum conf_context of the block that follows, or %CONF_IN_NONE
 * @standing: &enum conf_standing
 * @flags: CONF_DEBIAN, ...
 * @text: what it does; why it has no effect; the sentence of the refusal. NULL
 *	for lbvrrpd's words
 */
struct conf_keyword {
	const char *word;
	const char *args;
	unsigned char min;
	unsigned char max;
	unsigned char block;
	unsigned char standing;
	unsigned char flags;
	const char *text;
};

/* One file each */
extern const struct conf_keyword conf_words_top[];
extern const struct conf_keyword conf_words_global[];
extern const struct conf_keyword conf_words_group[];
extern const struct conf_keyword conf_words_service[];
extern const struct conf_keyword conf_words_server[];
extern const struct conf_keyword conf_words_ssl[];
extern const struct conf_keyword conf_words_l4lb[];
extern const struct conf_keyword conf_words_limits[];
extern const struct conf_keyword conf_words_sites[];
extern const struct conf_keyword conf_words_timing[];
extern const struct conf_keyword conf_words_connect[];
extern const struct conf_keyword conf_words_http[];
extern const struct conf_keyword conf_words_ssl_get[];
extern const struct conf_keyword conf_words_url[];
extern const struct conf_keyword conf_words_tcp[];
extern const struct conf_keyword conf_words_misc[];
extern const struct conf_keyword conf_words_smtp[];
extern const struct conf_keyword conf_words_smtp_host[];
extern const struct conf_keyword conf_words_dns[];
extern const struct conf_keyword conf_words_udp[];
extern const struct conf_keyword conf_words_bfd_check[];
extern const struct conf_keyword conf_words_file[];
extern const struct conf_keyword conf_words_ftp[];
extern const struct conf_keyword conf_words_ssl_hello[];
extern const struct conf_keyword conf_words_vrrp[];
extern const struct conf_keyword conf_words_auth[];
extern const struct conf_keyword conf_words_address[];
extern const struct conf_keyword conf_words_sync_group[];
extern const struct conf_keyword conf_words_script[];
extern const struct conf_keyword conf_words_garp_group[];
extern const struct conf_keyword conf_words_track_group[];
extern const struct conf_keyword conf_words_process[];
extern const struct conf_keyword conf_words_track_file[];
extern const struct conf_keyword conf_words_bfd[];

/* words.c */
const char *conf_context_name(enum conf_context in);
const struct conf_keyword *conf_context_words(enum conf_context in);
enum conf_context conf_context_parent(enum conf_context in);
const struct conf_keyword *conf_keyword_find(enum conf_context in,
					     const char *word);
bool conf_keyword_elsewhere(const char *word, enum conf_context *in);
const char *conf_keyword_nearest(enum conf_context in, const char *word);

#endif /* CONF_WORDS_H */
