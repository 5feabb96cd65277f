"""Coroutines that wait for a model's answers; asyncio is imported with the first of them."""

from __future__ import annotations

import asyncio
from typing import Any


async def one(question: Any) -> Any:
    """Wait for the answer to one text."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    question.ask(loop, future)
    try:
        return await future
    finally:
        question.take_back()


async def many(questions: Any) -> Any:
    """Wait for a thread that waits for the answers to many texts."""
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(None, questions.ask)
    finally:
        questions.take_back()
