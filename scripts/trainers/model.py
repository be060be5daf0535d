"""The tiny Qwen2.5-VL, if wanted with the token ids of the released one.

ms-swift has those built in: with others it leaves each image a single token, and goes on training.
"""

import json
from pathlib import Path

FIRST_ID = 151_643  # of the special tokens; what is below is vocabulary
NUM_ROWS = 151_936  # of the released embedding
SPECIAL = (
    *("endoftext", "im_start", "im_end", "object_ref_start", "object_ref_end", "box_start"),
    *("box_end", "quad_start", "quad_end", "vision_start", "vision_end", "vision_pad"),
    *("image_pad", "video_pad"),
)


def build_released_ids(folder: Path) -> Path:
    """Write the tiny model with the released ids, in float32."""
    import torch
    from transformers import AutoModelForImageTextToText

    from mirbench.tiny import build_tiny_model

    build_tiny_model(folder)
    ids = {f"<|{name}|>": FIRST_ID + place for place, name in enumerate(SPECIAL)}
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    vocabulary = tokenizer["model"]["vocab"]
    vocabulary |= {f"<unused {row}>": row for row in range(len(vocabulary), FIRST_ID)}
    token = tokenizer["added_tokens"][0]
    tokenizer["added_tokens"] = [
        {**token, "id": row, "content": content} for content, row in ids.items()
    ]
    path.write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
    model.resize_token_embeddings(NUM_ROWS)
    for name in ("vision_start", "vision_end"):
        setattr(model.config, f"{name}_token_id", ids[f"<|{name}|>"])
    model.config.image_token_id = ids["<|image_pad|>"]
    model.config.video_token_id = ids["<|video_pad|>"]
    model.config.text_config.eos_token_id = ids["<|im_end|>"]
    model.config.text_config.pad_token_id = ids["<|endoftext|>"]
    model.generation_config.eos_token_id = [ids["<|im_end|>"], ids["<|endoftext|>"]]
    model.generation_config.pad_token_id = ids["<|endoftext|>"]
    model.save_pretrained(folder)
    return folder
