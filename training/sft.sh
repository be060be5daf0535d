#!/usr/bin/env bash
cd "$(dirname "$0")/.." && exec accelerate launch -m training.train --config "${1:-training/configs/paper.yaml}" "${@:2}"
