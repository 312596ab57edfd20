/* SPDX-License-Identifier: GPL-2.0 */
/* What a fuzz target is, to libFuzzer and to the replay of its corpus. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif /* FUZZ_H */
