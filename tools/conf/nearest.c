// SPDX-License-Identifier: GPL-2.0
/* Which word was probably meant. */
#include <string.h>

#include "tree.h"

#define WORD_MAX	48	/* longer ones are not compared */

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

/* Insertions, deletions, replacements and swaps of neighbours. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int d[WORD_MAX + 1][WORD_MAX + 1];
	size_t la = strlen(a), lb = strlen(b), i, j;

	for (i = 0; i <= la; i++)
		d[i][0] = i;
	for (j = 0; j <= lb; j++)
		d[0][j] = j;
	for (i = 1; i <= la; i++) {
		for (j = 1; j <= lb; j++) {
			d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1,
					d[i - 1][j - 1] +
					(a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	}
	return d[la][lb];
}

/**
 * conf_nearest() - the word that was probably meant
 * @text: what was written
 * @words: words that are known; NULL among them is none
 * @n: number of @words
 *
 * Return: one of @words, or NULL where none is near: more than a third of its
 * letters differ, and @text is not the beginning of only one.
 */
const char *conf_nearest(const char *text, const char *const *words,
			 unsigned int n)
{
	const char *nearest = NULL, *prefix = NULL;
	unsigned int best = WORD_MAX, prefixes = 0, i;
	size_t len = strlen(text);

	if (!len || len > WORD_MAX)
		return NULL;
	for (i = 0; i < n; i++) {
		const char *word = words[i];
		unsigned int d;

		if (!word || strlen(word) > WORD_MAX)
			continue;
		if (!strncmp(word, text, len)) {
			prefix = word;
			prefixes++;
		}
		d = distance(text, word);
		if (d < best && d * 3 <= strlen(word) + 1) {
			best = d;
			nearest = word;
		}
	}
	return prefixes == 1 ? prefix : nearest;
}
