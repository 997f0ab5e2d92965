"""The head learns to distinguish entries and kinds of message, and is unchanged by saving and loading."""

from __future__ import annotations

import json
from functools import lru_cache

import numpy as np
import pytest

from assistant.nlu.components.classifier import EntryClassifier
from assistant.nlu.encoder.vectors import encode, encode_passages
from assistant.nlu.ranking import candidate_model, gram, ridge
from assistant.nlu.ranking import head as head_module
from assistant.nlu.ranking.answers import AnswerPrior
from assistant.nlu.ranking.candidate_model import CANDIDATES
from assistant.nlu.ranking.head import LEAST, Answers, Head
from assistant.nlu.ranking.kind_model import KindModel
from assistant.nlu.ranking.spelling import Spelling
from assistant.nlu.ranking.words import KnownWords
from tests.unit.nlu.conftest import EXAMPLES

CONFIG = EntryClassifier.get_default_config()


# What some entries say; the real texts need not be encoded for these tests.
ANSWERS = {
    "ask_history/office_opened": "Das Büro der IOM in Berlin wurde eröffnet, als die IOM nach Deutschland kam.",
    "ask_programmes/fap_overview": "Das Familienhilfeprogramm unterstützt Familien beim Visum für den Nachzug.",
    "ask_data/gdi_overview": "The Global Data Institute collects and analyses data on migration.",
    "referral/asylum": "Beim Asylantrag hilft die Asylverfahrensberatung.",
}


@lru_cache
def answers_of(*classes):
    """What these classes say, with vectors."""
    texts = [ANSWERS[name] for name in classes]
    return Answers(classes, texts, encode_passages(texts)) if texts else Answers()


def fitted(intents=tuple(EXAMPLES), counts=None, answers=tuple(ANSWERS), **config):
    """A head trained on the examples of these intents, and on what these answers say."""
    pairs = [(t.lower(), i) for i in intents for t in EXAMPLES[i][: (counts or {}).get(i)]]
    texts, labels = [text for text, _ in pairs], [label for _, label in pairs]
    return Head.fit(texts, vectors(texts), labels, {**CONFIG, **config}, answers_of(*answers))


def vectors(texts):
    """The vectors of texts, one a row."""
    return np.stack([encode(text) for text in texts])


def scores(head, *texts):
    """How well each class fits each text."""
    return np.concatenate([each.scores for each in head.scored(texts, vectors(texts))])


def scored(head, text):
    """The head's scores of one text and its other evidence."""
    return head.scored([text], vectors([text]))[0]


def rank(head, text, **options):
    """The head's ranking of one text."""
    return head.ranking(text, scored(head, text), **options)


def best(head, text):
    """The most probable class of one text."""
    return rank(head, text).entries[0][0]


def random_texts(count):
    """Vectors and spellings of this many meaningless texts."""
    texts = [f"wort{i} satz{i * 7 % 5} frage{i % 3}" for i in range(count)]
    random = np.random.default_rng(3).normal(size=(count, 384)).astype(np.float32)
    unit = random / np.linalg.norm(random, axis=1, keepdims=True)
    return unit, Spelling.fit(texts, [2, 3], None).matrix(texts)


@pytest.fixture(scope="module")
def head():
    """A head for all intents."""
    return fitted()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in welchem jahr hat das büro eröffnet?", "ask_history/office_opened"),
        ("when was the office opened?", "ask_history/office_opened"),
        ("wie viele menschen hat fap erreicht?", "ask_figures/fap_reached"),
        ("who supports asylum claims?", "referral/asylum"),
        ("guten morgen", "smalltalk/greeting"),
        ("wan wurde das buero eroefnet", "ask_history/office_opened"),
    ],
)
def test_unseen_wording_is_ranked_first_in_its_class(head, text, expected):
    assert best(head, text) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("in welchem jahr hat das büro eröffnet?", "fact"),
        ("when was the office opened?", "fact"),
        ("who supports asylum claims?", "referral"),
        ("guten morgen", "smalltalk"),
        ("how much does it cost?", "out_of_scope"),
    ],
)
def test_kind_of_unseen_wording_is_the_most_probable(head, text, kind):
    kinds = rank(head, text).kinds
    assert max(kinds, key=kinds.get) == kind


def test_a_class_fits_its_own_examples_and_not_the_others(head):
    fits = dict(zip(head.classes, scores(head, "hallo")[0]))
    assert fits.pop("smalltalk/greeting") > 0.6
    assert max(fits.values()) < 0.3


def test_ranking_is_of_probabilities_best_first(head):
    confidences = [confidence for _, confidence in rank(head, "wann wurde das büro eröffnet?").entries]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)


def test_ranking_names_the_best_of_each_kind_however_faint(monkeypatch):
    monkeypatch.setattr(candidate_model, "CANDIDATES", 2)
    blunt = fitted(sharpness=1.0)
    assert blunt.probabilities(scored(blunt, "wann wurde das büro eröffnet?")).min() > LEAST
    ranking = rank(blunt, "wann wurde das büro eröffnet?")
    found = dict(ranking.entries)
    assert {"ask_history/office_opened", "smalltalk/greeting", "referral/asylum"} < found.keys()
    assert len(found) < len(EXAMPLES)
    assert all(found[id_] <= LEAST for id_ in ("smalltalk/greeting", "referral/asylum"))
    assert len(ranking.kinds) <= len(found) <= len(ranking.kinds) + 1


def test_as_many_are_ranked_as_are_judged(head):
    assert len(EXAMPLES) == CANDIDATES == len(rank(head, "wer leitet die iom?").entries)


def test_shares_of_all_classes_make_one(head):
    shares = head.probabilities(scored(head, "wer leitet die iom?"))
    assert shares.sum() == pytest.approx(1, abs=0.001)
    assert shares.shape == (len(EXAMPLES),)


def test_what_is_added_to_the_scores_changes_the_ranking(head):
    text, asylum = "wann wurde das büro eröffnet?", head.classes.index("referral/asylum")
    boosts = np.zeros(len(head.classes), dtype=np.float32)
    assert rank(head, text, boosts=boosts) == rank(head, text)
    boosts[asylum] = 2.0
    assert rank(head, text, boosts=boosts).entries[0][0] == "referral/asylum"
    assert rank(head, text, boosts=boosts).kinds["referral"] > rank(head, text).kinds["referral"]


FAMILY, FAR_FROM_IT = "ask_programmes/fap_overview", "who helps me to bring my wife to germany with a visa?"


@pytest.mark.parametrize(("share", "found"), [(CONFIG["answer_share"], True), (0.0, False)])
def test_an_entry_with_hardly_an_example_is_found_by_its_answer_unless_answers_have_no_share(share, found):
    head = fitted(counts={FAMILY: 1}, answer_share=share)
    others = scores(fitted(counts={FAMILY: 1}, answers=(), answer_share=share), FAR_FROM_IT)[0]
    number = head.classes.index(FAMILY)
    assert (scores(head, FAR_FROM_IT)[0][number] > others[number] + 0.1) == found
    if found:
        assert best(head, FAR_FROM_IT) == FAMILY
    else:
        assert scores(head, FAR_FROM_IT)[0] == pytest.approx(others, abs=1e-4)


def test_answers_of_unknown_classes_do_no_harm():
    intents = ("ask_history/office_opened", "smalltalk/greeting")
    some, all_ = fitted(intents, answers=intents[:1]), fitted(intents)
    assert scores(some, "when?") == pytest.approx(scores(all_, "when?"), abs=1e-6)


def test_evidence_says_how_like_the_answers_a_text_is_and_what_words_are_known(head):
    found = scored(head, "familienhilfeprogramm xylophon")
    number = head.classes.index(FAMILY)
    assert found.likeness[0].argmax() == number
    assert found.known[0][number] == found.known[0].max() > 0
    assert 0 < found.unknown[0] < 1
    assert [each.shape for each in (found.scores, found.likeness, found.known)] == [(1, len(EXAMPLES))] * 3


def test_probabilities_of_the_kinds_make_one(head):
    kinds = rank(head, "wer leitet die iom?").kinds
    assert sum(kinds.values()) == pytest.approx(1, abs=0.001)
    assert sorted(kinds) == ["fact", "follow_up", "out_of_scope", "referral", "smalltalk"]


def test_texts_are_scored_each_for_itself(head):
    texts = ("hallo", "was macht das gdi?")
    together = scores(head, *texts)
    assert together == pytest.approx(np.concatenate([scores(head, text) for text in texts]), abs=1e-5)


@pytest.mark.parametrize("text", ["", "😀", "ъъъ", pytest.param("a" * 1000, id="long")])
def test_text_without_known_spelling_is_ranked_too(head, text):
    ranking = rank(head, text)
    assert np.isfinite([*dict(ranking.entries).values(), *ranking.kinds.values()]).all()


def test_training_twice_gives_the_same(head):
    text = "wie viele wurden unterstützt?"
    again = fitted()
    assert np.array_equal(scores(again, text), scores(head, text))
    assert rank(again, text) == rank(head, text)


@pytest.mark.parametrize("spelling", [0.0, 1.0])
def test_share_of_spelling_changes_the_scores(head, spelling):
    text = "wan wurde das buero eroefnet"
    assert scores(fitted(spelling=spelling), text) != pytest.approx(scores(head, text), abs=0.01)


def test_by_spelling_alone_meaning_does_not_count():
    by_spelling, by_meaning = (scores(fitted(spelling=share, answers=()), "ъъъ")[0] for share in (1.0, 0.0))
    assert by_spelling == pytest.approx(0, abs=1e-6)
    assert np.abs(by_meaning).max() > 0.01


def test_evenness_lets_a_small_class_count_more():
    small = "ask_programmes/fap_overview"
    heads = [fitted(counts={small: 2}, evenness=evenness) for evenness in (0.0, 1.0)]
    fits = [scores(head, "erklär mir das programm")[0][head.classes.index(small)] for head in heads]
    assert fits[0] < fits[1]


def test_sharpness_makes_the_best_surer(head):
    sharper, text = fitted(sharpness=30.0), "wie viele menschen?"
    assert rank(sharper, text).entries[0][1] > rank(head, text).entries[0][1]


def test_saved_head_ranks_the_same(head, tmp_path):
    head.save(tmp_path)
    text = "when was the office opened?"
    kept, read = rank(head, text), rank(Head.load(tmp_path), text)
    assert {id_ for id_, _ in kept.entries} == {id_ for id_, _ in read.entries}
    assert [id_ for id_, _ in kept.entries[:3]] == [id_ for id_, _ in read.entries[:3]]
    assert dict(read.entries) == pytest.approx(dict(kept.entries), abs=0.005)
    assert read.kinds == pytest.approx(kept.kinds, abs=0.005)


def test_saved_head_scores_the_same(head, tmp_path):
    head.save(tmp_path)
    texts = ("when was the office opened?", "erklär mir das programm", "asyl", "und wie viele familien?")
    loaded = Head.load(tmp_path)
    assert scores(loaded, *texts) == pytest.approx(scores(head, *texts), abs=0.002)
    for text in texts:
        kept, read = scored(head, text), scored(loaded, text)
        for name in ("likeness", "known", "unknown"):
            assert getattr(read, name) == pytest.approx(getattr(kept, name), abs=1e-5), name


def test_head_saved_twice_says_exactly_the_same(head, tmp_path):
    texts = ("when was the office opened?", "und wie viele?")
    for name, saved in (("a", head), ("b", fitted())):
        (tmp_path / name).mkdir()
        saved.save(tmp_path / name)
    first, second = (Head.load(tmp_path / name) for name in ("a", "b"))
    assert [rank(first, text) for text in texts] == [rank(second, text) for text in texts]


def test_saved_head_is_plain_data(head, tmp_path):
    head.save(tmp_path)
    kept = ["head.json", "head.npz", "meaning.onnx", "spelling.npy"]
    assert sorted(path.name for path in tmp_path.iterdir()) == kept
    with np.load(tmp_path / "head.npz", allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)
    assert json.loads((tmp_path / "head.json").read_text("utf-8"))["classes"] == sorted(EXAMPLES)


def test_folder_without_a_head_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Head.load(tmp_path)


def test_two_classes_are_told_apart():
    head = fitted(("ask_history/office_opened", "smalltalk/greeting"))
    assert best(head, "when did the office open?") == "ask_history/office_opened"
    assert best(head, "hello") == "smalltalk/greeting"


def whole(panels):
    """The symmetric matrix of a lower half given in blocks of rows."""
    rows = [np.pad(panel, ((0, 0), (0, panels[-1].shape[1] - panel.shape[1]))) for panel in panels]
    lower = np.concatenate(rows)
    return np.tril(lower) + np.tril(lower, -1).T


def likeness(unit, ngrams, config=CONFIG):
    """The similarity of texts, computed directly from the formula."""
    meaning = np.exp(2 * config["narrowness"] * (unit @ unit.T - 1))
    return (1 - config["spelling"]) * meaning + config["spelling"] * (ngrams @ ngrams.T).toarray()


@pytest.mark.parametrize("share", [0, 0.35, 1])
@pytest.mark.parametrize("frequent", [0, 5, 10**6])
@pytest.mark.parametrize("block", [1, 3, 10])
def test_likeness_is_of_meaning_and_spelling(monkeypatch, block, frequent, share):
    monkeypatch.setattr(ridge, "BLOCK", block)
    monkeypatch.setattr(gram, "FREQUENT", frequent)
    unit, ngrams = random_texts(10)
    config = {**CONFIG, "spelling": share}
    assert whole(gram.panels(unit, ngrams, config)) == pytest.approx(likeness(unit, ngrams, config), abs=1e-5)


def test_every_text_is_wholly_like_itself():
    assert np.diag(whole(gram.panels(*random_texts(6), CONFIG))) == pytest.approx(1, abs=1e-5)


def examples():
    """All examples: texts, vectors, labels."""
    pairs = [(text.lower(), intent) for intent, texts in EXAMPLES.items() for text in texts]
    texts, labels = [text for text, _ in pairs], [intent for _, intent in pairs]
    return texts, vectors(texts), labels


def features(texts, given, config=CONFIG):
    """Centred vectors and n-grams of examples, as the head computes them."""
    ngrams = Spelling.fit(texts, config["ngrams"], config["most_ngrams"]).matrix(texts)
    return head_module._centred(given, given.mean(axis=0)), ngrams


def prior(head, given, known, config):
    """What the answers alone say of texts."""
    pairs = list(zip(known, answers_of(*known).vectors))
    made = AnswerPrior.fit(pairs, head.classes, config["answer_sharpness"], config["answer_share"])
    return made.scores(made.likeness(head_module._centred(given, given.mean(axis=0))))


@pytest.mark.parametrize("known", [(), tuple(ANSWERS)], ids=["no answers", "answers"])
def test_scores_are_those_of_the_regression_written_out(known):
    texts, given, labels = examples()
    config = {**CONFIG, "evenness": 0.0}
    head = Head.fit(texts, given, labels, config, answers_of(*known))
    gram = likeness(*features(texts, given), config).astype(np.float64)
    targets = np.array([[label == name for name in head.classes] for label in labels]) - 1 / len(head.classes)
    start = prior(head, given, known, config)
    expected = start + gram @ np.linalg.solve(gram + config["ridge"] * np.eye(len(labels)), targets - start)
    # Vectors are compared in 8 bits; what the n-grams contribute is kept in 16.
    assert scores(head, *texts) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("known", [(), tuple(ANSWERS)], ids=["no answers", "answers"])
@pytest.mark.parametrize("last", [None, 40])
def test_kinds_are_trained_on_what_is_said_of_an_example_left_out(monkeypatch, last, known):
    seen, fit = {}, KindModel.fit

    def spied(classes, scores, texts, labels, sharpness):
        seen.update({"scores": scores, "texts": texts, "labels": labels})
        return fit(classes, scores, texts, labels, sharpness)

    monkeypatch.setattr(KindModel, "fit", spied)
    config = {**CONFIG, "evenness": 0.0}
    texts, given, labels = examples()
    monkeypatch.setattr(head_module, "CALIBRATED", last or len(texts))
    head = Head.fit(texts, given, labels, config, answers_of(*known))
    targets = np.array([[label == name for name in head.classes] for label in labels]) - 1 / len(head.classes)
    start = prior(head, given, known, config)
    gram = likeness(*features(texts, given), config).astype(np.float64)
    assert len(seen["texts"]) == (last or len(texts))
    for row in (0, len(seen["texts"]) // 2, len(seen["texts"]) - 1):
        left = texts.index(seen["texts"][row])
        assert seen["labels"][row] == labels[left]
        others = [i for i in range(len(labels)) if i != left]
        ridge = config["ridge"] * np.eye(len(others))
        weights = np.linalg.solve(gram[np.ix_(others, others)] + ridge, (targets - start)[others])
        assert seen["scores"][row] == pytest.approx(start[left] + gram[left, others] @ weights, abs=1e-3)


def test_examples_know_their_words_as_if_they_had_been_left_out(monkeypatch):
    seen, support = [], KnownWords.support

    def spied(self, asked, own=None):
        seen.append((asked, own))
        return support(self, asked, own)

    monkeypatch.setattr(KnownWords, "support", spied)
    texts, given, labels = examples()
    head = Head.fit(texts, given, labels, CONFIG)
    ((asked, own),) = seen
    assert [head.classes[number] for number in own] == [labels[texts.index(text)] for text in asked]
    scored(head, "hallo")
    assert seen[1] == (["hallo"], None)


def test_large_classes_count_less_by_evenness():
    labels = ["a"] * 3 + ["b"]
    assert head_module._sample_weights(labels, 0.0).tolist() == [1.0, 1.0, 1.0, 1.0]
    assert head_module._sample_weights(labels, 1.0) == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])
