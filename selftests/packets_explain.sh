#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packet in, packet out: see packets/explain.py.
exec "$(dirname "$0")/packets/explain.py" "$@"
