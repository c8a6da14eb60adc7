"""What the curriculum wants to be asked is asked: each of its lines, and the questions that ask it; and what is asked is in the unit."""

from __future__ import annotations

import re

import pytest

from autograder.course_units import exercise_names

from .quizzes import IDS, UNITS, quiz_named

ASKED = {
    "what a dot product says": ["01_vectors-dot_by_hand", "01_vectors-zero_dot"],
    "what a cosine says, its range, and dependence on length": [
        "01_vectors-true_of_a_cosine", "01_vectors-ranges", "01_vectors-stretched",
    ],
    "why scores are divided by the root of d_k": ["03_attention-why_scaled", "06_tensors-spread_of_scores"],
    "what the 8 in the base model is": ["03_attention-the_eight", "05_multihead-divisor"],
    "what saturation does to the gradient": ["02_softmax-saturation", "02_softmax-derivative_by_hand"],
    "the six steps in order": ["03_attention-six_steps"],
    "what padding and causal masks each hide": ["04_masks-which_mask", "04_masks-count_causal"],
    "which masks encoder and decoder need": [
        "04_masks-who_needs_what", "09_encoder-mask_of_the_encoder", "10_decoder-masks_of_the_three",
    ],
    "where queries, keys and values of the three attentions come from": [
        "10_decoder-three_attentions", "09_encoder-queries_of_the_encoder",
    ],
    "why several heads": ["05_multihead-why_several_heads", "05_multihead-what_heads_share"],
    "why positions are added, not concatenated": ["07_positions-added_not_concatenated"],
    "what is lost without positions": ["07_positions-order_without_positions"],
    "what residuals protect against": ["08_addnorm-degradation"],
    "layer against batch normalisation": ["08_addnorm-layer_or_batch", "08_addnorm-batch_norm_number"],
    "why batch statistics suit word vectors ill": ["08_addnorm-against_batch_statistics"],
    "the widening of the feed-forward": ["08_addnorm-why_widen", "08_addnorm-feed_forward_parameters"],
    "six layers of unshared weights": ["09_encoder-shared_layers"],
    "teacher forcing against step-by-step inference": ["11_transformer-teacher_forcing", "11_transformer-decoder_runs"],
    "logits, softmax and argmax at the output": ["11_transformer-logits_and_words", "11_transformer-shape_of_the_logits"],
    "attention against recurrence": ["09_encoder-against_recurrence"],
    "cost of n squared times d": ["09_encoder-growth_with_length", "09_encoder-multiplications"],
    "parameter counts": ["05_multihead-number_of_weights", "09_encoder-parameters_of_a_layer"],
    "multiply counts": ["09_encoder-multiplications", "03_attention-cost_of_projection"],
}  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_what_the_curriculum_lists_is_asked(asked):
    assert set(ASKED[asked]) <= set(IDS)


@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_what_a_question_sends_back_to_is_in_the_unit(unit):
    """An exercise, or the heading of a section."""
    headings = re.findall(r"^# ##+ (.+)$", unit.script.read_text("utf-8"), re.MULTILINE)
    places = {*exercise_names(unit), *headings}
    assert {question.heading.about for question in quiz_named(unit.name).questions.values()} <= places
