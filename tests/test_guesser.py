import torch
from PIL import Image
from releases import record

from mirbench.guesser import GUESSES, build_guesser
from mirbench.interleave import ImageRef
from mirbench.prompts import direct_prompt
from mirbench.raw_record import read_record
from mirbench.record import Origin


def test_the_guesser_writes_one_letter_and_ends(tmp_path):
    from transformers import AutoModelForImageTextToText, AutoProcessor

    folder = build_guesser(tmp_path / "guesser", seed=4)
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
    processor = AutoProcessor.from_pretrained(folder)
    images = [Image.new("RGB", (336, 200), colour) for colour in ("red", "blue")]
    written = []
    for number in range(4):
        parts = direct_prompt(read_record(record(number), Origin("test", number)))
        content = [
            {"type": "image", "image": images[part.index]}
            if isinstance(part, ImageRef)
            else {"type": "text", "text": part.text}
            for part in parts
        ]
        inputs = processor.apply_chat_template(
            [{"role": "user", "content": content}],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        )
        output = model.generate(**inputs, max_new_tokens=4, do_sample=False)
        new = output[0, inputs["input_ids"].shape[1] :]
        written.append(processor.tokenizer.decode(new))
    assert set(written) <= {f"{letter}<|im_end|>" for letter in GUESSES}
