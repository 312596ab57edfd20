#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packet in, packet out: see packets/trouble.py.
exec "$(dirname "$0")/packets/trouble.py" "$@"
