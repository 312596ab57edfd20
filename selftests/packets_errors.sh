#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packet in, packet out, in both families: see packets/errors.py.
exec "$(dirname "$0")/packets/errors.py" "$@"
