#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tier: full
# Random operations against a reference model: see packets/model.py.
exec "$(dirname "$0")/packets/model.py" "$@"
