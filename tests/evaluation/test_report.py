"""The report and metrics.json, from measurements of small sets."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from brightness import TAXONOMY, BrightnessRuntime, CornerRuntime, brightness_spec
from made_up_steel import make_collection

from models.bundle import write_bundle
from models.data.collection import Collection
from models.evaluation.measurement import Measurement, looked_at, measure
from models.evaluation.pictures import heated, overlay, packed, small_overlay
from models.evaluation.report import report_html
from models.evaluation.saliency import SaliencyFinder, occlusion
from models.labels.masks import empty_stack
from models.predictor import Predictor


def _predictor(folder: Path, runtime, **changes) -> Predictor:
    spec = brightness_spec(**changes)
    return Predictor(write_bundle(folder / "bundle", spec, {"w": np.zeros(1, np.float32)}, "card"), runtime)


class _BrightnessFinder(SaliencyFinder):
    """The brightness bundle's weights belong to no network, so there is no activation to look at."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self._place_maps = None


@pytest.fixture
def cascade(tmp_path, monkeypatch) -> Predictor:
    monkeypatch.setattr("models.evaluation.measurement.SaliencyFinder", _BrightnessFinder)
    return _predictor(tmp_path, BrightnessRuntime())


@pytest.fixture
def classifier(tmp_path) -> Predictor:
    return _predictor(tmp_path, CornerRuntime(), task="classify", pixel_thresholds={}, min_area_px={})


def _labelled(corners: list[tuple[float, float]], labels: tuple[tuple[int, ...], ...]) -> Collection:
    images = []
    for bright, dark in corners:
        image = np.full((64, 64), 100, np.uint8)
        image[0, :2] = round(bright * 255), round(dark * 255)
        images.append(image)
    names = tuple(f"{row}.png" for row in range(len(images)))
    return Collection(TAXONOMY, names, tuple(images), tuple(empty_stack(64, 64, 2) for _ in images), labels=labels)


class _Headings(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "h2"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found.append(data)
            self._inside = False


def _sound(measurement: Measurement) -> str:
    page = report_html(measurement)
    json.dumps(measurement.to_json(), allow_nan=False)
    assert all(source.startswith("data:image/") for source in re.findall(r'src="([^"]+)"', page))
    words = re.sub(r'src="[^"]+"', "", page)
    assert not re.search(r"\bnan\b", words, re.IGNORECASE)
    # Nothing is fetched: every picture is within the page, and no address stands in it at all.
    assert "http" not in words
    return words


def test_the_report_of_a_cascade_has_every_part(cascade):
    steel = make_collection(16)
    # Wrong labels make errors to show: every stack is that of the next frame.
    wrong = Collection(TAXONOMY, ("<b>&.png", *steel.names[1:]), steel.images, (*steel.stacks[1:], steel.stacks[0]))
    page = _sound(measure(cascade, wrong))
    assert _Headings(page).found == [
        "Figures", "By class: presence in frames", "By class: pixels", "Confusion", "Presence at every threshold",
        "Other gates", "Other pixel thresholds", "Calibration", "Time per frame", "Worst frames",
        "What the classifier looks at", "How it was measured",
    ]  # fmt: skip
    assert "<b>&.png" not in page
    assert "&lt;b&gt;&amp;.png" in page
    assert "0.856 on the Severstal competition" in page


def test_the_report_of_a_classifier_names_what_was_taken_for_what(classifier):
    collection = _labelled([(0.8, 0.1), (0.1, 0.9), (0.1, 0.9), (0.1, 0.1)], ((1,), (1,), (2,), ()))
    measurement = measure(classifier, collection)
    page = _sound(measurement)
    headings = _Headings(page).found
    assert "By class: pixels" not in headings
    assert "Other pixel thresholds" not in headings
    assert re.search(r"Bright</td>.*?Dark</td><td>1</td><td>50.0%</td>", page)
    assert "1.png, truth: Bright; said: Dark 0.90" in page
    assert measurement.to_json()["pixel_sweep"] is None


def test_a_set_without_a_mistake_says_so(classifier):
    page = _sound(measure(classifier, _labelled([(0.8, 0.1), (0.1, 0.9)], ((1,), (2,)))))
    assert "Every frame was told right." in page
    assert "none was taken for another" in page


def test_one_clean_frame_alone_makes_a_report(cascade):
    steel = make_collection(1)
    measurement = measure(cascade, steel)
    _sound(measurement)
    metrics = measurement.to_json()
    assert metrics["curves"]["bright"]["roc"] is None
    assert metrics["classes"]["bright"]["recall"] is None
    assert metrics["intervals"]["mean_dice"] is None


def test_the_frames_looked_at_are_the_surest_mistakes_and_a_hit_a_class(classifier):
    collection = _labelled([(0.8, 0.1), (0.1, 0.9), (0.3, 0.6), (0.1, 0.9)], ((1,), (1,), (1,), (2,)))
    records = measure(classifier, collection, looks=False).evaluation.records
    assert looked_at(records) == [(1, 2, False), (2, 2, False), (0, 1, True), (3, 2, True)]


def test_occlusion_is_hot_where_the_answer_lies(classifier):
    """The answer lies in the pixel (0, 0) alone."""
    image = _labelled([(0.9, 0.1)], ((1,),)).images[0]
    heat = occlusion(classifier, image, 1)
    assert heat.shape == (64, 64)
    assert np.unravel_index(heat.argmax(), heat.shape) == (0, 0)
    assert heat[32:, 32:].max() == 0
    # What is said of dark does not change when its pixel is greyed out: 0.4 is about the grey itself.
    flat = np.full((64, 64), 100, np.uint8)
    assert occlusion(classifier, flat, 2).max() == 0


def test_a_cascade_is_looked_into_by_its_own_place_logits(tmp_path):
    torch = pytest.importorskip("torch")
    from models.networks.registry import build_network
    from models.runtimes.torch_runtime import TorchRuntime

    torch.manual_seed(1)
    options = {"encoder": "tu-mobilenetv3_small_050", "decoder_channels": [8, 8, 8, 8, 8], "class_head_channels": 8}
    network = build_network("cascade", options, class_count=2, channels=1, exclusive=True)
    weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    bundle = write_bundle(tmp_path / "cascade", brightness_spec(network_options=options), weights, "card")
    predictor = Predictor(bundle, TorchRuntime(bundle))
    image = make_collection(1, size=96).images[0][:70]
    found = SaliencyFinder(predictor).find(image, 2)
    assert found.way == "activation"
    assert found.heat.shape == image.shape
    # The hottest place is what speaks for the frame, as far as enlarging leaves it its height.
    assert float(found.heat.max()) <= predictor.predict(image).probabilities[2] + 1e-5
    predictor.close()


def test_overlays_colour_only_the_classes():
    image = np.full((4, 4), 100, np.uint8)
    stack = empty_stack(4, 4, 2)
    stack[0, 0] = 1
    painted = overlay(image, stack, TAXONOMY)
    assert painted[0, 0].tolist() == [round((100 + part) / 2) for part in TAXONOMY.by_id(1).rgb]
    assert painted[1, 1].tolist() == [100, 100, 100]


def test_a_scratch_of_one_pixel_is_seen_in_a_shrunk_frame():
    image = np.full((64, 1600), 100, np.uint8)
    stack = empty_stack(64, 1600, 2)
    stack[33] = 1
    small = small_overlay(image, stack, TAXONOMY, 400)
    assert small.shape == (16, 400, 3)
    assert small[8, 200].tolist() == [round((100 + part) / 2) for part in TAXONOMY.by_id(1).rgb]
    assert small[7, 200].tolist() == [100, 100, 100]


def test_heat_leaves_cold_places_as_they_are():
    heat = np.zeros((4, 4), np.float32)
    heat[0, 0] = 1
    shown = heated(np.full((4, 4), 100, np.uint8), heat)
    assert shown[2, 2].tolist() == [100, 100, 100]
    assert shown[0, 0, 0] > 150 > shown[0, 0, 2]


def test_a_packed_picture_can_be_unpacked():
    import base64

    source = packed(np.full((50, 400), 90, np.uint8), 200)
    content = base64.b64decode(source.removeprefix("data:image/jpeg;base64,"))
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (25, 200, 3)
    assert abs(int(picture.mean()) - 90) <= 1
