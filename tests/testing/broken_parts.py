"""Components that are sound but for one thing each; the kit must find it."""

from __future__ import annotations

import functools
import hashlib
import itertools
import os
import threading
import time
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from crossret.contracts.data import Caption, Description, Problem, ProtocolInfo, Split
from crossret.contracts.execution import Event
from crossret.contracts.text import TokenStates
from crossret.contracts.translation import Hop, Route, Translation
from crossret.errors import DataError
from crossret.testing.tiny_data import TinyData

# --- text encoders


class Text(nn.Module):
    """Embeds the bytes of a text; sound."""

    dimension = 8

    def __init__(self, buckets: int = 256) -> None:
        super().__init__()
        self.buckets = buckets
        self.table = nn.Embedding(buckets, self.dimension)

    def fingerprint(self):
        return f"text {self.buckets}"

    def ids(self, text):
        return [b % self.buckets for b in text.encode()[:64]]

    def tokenize(self, texts):
        for text in texts:
            if not text.strip():
                raise DataError("blank")
        rows = [torch.tensor(self.ids(text)) for text in texts]
        lengths = torch.tensor([len(row) for row in rows])
        ids = nn.utils.rnn.pad_sequence(rows, batch_first=True)
        return {"ids": ids, "mask": torch.arange(ids.shape[1]) < lengths.unsqueeze(1)}

    def forward(self, tokens):
        return TokenStates(self.table(tokens["ids"]), tokens["mask"])


class TextAnyOption(Text):
    def __init__(self, **options):
        super().__init__()


class TextNotBuilt(Text):
    def __init__(self):
        raise RuntimeError("no weights")


class TextDouble(Text):
    def forward(self, tokens):
        out = super().forward(tokens)
        return TokenStates(out.states.double(), out.mask)


class TextNotTensors(Text):
    def tokenize(self, texts):
        return {**super().tokenize(texts), "texts": list(texts)}


class TextReadsPadding(Text):
    def forward(self, tokens):
        out = super().forward(tokens)
        return TokenStates(out.states + out.states.mean(1, keepdim=True), out.mask)


class TextReadsTheBatch(Text):
    def forward(self, tokens):
        out = super().forward(tokens)
        return TokenStates(out.states - out.states.mean((0, 1)), out.mask)


class TextAsciiOnly(Text):
    def ids(self, text):
        return list(text.encode("ascii", "ignore")[:64]) or [0]


class TextLatinOnly(Text):
    def ids(self, text):
        return list(text.encode("utf-8" if len(text) < 20 else "latin-1")[:64])


class TextTakesBlanks(Text):
    def tokenize(self, texts):
        return super().tokenize([text if text.strip() else "?" for text in texts])


class TextPreparesOthers(Text):
    kept = 0.0

    def prepare(self, texts, cache):
        self.kept = 1.0

    def forward(self, tokens):
        out = super().forward(tokens)
        return TokenStates(out.states + self.kept, out.mask)


class TextDropsInEvaluation(Text):
    def forward(self, tokens):
        out = super().forward(tokens)
        return TokenStates(nn.functional.dropout(out.states, 0.5, training=True), out.mask)


class TextOwnSeed(Text):
    def __init__(self):
        super().__init__()
        nn.init.normal_(self.table.weight, generator=torch.Generator().manual_seed(time.monotonic_ns() % 2**31))


class TextMoodyFingerprint(Text):
    def fingerprint(self):
        return f"text {id(self)} {time.monotonic_ns()}"


class TextForgetsAnOption(Text):
    def fingerprint(self):
        return "text"


class TextOfGiven(Text):
    given = ()

    def fingerprint(self):
        return f"text {self.given}"


def plain_text(buckets: int = 256) -> Text:
    return Text(buckets)


@functools.wraps(plain_text)
def text_spelt_default(**given):
    """Its fingerprint tells which options were given, not what they are."""
    built = TextOfGiven(**given)
    built.given = sorted(given)
    return built


class TextUnusedParameter(Text):
    def __init__(self):
        super().__init__()
        self.unused = nn.Linear(2, 2)


class TextLosesWeights(Text):
    def __init__(self):
        super().__init__()
        self.secret = [torch.randn(self.dimension)]

    def forward(self, tokens):
        out = super().forward(tokens)
        return TokenStates(out.states + self.secret[0], out.mask)


class TextSharedBuffer(Text):
    """Threads write over each other's tokens."""

    buffer = None

    def ids(self, text):
        self.buffer = super().ids(text)
        time.sleep(0.001)
        return self.buffer


class TextDiesInForks(Text):
    def __init__(self):
        super().__init__()
        self.born = os.getpid()

    def ids(self, text):
        if os.getpid() != self.born:
            raise RuntimeError("the tokenizer's thread is gone")
        return super().ids(text)


class TextHashes(Text):
    def ids(self, text):
        return [hash(word) % self.buckets for word in text.split()]


# --- visual backbones


class Pixels:
    """Mean colours of a grid; sound, does not train."""

    dimension = 48
    trains = False

    def __init__(self, size: int = 8):
        self.size = size

    def fingerprint(self):
        return f"pixels {self.size}"

    def preprocess(self, image):
        return np.asarray(image.resize((self.size, self.size))).transpose(2, 0, 1).copy()

    def __call__(self, pixels):
        return nn.functional.adaptive_avg_pool2d(pixels.float(), 4).flatten(1)


class PixelsWrongWidth(Pixels):
    dimension = 47


class PixelsOfTheBatch(Pixels):
    def __call__(self, pixels):
        features = super().__call__(pixels)
        return features - features.mean(0)


class PixelsConstant(Pixels):
    def __call__(self, pixels):
        return torch.ones(len(pixels), self.dimension)


class PixelsAnySize(Pixels):
    def preprocess(self, image):
        return np.asarray(image).transpose(2, 0, 1)


class PixelsSaysItTrains(Pixels):
    trains = True


def _frames(path):
    from PIL import Image, ImageSequence

    try:
        with Image.open(path) as clip:
            return [frame.convert("RGB") for frame in ImageSequence.Iterator(clip)]
    except OSError as error:
        raise DataError(f"{path}: no clip") from error


class Clips:
    """Mean colours of every frame; sound."""

    dimension = 48
    trains = False

    def fingerprint(self):
        return "clips"

    def preprocess_clip(self, clip):
        return np.stack([Pixels().preprocess(frame) for frame in _frames(clip)])

    def __call__(self, pixels):
        return Pixels()(pixels)


class ClipsWithoutFrames(Clips):
    def preprocess_clip(self, clip):
        return super().preprocess_clip(clip)[:0]


class ClipsThatCrash(Clips):
    def preprocess_clip(self, clip):
        try:
            return super().preprocess_clip(clip)
        except DataError as error:
            raise OSError("cannot identify file") from error


class Stored:
    """A vector per item from a hash of its id; sound."""

    dimension = 4

    def fingerprint(self):
        return "stored"

    def features(self, items):
        if any(item.id.startswith("no-such") for item in items):
            raise DataError("no such item")
        return np.array([list(hashlib.sha256(i.id.encode()).digest()[:4]) for i in items], dtype=np.float32)


class StoredInventsItems(Stored):
    def features(self, items):
        return np.array([list(hashlib.sha256(i.id.encode()).digest()[:4]) for i in items], dtype=np.float32)


class StoredSorts(Stored):
    def features(self, items):
        return super().features(sorted(items, key=lambda item: item.id))


# --- losses


class Loss:
    """Distance of matching samples; sound."""

    def __init__(self, context, scale: float = 1.0):
        self.first, self.second = context.between
        self.views = frozenset(context.between)
        self.scale = scale

    def __call__(self, views):
        return self.scale * (views.embeddings[self.first] - views.embeddings[self.second]).square().sum(1).mean()


class LossOfFixedViews(Loss):
    def __init__(self, context):
        self.first, self.second = "visual", "target"
        self.views = frozenset(("visual", "target"))
        self.scale = 1.0


class LossReadsMore(Loss):
    def __call__(self, views):
        return super().__call__(views) + views.embeddings["cross"].sum()


class LossPerSample(Loss):
    def __call__(self, views):
        return (views.embeddings[self.first] * views.embeddings[self.second]).sum(1)


class LossWithoutGradient(Loss):
    def __call__(self, views):
        return super().__call__(views).detach()


class LossRoot(Loss):
    def __call__(self, views):
        return (views.embeddings[self.first] - views.embeddings[self.second]).norm(dim=1).square().sqrt().mean()


class LossVariance(Loss):
    def __call__(self, views):
        return super().__call__(views) + views.embeddings[self.first].std(0).mean()


class LossRandom(Loss):
    counter = itertools.count()

    def __call__(self, views):
        return super().__call__(views) * (1 + next(self.counter))


class LossOfNeighbours(Loss):
    def __call__(self, views):
        one = views.embeddings[self.first]
        return (one[1:] * one[:-1]).sum()


class LossReadsPadding(Loss):
    def __call__(self, views):
        return views.states["target"].states.mean() + super().__call__(views)


class LossChangesTheStep(Loss):
    def __call__(self, views):
        with torch.no_grad():
            views.embeddings[self.first].mul_(0.5)
        return super().__call__(views)


class LossLooseParameter(Loss):
    def __init__(self, context):
        super().__init__(context)
        self.scale = nn.Parameter(torch.ones(()))


class LossForgetsParameters(nn.Module):
    def __init__(self, context):
        super().__init__()
        self.views = frozenset(context.between)
        self.layer = nn.Linear(8, 1)
        self.secret = [torch.rand(())]

    def forward(self, views):
        return self.layer(views.embeddings["visual"]).mean() * self.secret[0]


class Opponent(Loss):
    """A linear opponent with plain steps; sound."""

    def __init__(self, context):
        super().__init__(context)
        self.line = nn.Linear(8, 1)
        self.steps = 0

    def auxiliary_step(self, views):
        loss = self.line(views.embeddings[self.first].detach()).square().mean()
        loss.backward()
        self.steps += 1
        with torch.no_grad():
            for parameter in self.line.parameters():
                parameter -= 0.1 / self.steps * parameter.grad
                parameter.grad = None
        return {"opponent": loss.detach()}

    def auxiliary_state(self):
        return {**self.line.state_dict(), "steps": torch.tensor(self.steps)}

    def load_auxiliary_state(self, state):
        state = dict(state)
        self.steps = int(state.pop("steps"))
        self.line.load_state_dict(state)


class OpponentAttached(Opponent):
    def auxiliary_step(self, views):
        return {"opponent": self.line(views.embeddings[self.first]).square().mean()}


class OpponentForgetsSteps(Opponent):
    def load_auxiliary_state(self, state):
        super().load_auxiliary_state(state)
        self.steps = 0


# --- translators


class Backwards:
    """Writes every word backwards; sound."""

    def routes(self, source, target):
        return (Route((Hop("backwards", source, target),)),) if {source, target} <= {"en", "es", "ru", "zh"} else ()

    def fingerprint(self):
        return "backwards"

    def translate(self, texts, route):
        if any(not text.strip() for text in texts):
            raise DataError("blank")
        return [self.one(text) for text in texts]

    def one(self, text):
        answer = " ".join(word[::-1] for word in text.split())
        return Translation(answer, "copied" if answer.casefold() == text.casefold() else "ok")


class TranslatorDropsRepeats(Backwards):
    def translate(self, texts, route):
        return super().translate(texts, route)[:5]


class TranslatorSilentFailure(Backwards):
    def one(self, text):
        return Translation("", "ok")


class TranslatorSorts(Backwards):
    def translate(self, texts, route):
        return super().translate(sorted(texts), route)


class TranslatorAsciiOnly(Backwards):
    def one(self, text):
        if "🏳" in text:
            raise UnicodeEncodeError("ascii", text, 0, 1, "ordinal not in range")
        return super().one(text)


class TranslatorTakesBlanks(Backwards):
    def translate(self, texts, route):
        return [self.one(text) if text.strip() else Translation("", "failed") for text in texts]


class TranslatorWrongRoute(Backwards):
    def routes(self, source, target):
        return tuple(Route((Hop("backwards", target, source),)) for _ in super().routes(source, target))


class Engine:
    """The same as an engine; sound."""

    name = "backwards"
    chunk = 8
    most_characters = 1000
    order_sensitive = False

    def hops(self):
        return (Hop("backwards", "en", "es"), Hop("backwards", "es", "en"))

    def paths(self, source, target):
        return ()

    def translate_hop(self, texts, hop):
        return [Backwards().one(text) for text in texts]

    def fingerprint(self):
        return "engine"

    def close(self):
        pass


class EngineOtherName(Engine):
    name = "forwards"


class EngineClosedForGood(Engine):
    closed = False

    def close(self):
        self.closed = True

    def translate_hop(self, texts, hop):
        if self.closed:
            raise RuntimeError("the program has ended")
        return super().translate_hop(texts, hop)


# --- data sets


class DataWithoutGalleries(TinyData):
    protocols: ClassVar = {"plain": ProtocolInfo("nothing", ())}


class DataRepeatsIds(TinyData):
    def captions(self, protocol, split, lang):
        return tuple(Caption("same", c.subject, c.lang, c.text) for c in super().captions(protocol, split, lang))


class DataBlankCaption(TinyData):
    def captions(self, protocol, split, lang):
        first, *rest = super().captions(protocol, split, lang)
        return (Caption(first.id, first.subject, lang, " "), *rest)


class DataLostCaption(TinyData):
    def captions(self, protocol, split, lang):
        first, *rest = super().captions(protocol, split, lang)
        return (Caption(first.id, "elsewhere", lang, first.text), *rest)


class DataKeyError(TinyData):
    def split(self, protocol, name):
        return {split: TinyData().split("plain", split) for split in ("train", "val", "test")}[name]


class DataGrey(TinyData):
    def image(self, item):
        return super().image(item).convert("L")


class DataUncounted(TinyData):
    def describe(self, protocol):
        super().describe(protocol)
        return Description({}, {})


class DataWithProblem(TinyData):
    def verify(self):
        return [Problem("captions.csv:3", "no text")]


class DataShuffles(TinyData):
    counter = itertools.count()

    def split(self, protocol, name):
        found = super().split(protocol, name)
        turn = next(self.counter) % 7
        return Split(found.name, found.items[turn:] + found.items[:turn])


# --- baselines


class Lengths:
    """The lengths of texts; sound."""

    def __init__(self, power: float = 1.0):
        self.power = power

    def fingerprint(self):
        return f"lengths {self.power}"

    def embed(self, captions, descriptions):
        return self.vectors(captions), self.vectors(descriptions)

    def vectors(self, texts):
        return np.array([[len(text) ** self.power, 1.0] for text in texts], dtype=np.float32)


class BaselineDouble(Lengths):
    def vectors(self, texts):
        return super().vectors(texts).astype(np.float64)


class BaselineCentred(Lengths):
    def embed(self, captions, descriptions):
        queries, items = super().embed(captions, descriptions)
        return queries - queries.mean(0), items


class BaselineLettersOnly(Lengths):
    def vectors(self, texts):
        with np.errstate(all="ignore"):
            letters = np.array([[sum(c.isalpha() for c in text), 1.0] for text in texts], dtype=np.float32)
            return letters / letters[:, :1] if any(not row[0] for row in letters) else letters


# --- renderers


class Plain:
    """Tabs and lines; sound."""

    def render(self, tables):
        lines = []
        for table in tables:
            lines += [table.title, "\t".join(table.columns)]
            lines += ["\t".join(cell.text for cell in row) for row in table.rows]
        return "\n".join(lines) + "\n"


class RendererAscii(Plain):
    def render(self, tables):
        return super().render(tables).encode("ascii", "ignore").decode()


class RendererNoNewline(Plain):
    def render(self, tables):
        return super().render(tables).rstrip()


class RendererNeedsRows(Plain):
    def render(self, tables):
        for table in tables:
            _ = table.rows[0]
        return super().render(tables)


class RendererCounts(Plain):
    counter = itertools.count()

    def render(self, tables):
        return f"{super().render(tables)}{next(self.counter)}\n"


# --- executors


class Simple:
    """One job after another; sound."""

    def __init__(self, workers: int | None = None):
        pass

    def run(self, jobs, work, report):
        for job in jobs:
            self.one(job, work, report)

    def one(self, job, work, report):
        report(Event(job.id, "started"))
        try:
            work(job, report)
        except Exception as error:
            report(self.failure(job, error))
        else:
            report(Event(job.id, "finished", 1.0))

    def failure(self, job, error):
        return Event(job.id, "failed", message=str(error), details=f"Traceback\n{error!r}")


class ExecutorGivesUp(Simple):
    def one(self, job, work, report):
        report(Event(job.id, "started"))
        work(job, report)
        report(Event(job.id, "finished", 1.0))


class ExecutorSwallowsProgress(Simple):
    def one(self, job, work, report):
        super().one(job, work, lambda e: report(Event(e.job, e.kind, 1.0, "", e.details)))


class ExecutorFailsSilently(Simple):
    def failure(self, job, error):
        return Event(job.id, "failed", message="failed")


class ExecutorReportsElsewhere(Simple):
    def run(self, jobs, work, report):
        pid = os.fork() if jobs else 0
        if jobs and not pid:
            os._exit(0)
        if pid:
            os.waitpid(pid, 0)


class ExecutorNeedsJobs(Simple):
    def run(self, jobs, work, report):
        report(Event(jobs[0].id, "started") if jobs else Event("none", "started"))


class ExecutorIgnoresInterrupts(Simple):
    def run(self, jobs, work, report):
        try:
            super().run(jobs, work, report)
        except KeyboardInterrupt:
            return


class ExecutorLeavesWorkers(Simple):
    def run(self, jobs, work, report):
        threading.Thread(target=time.sleep, args=(5,), daemon=True, name="worker").start()
        super().run(jobs, work, report)
