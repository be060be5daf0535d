"""The labeller under the name it has in the original repository.

    python scripts/vlm_infer.py RELEASE --model Qwen/Qwen2.5-VL-7B-Instruct --out labels.parquet

The same as `mirbench label`, whose options it takes; see docs/difficulty.md.
"""

import sys

from mirbench.cli import main

if __name__ == "__main__":
    sys.argv[1:1] = ["label"]
    main()
