"""What a run is told, and what it refuses."""

import os
from pathlib import Path

import pytest

from mirbench.errors import MirbenchError
from mirbench.training_run.fields import OverrideError

CONFIGS = Path(__file__).parent.parent / "training" / "configs"
NEEDED = ["model=tiny", "output_dir=out"]


def read(path, *words):
    from training.settings import read_settings  # imports torch

    return read_settings(path, words)


def arguments_of(settings, world_size):
    from training.settings import training_arguments

    return training_arguments(settings, world_size, use_cpu=True)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_config_names_fields_there_are_and_divides_over_its_ranks(path):
    settings = read(path)
    assert settings.global_batch_size == 32
    world_size = 1 if settings.lora else 8
    arguments = arguments_of(settings, world_size)
    assert arguments.gradient_accumulation_steps * world_size == 32
    assert arguments.train_sampling_strategy == "sequential"


def test_the_papers_recipe_is_the_released_one():
    settings = read(CONFIGS / "paper.yaml")
    assert (settings.global_batch_size, settings.max_length) == (32, 32768)
    assert (settings.curriculum.fraction, settings.curriculum.ladder) == (0.4, (1, 2, 3, 4, 5))
    wanted = {"learning_rate": 2e-5, "warmup_steps": 0.05, "bf16": True}
    assert wanted.items() <= settings.trainer.items()


@pytest.mark.parametrize("name", ["fsdp2", "zero3"])
def test_a_launch_config_is_one_that_accelerate_reads(name):
    from accelerate.commands.config.config_args import load_config_from_file

    config = load_config_from_file(str(CONFIGS / "accelerate" / f"{name}.yaml"))
    assert config.num_processes == 8


def test_words_stand_over_the_file_in_all_their_forms():
    words = ["--learning_rate", "1e-4", "max-length=99", "--lora.rank=8", "curriculum.ladder=[5]"]
    settings = read(CONFIGS / "qwen2_5_vl_7b_lora.yaml", *words)
    assert settings.trainer["learning_rate"] == 1e-4
    assert settings.max_length == 99
    assert (settings.lora.rank, settings.lora.alpha) == (8, 128)
    assert settings.curriculum.ladder == (5,)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("learning_rat=1", "no field 'learning_rat'; did you mean 'learning_rate'?"),
        ("modle=x", "no field 'modle'; did you mean 'model'?"),
        ("lora.rnk=8", "no field 'lora.rnk'; did you mean 'rank'?"),
        ("curriculum.fracton=1", "no field 'curriculum.fracton'; did you mean 'fraction'?"),
        ("curriculum.fraction=2", "expected 0 < fraction <= 1, found 2"),
        ("max_length=many", "max_length: .*found 'many'"),
        ("save_total_limit=1", "save_total_limit: expected 2 or more, found 1"),
        ("lr_scheduler_type=round", "transformers refuses the settings: round is not"),
        ("global_batch_size=5", "expected a multiple of 2 .2 ranks x .*found 5"),
    ],
)
def test_a_wrong_word_is_refused_with_what_was_expected(word, said):
    with pytest.raises(MirbenchError, match=said):
        arguments_of(read(None, *NEEDED, word), 2)


@pytest.mark.parametrize(
    "word",
    [
        "shuffle=true",
        "group_by_length=true",
        "train_sampling_strategy=random",
        "accelerator_config={split_batches: true}",
        "ignore_data_skip=true",
        "num_train_epochs=2",
        "gradient_accumulation_steps=4",
    ],
)
def test_what_could_change_the_order_is_refused(word):
    with pytest.raises(MirbenchError, match=rf"^{word.partition('=')[0]}: refused: "):
        read(None, *NEEDED, word)


@pytest.mark.parametrize(
    ("use_cpu", "said"), [(True, "on a GPU, and none was found"), (False, "pip install liger-kern")]
)
def test_ligers_kernels_are_refused_where_they_cannot_run(monkeypatch, use_cpu, said):
    from training import settings

    monkeypatch.setattr(settings, "is_liger_kernel_available", lambda: False)
    with pytest.raises(MirbenchError, match=f"^use_liger_kernel: .*{said}"):
        settings.training_arguments(
            read(None, *NEEDED, "use_liger_kernel=true"), 1, use_cpu=use_cpu
        )


def test_ligers_kernels_are_left_to_the_trainer_without_their_fused_loss(monkeypatch):
    from training import settings

    monkeypatch.setattr(settings, "is_liger_kernel_available", lambda: True)
    given = read(None, *NEEDED, "use_liger_kernel=true", "use_cpu=true")  # on CPU: nothing is run
    arguments = settings.training_arguments(given, 1, use_cpu=False)
    assert arguments.use_liger_kernel
    assert arguments.liger_kernel_config == {"fused_linear_cross_entropy": False}


def test_workers_are_as_many_as_there_are_cores_for_them(monkeypatch):
    from mirbench.training_run.settings import num_workers

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)), raising=False)
    for ranks, expected in (("1", 4), ("2", 3), ("8", 1)):
        monkeypatch.setenv("LOCAL_WORLD_SIZE", ranks)
        assert num_workers() == expected


def test_a_run_without_a_model_is_told_so():
    with pytest.raises(MirbenchError, match="model: missing; give it in the file or as model="):
        read(None, "output_dir=out")


@pytest.mark.parametrize("word", ["model", "--model"])
def test_a_word_without_a_value_is_refused(word):
    with pytest.raises(OverrideError, match="expected field=value or --field value"):
        read(None, word)


def test_the_help_names_every_field_of_ours():
    from training.settings import settings_help

    text = settings_help()
    assert all(f"  {name} " in text for name in ("model", "max_length", "lora.rank", "resume"))
    assert "learning_rate=2e-05" in text
