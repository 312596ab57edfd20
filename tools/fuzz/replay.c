// SPDX-License-Identifier: GPL-2.0
/*
 * The inputs of a fuzz target, each once, without a fuzzer: the program NAME_test
 * replays corpus/NAME, or the files it is given.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static int replay_file(const char *name)
{
	FILE *f = fopen(name, "r");
	uint8_t *data;
	long size;

	if (!f || fseek(f, 0, SEEK_END)) {
		perror(name);
		return -1;
	}
	size = ftell(f);
	rewind(f);
	/* exactly as long as the input, so that reading behind it is seen */
	data = malloc(size);
	if ((size && !data) || fread(data, 1, size, f) != (size_t)size) {
		perror(name);
		return -1;
	}
	fclose(f);
	printf("%s\n", name);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

static int replay_corpus(void)
{
	const char *self = program_invocation_short_name;
	char dir[PATH_MAX / 2], name[PATH_MAX];
	int n, i, err = 0;
	struct dirent **entries;

	snprintf(dir, sizeof(dir), CORPUS "/%.*s",
		 (int)(strlen(self) - strlen("_test")), self);
	n = scandir(dir, &entries, NULL, alphasort);
	if (n <= 2) {
		fprintf(stderr, "%s: no inputs\n", dir);
		return -1;
	}
	for (i = 0; i < n; i++) {
		if (*entries[i]->d_name != '.' && !err) {
			snprintf(name, sizeof(name), "%s/%s", dir,
				 entries[i]->d_name);
			err = replay_file(name);
		}
		free(entries[i]);
	}
	free(entries);
	return err;
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2)
		return replay_corpus() ? EXIT_FAILURE : EXIT_SUCCESS;
	for (i = 1; i < argc; i++)
		if (replay_file(argv[i]))
			return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
