"""The first program that watches: what comes is compared with what came.

python examples/watching.py
"""

import pantau

state = 1


def lengths(count, more=0.0):
    """How long some reviews are: numbers that look random and are the same in every language."""
    global state
    found = []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        found.append((state >> 24) + more)
    return found


# 28 windows of 100 reviews: how much they differ from each other is the yardstick.
reference = pantau.Reference.build({"length": lengths(2800)})
monitor = pantau.Monitor(reference)
for more in [0.0] * 5 + [60.0] * 3:
    monitor.update({"length": lengths(200, more)})
    report = monitor.close_window()
    if report.windows == 5:
        print(report)

# Rows that are picked by chance are labelled by somebody; here, every tenth answer is wrong.
audit = pantau.Audit(rate=100)
for row in range(1000):
    if audit.pick(f"review {row}"):
        audit.label(f"review {row}", correct=row % 10 > 0)
print(pantau.Report(report, accuracy=monitor.accuracy(audit)))  # and .save("report.html")
