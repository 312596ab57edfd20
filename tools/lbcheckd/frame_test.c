// SPDX-License-Identifier: GPL-2.0
/* Frame: every sequence of outcomes against the rules, written another way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "frame.h"

#define PERIOD	3200
#define DELAY	70

static struct frame_config config(__u32 retry, __u32 rise, __u32 fall)
{
	return (struct frame_config){
		.period = PERIOD, .retry = retry, .retry_delay = DELAY,
		.rise = rise, .fall = fall,
	};
}

static void assert_period(const struct frame_step *step)
{
	assert_true(step->from_start);
	assert_in_range(step->delay, PERIOD - PERIOD / 32,
			PERIOD + PERIOD / 32);
}

/*
 * A script of letters: "o" ok, "f" failed, "u" unsure, "p" part; what follows:
 * "r" a retry, "." the next period, "D" went down, "U" went up.
 */
static void check(const struct frame_config *c, enum frame_state known,
		  const char *outcomes, const char *follows)
{
	static const char letters[] = "?ofup";
	char got[64] = "";
	struct frame f;
	unsigned int i;

	frame_init(&f, c, known, 7);
	for (i = 0; outcomes[i]; i++) {
		struct frame_step s =
			frame_result(&f, strchr(letters, outcomes[i]) - letters);

		if (!s.from_start) {
			assert_int_equal(s.delay, DELAY);
			assert_false(s.changed);
			got[i] = 'r';
			continue;
		}
		assert_period(&s);
		got[i] = '.';
		if (s.changed)
			got[i] = f.state == FRAME_UP ? 'U' : 'D';
	}
	assert_string_equal(got, follows);
}

static void test_rows(void **state)
{
	struct frame_config plain = config(0, 1, 1);
	struct frame_config retry = config(2, 1, 1);
	struct frame_config slow = config(0, 3, 2);
	struct frame_config both = config(1, 2, 2);
	struct frame_config alpha = config(1, 1, 1);

	(void)state;
	alpha.alpha = true;
	check(&plain, FRAME_UNKNOWN, "oofofof", "..DUDUD");
	/* two more checks, the third failure counts; down has no retries */
	check(&retry, FRAME_UNKNOWN, "ffffoffoff", "rrD.Urr.rr");
	check(&slow, FRAME_UNKNOWN, "ffofoofooo", ".D.......U");
	check(&slow, FRAME_UP, "fofoff", ".....D");
	check(&both, FRAME_UP, "fffffoo", "r.rD..U");
	/* what could not be carried out counts neither way */
	check(&retry, FRAME_UP, "fuffuo", "r.rD.U");
	check(&slow, FRAME_UP, "fuuf", "...D");
	check(&slow, FRAME_DOWN, "ouopo", "....U");
	/* alpha: down at first, unless it is known better */
	check(&alpha, FRAME_UNKNOWN, "ffoff", "..UrD");
	check(&alpha, FRAME_UP, "ff", "rD");
	check(&plain, FRAME_DOWN, "fo", ".U");
}

/*
 * The rules again: split the outcomes into rounds, then look for runs of
 * rounds. Returns the state after all outcomes.
 */
static enum frame_state by_rules(const struct frame_config *c, bool up,
				 unsigned int bits, unsigned int n)
{
	unsigned int i = 0, run = 0;

	while (i < n) {
		bool good = bits >> i & 1;

		if (up && !good) {
			unsigned int tries = 0;

			while (tries < c->retry && i + 1 < n && !good) {
				i++;
				tries++;
				good = bits >> i & 1;
			}
			/* the round has not ended yet */
			if (!good && tries < c->retry)
				break;
		}
		i++;
		run = good == up ? 0 : run + 1;
		if (run == (up ? c->fall : c->rise)) {
			up = !up;
			run = 0;
		}
	}
	return up ? FRAME_UP : FRAME_DOWN;
}

static void try_all(const struct frame_config *c, enum frame_state known,
		    unsigned int n)
{
	unsigned int bits, i;

	for (bits = 0; bits < 1U << n; bits++) {
		enum frame_state before;
		struct frame f;

		frame_init(&f, c, known, bits);
		for (i = 0; i < n; i++) {
			struct frame_step s;

			before = f.state;
			s = frame_result(&f, bits >> i & 1 ? FRAME_OK :
							     FRAME_FAILED);
			assert_int_equal(s.changed, f.state != before);
			assert_int_equal(f.state,
					 by_rules(c, known == FRAME_UP, bits,
						  i + 1));
		}
	}
}

static void test_exhaustive(void **state)
{
	__u32 retry, rise, fall;

	(void)state;
	for (retry = 0; retry < 4; retry++)
		for (rise = 1; rise < 4; rise++)
			for (fall = 1; fall < 4; fall++) {
				struct frame_config c =
					config(retry, rise, fall);

				try_all(&c, FRAME_UP, 11);
				try_all(&c, FRAME_DOWN, 11);
			}
}

static void test_tries(void **state)
{
	struct frame_config c = config(2, 1, 1);
	struct frame f;

	(void)state;
	frame_init(&f, &c, FRAME_UNKNOWN, 1);
	assert_int_equal(frame_result(&f, FRAME_FAILED).tries, 0);
	assert_false(f.judged);
	assert_int_equal(frame_result(&f, FRAME_FAILED).tries, 1);
	assert_int_equal(frame_result(&f, FRAME_FAILED).tries, 2);
	assert_true(f.judged);
	assert_int_equal(frame_result(&f, FRAME_FAILED).tries, 0);
}

/* What was counted lives on; a lower limit holds at the next result. */
static void test_set(void **state)
{
	struct frame_config c = config(3, 1, 3);
	struct frame f;

	(void)state;
	frame_init(&f, &c, FRAME_UNKNOWN, 1);
	frame_result(&f, FRAME_FAILED);
	c = config(1, 1, 1);
	frame_set(&f, &c);
	assert_true(frame_result(&f, FRAME_FAILED).changed);
	assert_int_equal(f.state, FRAME_DOWN);
}

/* Any number of checks is spread evenly: no tenth has twice its share. */
static void test_spread(void **state)
{
	unsigned int total, i, tenth[10];

	(void)state;
	for (total = 20; total < 5000; total = total * 3 / 2) {
		memset(tenth, 0, sizeof(tenth));
		for (i = 0; i < total; i++) {
			__u32 at = frame_spread(0x1234567812345678ULL, i, 3000);

			assert_in_range(at, 0, 2999);
			tenth[at / 300]++;
		}
		for (i = 0; i < 10; i++)
			assert_in_range(tenth[i], total / 20, total / 5);
	}
	assert_int_equal(frame_spread(~0ULL, 77, 0), 0);
	assert_in_range(frame_spread(~0ULL, 0, ~0U), 0, ~0U - 1);
}

/* The mean of many periods is the period; they are not all the same. */
static void test_jitter(void **state)
{
	struct frame_config c = config(0, 1, 1);
	unsigned long long sum = 0;
	unsigned int i, other = 0;
	struct frame f;

	(void)state;
	frame_init(&f, &c, FRAME_UNKNOWN, 99);
	for (i = 0; i < 10000; i++) {
		struct frame_step s = frame_result(&f, FRAME_OK);

		assert_period(&s);
		sum += s.delay;
		other += s.delay != PERIOD;
	}
	assert_in_range(sum / i, PERIOD - 5, PERIOD + 5);
	assert_true(other > 9000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_exhaustive),
		cmocka_unit_test(test_tries),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_jitter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
