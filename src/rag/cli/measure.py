"""The commands that measure and make the models: each takes its options and returns its exit code."""

from __future__ import annotations

import argparse
import json
import logging
import os
import shlex
from dataclasses import fields
from typing import TYPE_CHECKING

from rag.cli.show import say, show, show_json, wrong
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from rag.bench import Plan

SEED, RESAMPLES = 0, 1_000
"""What `rag evaluate` leaves to chance when nothing is said."""


def bench(options: argparse.Namespace) -> int:
    """Measure speed here, growing libraries, the page, or a server under many users."""
    if options.what in ("growth", "real"):
        return _growth(options)
    from rag.bench import Load, bench_page, bench_serving
    from rag.bench import bench as measure

    if options.what == "serve":
        load = Load(options.users, options.seconds, options.through, options.url)
        figures = bench_serving(options.index, load_settings(), load)
    elif options.what == "page":
        figures = bench_page(options.index)
    else:
        figures = measure(options.text, load_settings())
    show(options, figures, "\n".join(f"{name}\t{value}" for name, value in figures.items()))
    return 0


def score(options: argparse.Namespace) -> int:
    """Print the scores of the candidates of each question, one JSON object a line."""
    from rag.evaluate.cases import pool_cases
    from rag.evaluate.judge import load_judge
    from rag.evaluate.progress import watch

    cases, judge = pool_cases(options.file), load_judge(load_settings())
    for case in watch(cases, "scoring"):
        scores = judge(case.question, case.texts, apart=options.apart).scores
        show_json({"id": case.id, "scores": [round(float(one), 6) for one in scores]})
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Measure one suite beside its baselines; write the report where `--write` says."""
    from rag.evaluate import Draws, report_shape, report_table, run_suite, write_section

    draws = Draws(options.seed, options.resamples)
    report = run_suite(options.suite, options.data, options.index, load_settings(), draws, held_out=options.held_out)
    if options.verbose:
        for line in report.findings.misses:
            say(line)
    if options.write is not None:
        write_section(options.write, report, _command(options))
    show(options, report_shape(report), report_table(report))
    return 0


def train(options: argparse.Namespace) -> int:
    """Make a shipped model anew."""
    from rag.train import make_encoder, make_evidence, make_languages, make_scorer, make_topics

    logging.getLogger("rag").setLevel(logging.INFO)
    if options.what == "encoder":
        told = make_encoder(options.data, options.work, load_settings())
    elif options.what == "scorer":
        told = make_scorer(options.data, options.work, load_settings())
    elif options.what == "evidence":
        told = make_evidence(options.data, load_settings())
    elif options.what == "topics":
        told = make_topics(options.data, load_settings())
    else:
        told = make_languages(options.data, load_settings())
    show(options, told, json.dumps(told, indent=1))
    return 0


def _growth(options: argparse.Namespace) -> int:
    """Measure libraries of several sizes, or one of real texts; write what was found where `--write` says."""
    from rag.bench import Plan, bench_growth, bench_real, growth_shape, growth_table, write_growth, write_real

    if options.data is None:
        return wrong(f"rag bench {options.what} needs --data DIR")
    logging.getLogger("rag").setLevel(logging.INFO)
    plan = Plan(
        data=options.data,
        work=options.work,
        sizes=tuple(options.sizes),
        paragraphs=options.paragraphs,
        files=options.files,
        patience=options.patience,
        seed=options.seed,
    )
    run, write = (bench_growth, write_growth) if options.what == "growth" else (bench_real, write_real)
    growth, command = run(plan, load_settings()), _growth_command(options.what, plan, Plan(plan.data, plan.work))
    if options.write is not None:
        write(options.write, growth, command)
    show(options, growth_shape(growth, command), growth_table(growth))
    return 0


def _growth_command(what: str, plan: Plan, default: Plan) -> str:
    """The command that repeats it, with the settings and options that are not as they are when left out."""
    sizes = [str(size) for size in plan.sizes]
    names = sorted(f"RAG_{one.name.upper()}" for one in fields(Settings))
    words = [f"{name}={os.environ[name]}" for name in names if name in os.environ]
    words += ["rag", "bench", what, "--data", str(plan.data)]
    words += ["--sizes", *sizes] if what == "growth" else []
    words += ["--work", str(plan.work)]
    for name in ("paragraphs", "files", "patience", "seed"):
        if getattr(plan, name) != getattr(default, name):
            words += [f"--{name}", str(getattr(plan, name))]
    return shlex.join(words)


def _command(options: argparse.Namespace) -> str:
    """The command that repeats an evaluation."""
    words = ["rag", "evaluate", options.suite, "--data", str(options.data)]
    if options.suite == "answers":
        words += ["--index", str(options.index)]
    if options.held_out:
        words.append("--held-out")
    if options.seed != SEED:
        words += ["--seed", str(options.seed)]
    if options.resamples != RESAMPLES:
        words += ["--resamples", str(options.resamples)]
    return shlex.join(words)
