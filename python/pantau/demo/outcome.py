"""What came of the story."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

# What the story promises.
WINDOWS_TO_ALARM, POINTS_LOST = 3, 0.02


@dataclass
class Outcome:
    """What came of the story, in figures. Days are counted from 1, and accuracies are shares of all
    answers, by the labels that the generator knows."""

    seed: int
    days: int
    drift_day: int
    source: str = "synthetic"
    training_texts: int = 0
    answers: int = 0
    # Days with an alarm before anything had changed.
    false_alarms: int = 0
    alarm_day: int | None = None
    # What the alarm named, the likeliest first.
    changed: list[str] = field(default_factory=list)
    labelled: int = 0
    retraining_day: int | None = None
    retraining: str | None = None
    # Days with an alarm that the new version brought.
    alarms_after: int = 0
    accuracy_before: float | None = None
    accuracy_during: float | None = None
    accuracy_after: float | None = None
    accuracy_by_day: list[float] = field(default_factory=list)
    version: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    workspace: str | None = None
    report: str | None = None

    @property
    def windows_to_alarm(self) -> int | None:
        """In which window after the change the alarm came; 1 is the first."""
        return None if self.alarm_day is None else self.alarm_day - self.drift_day + 1

    @property
    def broken(self) -> list[str]:
        """What the story promises and did not keep, in words."""
        broken = []
        if self.false_alarms:
            broken.append(f"days with an alarm and no change: {self.false_alarms}")
        windows = self.windows_to_alarm
        if windows is None:
            broken.append("no alarm came after the change")
        elif windows > WINDOWS_TO_ALARM:
            broken.append(f"the alarm took {windows} windows, and {WINDOWS_TO_ALARM} are the most")
        before, after = self.accuracy_before, self.accuracy_after
        if before is None or after is None:
            broken.append(f"no new version came into use: {self.retraining or 'no reason'}")
        elif after < before - POINTS_LOST:
            lost, most = (before - after) * 100, POINTS_LOST * 100
            broken.append(f"{lost:.1f} points of accuracy were lost, and {most:.0f} are the most")
        return broken

    def to_dict(self) -> dict[str, Any]:
        """All figures, and what is broken, as JSON has them."""
        return {**asdict(self), "windows_to_alarm": self.windows_to_alarm, "broken": self.broken}
