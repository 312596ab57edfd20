#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packet in, packet out: see packets/forward.py.
exec "$(dirname "$0")/packets/forward.py" "$@"
