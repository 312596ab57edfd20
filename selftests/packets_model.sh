#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random operations against a reference model: see packets/model.py.
exec "$(dirname "$0")/packets/model.py" "$@"
