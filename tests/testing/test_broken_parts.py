"""Every check passes a sound component and catches one that is broken in just what it checks."""

from __future__ import annotations

import pytest

from crossret.contracts.meta import Example, Meta
from crossret.registry import KINDS, Component, Registry
from crossret.testing.checks import checks_of, summary_of
from crossret.testing.conformance import run_check
from crossret.testing.subject import Subject

from . import broken

SOUND = {
    "Text": "text-encoder",
    "Pixels": "visual-backbone",
    "Clips": "visual-backbone",
    "Stored": "visual-backbone",
    "Loss": "loss",
    "Opponent": "loss",
    "Backwards": "translator",
    "Engine": "translator",
    "TinyData": "dataset",
    "Lengths": "baseline",
    "Plain": "renderer",
    "Simple": "executor",
}
WRONG_WIDTH = Meta(dimension=99)
# Kind, check, the broken class, and what its meta says if that is what is wrong.
BROKEN = [
    ("text-encoder", "is_built", "TextNotBuilt"),
    ("text-encoder", "refuses_unknown_options", "TextAnyOption"),
    ("text-encoder", "states_have_shape_and_type", "TextDouble"),
    ("text-encoder", "meta_tells_its_dimension", "Text", WRONG_WIDTH),
    ("text-encoder", "tokens_are_tensors_on_the_cpu", "TextNotTensors"),
    ("text-encoder", "states_do_not_depend_on_padding", "TextReadsPadding"),
    ("text-encoder", "states_do_not_depend_on_the_batch", "TextReadsTheBatch"),
    ("text-encoder", "tells_texts_apart", "TextAsciiOnly"),
    ("text-encoder", "reads_any_unicode", "TextLatinOnly"),
    ("text-encoder", "refuses_blank_texts", "TextTakesBlanks"),
    ("text-encoder", "preparing_changes_nothing", "TextPreparesOthers"),
    ("text-encoder", "repeats_its_answers", "TextDropsInEvaluation"),
    ("text-encoder", "repeats_under_one_seed", "TextOwnSeed"),
    ("text-encoder", "has_a_stable_fingerprint", "TextMoodyFingerprint"),
    ("text-encoder", "keeps_its_fingerprint_when_defaults_are_spelt_out", "text_spelt_default"),
    ("text-encoder", "changes_its_fingerprint_with_its_results", "TextForgetsAnOption"),
    ("text-encoder", "trains_what_it_says", "TextUnusedParameter"),
    ("text-encoder", "weights_survive_saving", "TextLosesWeights"),
    ("text-encoder", "prepares_alike_in_threads", "TextSharedBuffer"),
    ("text-encoder", "prepares_alike_after_a_fork", "TextDiesInForks"),
    ("text-encoder", "agrees_with_another_process", "TextHashes"),
    ("visual-backbone", "features_have_shape_and_type", "PixelsWrongWidth"),
    ("visual-backbone", "features_have_shape_and_type", "PixelsAnySize"),
    ("visual-backbone", "meta_tells_its_dimension", "Pixels", WRONG_WIDTH),
    ("visual-backbone", "features_do_not_depend_on_the_batch", "PixelsOfTheBatch"),
    ("visual-backbone", "tells_pictures_apart", "PixelsConstant"),
    ("visual-backbone", "trains_what_it_says", "PixelsSaysItTrains"),
    ("visual-backbone", "keeps_the_frames_of_a_clip", "ClipsWithoutFrames"),
    ("visual-backbone", "refuses_broken_clips", "ClipsThatCrash"),
    ("visual-backbone", "refuses_unknown_items", "StoredInventsItems"),
    ("visual-backbone", "keeps_the_order_of_items", "StoredSorts"),
    ("loss", "reads_the_views_it_declares", "LossReadsMore"),
    ("loss", "reads_the_views_it_declares", "LossOfFixedViews", Meta(views=("visual", "cross"))),
    ("loss", "gives_one_finite_number", "LossPerSample"),
    ("loss", "gives_gradients", "LossWithoutGradient"),
    ("loss", "is_finite_where_views_coincide", "LossRoot"),
    ("loss", "is_finite_on_one_sample", "LossVariance"),
    ("loss", "repeats_its_value", "LossRandom"),
    ("loss", "does_not_depend_on_the_order_of_samples", "LossOfNeighbours"),
    ("loss", "does_not_depend_on_padding", "LossReadsPadding"),
    ("loss", "leaves_the_step_alone", "LossChangesTheStep"),
    ("loss", "is_a_module_if_it_has_parameters", "LossLooseParameter"),
    ("loss", "parameters_survive_saving", "LossForgetsParameters"),
    ("loss", "auxiliary_step_is_detached", "OpponentAttached"),
    ("loss", "opponent_continues_after_saving", "OpponentForgetsSteps"),
    ("translator", "answers_every_text", "TranslatorDropsRepeats"),
    ("translator", "answers_are_consistent", "TranslatorSilentFailure"),
    ("translator", "keeps_the_order_of_texts", "TranslatorSorts"),
    ("translator", "translates_any_unicode", "TranslatorAsciiOnly"),
    ("translator", "refuses_blank_texts", "TranslatorTakesBlanks"),
    ("translator", "routes_lead_where_they_should", "TranslatorWrongRoute"),
    ("translator", "hops_are_its_own", "EngineOtherName"),
    ("translator", "works_after_closing", "EngineClosedForGood"),
    ("dataset", "protocols_are_whole", "DataWithoutGalleries"),
    ("dataset", "ids_are_unique", "DataRepeatsIds"),
    ("dataset", "captions_are_well_formed", "DataBlankCaption"),
    ("dataset", "captions_find_their_items", "DataLostCaption"),
    ("dataset", "unknown_names_are_usage_errors", "DataKeyError"),
    ("dataset", "pictures_are_rgb", "DataGrey"),
    ("dataset", "describes_itself", "DataUncounted"),
    ("dataset", "describes_itself", "TinyData", Meta(languages=("en",))),
    ("dataset", "verifies_without_problems", "DataWithProblem"),
    ("dataset", "repeats_its_answers", "DataShuffles"),
    ("baseline", "vectors_have_shape_and_type", "BaselineDouble"),
    ("baseline", "captions_do_not_depend_on_one_another", "BaselineCentred"),
    ("baseline", "embeds_any_unicode", "BaselineLettersOnly"),
    ("renderer", "renders_every_cell", "RendererAscii"),
    ("renderer", "ends_in_a_newline", "RendererNoNewline"),
    ("renderer", "renders_special_characters", "RendererNeedsRows"),
    ("renderer", "renders_alike_twice", "RendererCounts"),
    ("executor", "finishes_every_job", "ExecutorGivesUp"),
    ("executor", "passes_progress_on", "ExecutorSwallowsProgress"),
    ("executor", "tells_why_a_job_failed", "ExecutorFailsSilently"),
    ("executor", "reports_in_the_calling_process", "ExecutorReportsElsewhere"),
    ("executor", "runs_no_jobs", "ExecutorNeedsJobs"),
    ("executor", "stops_when_interrupted", "ExecutorIgnoresInterrupts"),
    ("executor", "stops_when_interrupted", "ExecutorLeavesWorkers"),
]
# Tried on a distribution of its own, in test_heavy_plugin.py.
ELSEWHERE = {"registers_without_heavy_imports"}


def subject_of(kind, name, folder, meta=Meta()):  # noqa: B008
    module = f"{broken.__name__}.{kind.replace('-', '_')}"
    component = Component(kind, "broken", f"{module}:{name}", meta, "wrong", "crossret-wrong")
    known = Registry()
    known.add(component)
    return Subject(component, Example(), known, folder)


def check_of(kind, name):
    (check,) = (check for check in checks_of(kind) if check.__name__ == name)
    return check


@pytest.mark.parametrize(("kind", "check", "name", "meta"), [(*case, Meta())[:4] for case in BROKEN])
def test_a_check_catches_what_is_broken(kind, check, name, meta, tmp_path):
    outcome = run_check(check_of(kind, check), subject_of(kind, name, tmp_path, meta))
    assert outcome.verdict == "fail", outcome
    assert str(outcome).startswith(f"{kind} 'broken' of plugin 'wrong' (crossret-wrong): {check}: expected ")
    assert "; found " in outcome.reason


@pytest.mark.parametrize("name", SOUND)
def test_sound_components_pass_every_check(name, tmp_path):
    kind = SOUND[name]
    subject = subject_of(kind, name, tmp_path)
    checks = [check for check in checks_of(kind) if check.__name__ not in ELSEWHERE]
    failed = [str(outcome) for check in checks if (outcome := run_check(check, subject)).verdict == "fail"]
    assert not failed


def test_every_check_has_something_broken_to_catch():
    caught = {case[1] for case in BROKEN} | ELSEWHERE
    known = {check.__name__ for kind in KINDS for check in checks_of(kind)}
    assert caught == known


@pytest.mark.parametrize("kind", KINDS)
def test_every_check_says_what_it_demands_in_one_line(kind):
    for check in checks_of(kind):
        assert len(summary_of(check)) > 20
        assert (check.__doc__ or "").count("\n") == 0
