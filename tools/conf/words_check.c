// SPDX-License-Identifier: GPL-2.0
/* Words of the checks. */
#include "rows.h"

/* The checks that are refused are not read: what is in them is for them to say. */
#define LATER	"a word of a check that a later version has"

const struct conf_keyword conf_words_timing[] = {
	S("alpha", "[BOOL]", 0, 1, D, "down until the check has passed"),
	S("connect_timeout", "SECONDS", 1, 1, D,
	  "longest wait for a connection, and for each answer on it"),
	S("retry", "N", 1, 1, D, "further attempts before the check has failed"),
	S("delay_before_retry", "SECONDS", 1, 1, D, "from an attempt to the next"),
	S("warmup", "SECONDS", 1, 1, D,
	  "the first check comes at a random moment within this time"),
	S("delay_loop", "SECONDS", 1, 1, D, "from one check to the next"),
	S("log_all_failures", "[BOOL]", 0, 1, D, "each failed attempt is logged"),
	/* ours */
	S("rise", "N", 1, 1, 0,
	  "checks in a row that must pass before the server is up; default 1"),
	S("fall", "N", 1, 1, 0,
	  "checks in a row, retries included, that must fail before it is down; default 1"),
	END_OF_WORDS
};

const struct conf_keyword conf_words_connect[] = {
	S("connect_ip", "ADDRESS", 1, 1, D, "where to; default the server's address"),
	S("connect_port", "PORT", 1, 1, D, "where to; default the server's port"),
	S("bindto", "ADDRESS", 1, 1, D, "where from"),
	S("bind_to", "ADDRESS", 1, 1, 0, "as bindto"),
	S("bind_if", "DEVICE", 1, 1, D, "device of a link-local bindto"),
	S("bind_port", "PORT", 1, 1, D, "port to connect from"),
	S("fwmark", "MARK", 1, 1, D, "mark of the check's packets"),
	END_OF_WORDS
};

const struct conf_keyword conf_words_http[] = {
	B("url", "", 0, 0, CONF_IN_URL, D | M, "a page; all must be good"),
	S("nb_get_retry", "N", 1, 1, D, "as retry"),
	S("http_protocol", "VERSION", 1, 1, D,
	  "1.0 (default), 1.0C: with Connection: close, or 1.1"),
	S("fast_recovery", "[BOOL]", 0, 1, D,
	  "a server that comes up has all pages got at once, not one a delay_loop"),
	END_OF_WORDS
};

const struct conf_keyword conf_words_ssl_get[] = {
	S("enable_sni", "[BOOL]", 0, 1, D,
	  "the handshake names the host, which is the virtualhost"),
	S("sni_name", "NAME", 1, 1, 0, "the handshake names this host"),
	A("tls_compliant", "[BOOL]", 0, 1, 0,
	  "an answer that ends without close_notify is good, as with all other checkers"),
	END_OF_WORDS
};

const struct conf_keyword conf_words_url[] = {
	S("path", "PATH", 1, 1, D, "what to get, with its query"),
	S("status_code", "CODE|FIRST-LAST ...", 1, CONF_ANY, D, "good answers; default 200-299"),
	S("digest", "MD5", 1, 1, D, "MD5 of the content, as genhash(1) prints it"),
	S("virtualhost", "NAME", 1, 1, D,
	  "Host; default that of the server, of the service, else the address"),
	S("regex", "PATTERN", 1, 1, D, "must match the content, see pcre2pattern(3)"),
	S("regex_no_match", "", 0, 0, D, "the pattern must not match"),
	S("regex_options", "OPTION ...", 1, CONF_ANY, D,
	  "options of pcre2api(3), in small letters, without PCRE2_"),
	S("regex_min_offset", "BYTES", 1, 1, D, "where in the content the search begins"),
	S("regex_max_offset", "BYTES", 1, 1, D, "a match begins at this offset at the latest"),
	S("regex_stack", "START MAX", 2, 2, D, "MAX bytes of memory that matching may take"),
	END_OF_WORDS
};

const struct conf_keyword conf_words_tcp[] = {
	/* ours */
	S("send", "TEXT", 1, 1, 0, "sent when the connection is open"),
	S("expect", "TEXT", 1, 1, 0, "the answer must contain this"),
	END_OF_WORDS
};

const struct conf_keyword conf_words_misc[] = {
	S("misc_path", "COMMAND", 1, 1, D,
	  "program with arguments, in quotes; exit status 0 is good. No shell is asked"),
	S("misc_timeout", "SECONDS", 1, 1, D,
	  "the program's process group is killed then; default delay_loop"),
	S("misc_dynamic", "", 0, 0, D,
	  "exit status 2 to 255 is good, and the server's weight becomes two less"),
	A("connect_timeout", "SECONDS", 1, 1, D, "misc_timeout is how long a program may take"),
	S("user", "USER [GROUP]", 1, 2, D, "who runs it; default script_user"),
	END_OF_WORDS
};

const struct conf_keyword conf_words_smtp[] = {
	R("helo_name", "NAME", 0, D, LATER),
	R("host", "", CONF_IN_SMTP_HOST, D | M, LATER),
	END_OF_WORDS
};

const struct conf_keyword conf_words_smtp_host[] = {
	R("connect_ip", "ADDRESS", 0, D, LATER),
	R("connect_port", "PORT", 0, D, LATER),
	R("bindto", "ADDRESS", 0, D, LATER),
	R("bind_port", "PORT", 0, D, LATER),
	R("bind_if", "DEVICE", 0, D, LATER),
	R("fwmark", "MARK", 0, D, LATER),
	END_OF_WORDS
};

const struct conf_keyword conf_words_dns[] = {
	R("type", "TYPE", 0, D, LATER),
	R("name", "NAME", 0, D, LATER),
	R("port", "PORT", 0, 0, LATER),
	R("timeout", "SECONDS", 0, 0, LATER),
	END_OF_WORDS
};

const struct conf_keyword conf_words_udp[] = {
	R("payload", "HEX", 0, D, LATER),
	R("require_reply", "[HEX]", 0, D, LATER),
	R("min_reply_length", "BYTES", 0, D, LATER),
	R("max_reply_length", "BYTES", 0, D, LATER),
	END_OF_WORDS
};

const struct conf_keyword conf_words_bfd_check[] = {
	R("name", "NAME", 0, D, LATER),
	R("alpha", "[BOOL]", 0, D, LATER),
	END_OF_WORDS
};

const struct conf_keyword conf_words_file[] = {
	R("track_file", "NAME", 0, D, LATER),
	R("dynamic", "", 0, D, LATER),
	R("weight", "N [reverse]", 0, D, LATER),
	END_OF_WORDS
};

const struct conf_keyword conf_words_ftp[] = { END_OF_WORDS };

const struct conf_keyword conf_words_ssl_hello[] = {
	R("common_name", "NAME", 0, 0, LATER),
	END_OF_WORDS
};
