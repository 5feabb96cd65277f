"""What requests and answers look like."""

# Annotations are made of limits here, so they are looked at as they stand.

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    create_model,
)

from pantau.serve.settings import Settings

_NAME = StringConstraints(min_length=1, max_length=256)


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, protected_namespaces=())


class _Told(BaseModel):
    model_config = ConfigDict(protected_namespaces=())


class Common(_Asked):
    """What both ways to ask have in common."""

    model: Annotated[str, _NAME] | None = Field(
        default=None, description="The model; by default the service's own."
    )
    return_probabilities: bool = Field(
        default=True, description="Whether the probability of every label is told."
    )
    consent: bool = Field(
        default=False,
        description="True once the writer has agreed to have the text kept, anonymised.",
    )
    subject: Annotated[str, _NAME] | None = Field(
        default=None,
        description="Who wrote it, by a name of your own: kept with consent only; without, it only "
        "decides which version answers.",
    )


class Problem(_Told):
    """Why there is no answer."""

    class Told(_Told):
        kind: str
        message: str

    error: Told
    request_id: str


class Prediction(_Told):
    """What a model says of a text."""

    id: str
    review_id: str | None
    sentiment: str
    label: str
    confidence: float
    probabilities: dict[str, float] | None
    flags: list[str]
    novelty: float | None
    model: str
    model_version: str
    timestamp: str
    processing_time_ms: float


class Batch(_Told):
    """What a model says of texts, in their order."""

    predictions: list[Prediction]
    total: int
    model: str
    model_version: str
    timestamp: str


class Feedback(_Asked):
    """What somebody says of an answer."""

    id: Annotated[str, _NAME]
    correct: bool | None = None
    label: Annotated[str, _NAME] | None = None
    source: Annotated[str, _NAME] = Field(
        default="user", description="Who says so; others than `user` need an admin key."
    )


class Taken(_Told):
    """Whether the answer is in the store already; if not, both come together later."""

    id: str
    found: bool


class Index(_Told):
    """What this is."""

    name: str
    version: str
    models: list[str]
    documentation: str | None


class Health(_Told):
    """How the service is."""

    status: str
    model_loaded: bool
    model: str | None
    model_version: str | None
    provider: str | None
    store_reachable: bool
    log_queued: int
    log_waiting: int
    log_dropped: int
    problems: list[str]
    uptime_seconds: float
    timestamp: str


class ModelInfo(_Told):
    """What answers."""

    model_name: str
    model_version: str
    labels: list[str]
    max_length: int | None
    kind: str
    weights: str
    provider: str
    watched: bool
    challengers: list[int]
    shadows: list[int]


class Loaded(_Told):
    """Which version is in use."""

    model: str
    model_version: str


class Version(_Asked):
    """Which version to put into use, and why."""

    version: int = Field(ge=1, le=4_294_967_295)
    reason: str = Field(default="", max_length=1_000)
    model: Annotated[str, _NAME] | None = None


class Reason(_Asked):
    """Why."""

    reason: str = Field(default="", max_length=1_000)
    model: Annotated[str, _NAME] | None = None


class Retrain(_Asked):
    """How to train anew."""

    force: bool = Field(default=False, description="Whether without a reason, too.")
    model: Annotated[str, _NAME] | None = None


class DriftStatus(_Told):
    """Whether what comes is like what came."""

    drift_detected: bool
    drift_score: float
    status: str
    sentence: str


class Stats(_Told):
    """What the service has done."""

    model: str
    model_version: str
    total_predictions: int
    predictions_last_24h: int
    average_confidence: float | None = Field(description="Of the last 24 hours.")
    positive_ratio: float | None = Field(
        description="Of the last 24 hours; none without answers, or without such a label."
    )
    labels: dict[str, int] = Field(description="Of the last 24 hours.")
    drift_status: DriftStatus | None
    log: dict[str, Any]
    uptime_seconds: float
    timestamp: str


def asked(settings: Settings) -> tuple[Any, Any]:
    """How a text or texts are asked for, and how texts are, with the limits of a service."""
    limited = Annotated[str, StringConstraints(max_length=settings.max_chars)]
    review = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
    told = "The text's own id elsewhere."
    one: Any = create_model(
        "One",
        __base__=Common,
        __doc__="A text.",
        text=(limited, ...),
        review_id=(review | None, Field(default=None, description=told)),
    )
    many: Any = create_model(
        "Many",
        __base__=Common,
        __doc__="Texts.",
        texts=(list[limited], Field(min_length=1, max_length=settings.max_texts)),
        review_ids=(
            list[review] | None,
            Field(default=None, description="Their own, one for each."),
        ),
    )
    either = Annotated[one, Tag("text")] | Annotated[many, Tag("texts")]
    return Annotated[either, Discriminator(_which)], many


def _which(body: Any) -> str:
    """Whether a text is asked for, or texts."""
    return "texts" if isinstance(body, dict) and "texts" in body else "text"
