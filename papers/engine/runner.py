"""Carries the methods of one paper through the stages, each resumable.

With each paper's experiment file the only place where `common` meets `data`.
"""

import contextlib
import shutil
import time

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from common.errors import UserError
from common.files import (
    atomic_folder,
    atomic_path,
    digest,
    lock,
    read_json,
    sha256,
    write_json,
)
from common.reporting.cases import read_cases, write_cases
from common.training.cluster import on_several_machines
from common.training.loop import Plan, train
from common.training.lost_machine import machines_together
from common.training.placement import place
from common.training.precision import scaled
from common.training.state import StateStore
from data.prepared.case_cache import CaseCache
from papers.engine import environment
from papers.engine.devices.side_by_side import side_by_side
from papers.engine.devices.towers_for import towers_on
from papers.engine.job import plan_jobs

SAVE_EVERY = 200  # steps between saved states within a long epoch


class Runner:
    """The stages of one request.

    Args:
        request: a `papers.engine.job.Request`.
        workspace: folder of `cache/` and `runs/`.
        console: a `papers.engine.console.Console`, which shows progress.
    """

    def __init__(self, request, workspace, console):
        self.paper = request.paper
        self.request = request
        self.console = console
        self.caches = workspace / "cache"
        self.dataset = self.paper.experiment.open_dataset(request.data)
        self.protocol = request.protocol()
        self.cache = self.paper.experiment.prepared_cache(
            self.caches, self.dataset, self.protocol
        )
        self.jobs = plan_jobs(
            request,
            self.dataset,
            workspace / "runs",
            workspace / "weights" / self.paper.id,
        )

    def prepare(self):
        """Prepares every case that is not in the cache yet.

        Raises:
            UserError: a case cannot be prepared, or is missing where several
                machines train: one of them prepares before.
        """
        if on_several_machines():
            self._check_prepared()
            return
        self.paper.experiment.prepare(
            self.dataset, self.cache, self.protocol, self.console, self.request.workers
        )

    def train_at_once(self, options):
        """Trains whole jobs side by side, where several GPUs share no batch.

        Args:
            options: the `papers.engine.cli.stages.Options` of the request.
        """
        gpus = self.request.gpus or 1
        if gpus > 1 and towers_on(gpus, self.protocol) is None:
            side_by_side(self.jobs, options, gpus, self.console.say)

    def train(self, job):
        """Trains one job, from where it stopped, and returns its history.

        A job that is put together of others has nothing to train, and no history.
        """
        if job.parts or job.weights:
            return None
        if job.finished():
            self.console.say(f"{job.name}: trained before")
            return self.history(job)
        # The towers first: several machines meet before TensorFlow does anything.
        training = job.protocol.training
        count = getattr(training, "towers", None)
        gpus = towers_on(self.request.gpus, job.protocol)
        with machines_together(job.folder):
            towers = place(count, training.batch_size, gpus)
            if towers and not towers.is_chief:
                return self._fit(job, towers)
            with lock(job.folder):
                return self._train(job, towers)

    def _train(self, job, towers):
        if not (job.folder / "job.json").exists():
            write_json(job.folder / "environment.json", environment.describe())
            self._continue_shorter(job)
            # The last of the three: a kill before it begins them again.
            write_json(job.folder / "job.json", job.describe())
        history = self._fit(job, towers)
        seconds = float(history["seconds"].sum())
        write_json(
            job.folder / "finished.json",
            {
                "key": job.key,
                "base_key": job.base_key,
                "epochs": job.protocol.training.epochs,
                "seconds": round(seconds, 1),
            },
        )
        return history

    def _fit(self, job, towers):
        if job.previous:
            self._write_maps(job.previous)
        experiment = self._experiment(job)
        is_chief = towers is None or towers.is_chief
        if is_chief and hasattr(experiment, "before_training"):
            experiment.before_training(self.console.say)
        # Machines wait here for the first one's weights, so that its files are there
        # when they read the state.
        model = self._model(job, experiment, towers)
        with towers.scope() if towers else contextlib.nullcontext():
            optimizer = scaled(experiment.optimizer(), job.protocol.training.precision)
        if job.starts_from:
            self._check_trained(job.starts_from)
            self._load(model, job.starts_from)
        training = job.protocol.training
        plan = Plan(
            epochs=training.epochs,
            steps_per_epoch=experiment.steps_per_epoch,
            key=job.base_key,
            save_every=SAVE_EVERY,
            monitor=self.paper.monitor,
            schedule=getattr(experiment, "schedule", None),
            towers=towers,
            average_decay=getattr(training, "average_decay", None),
        )
        with self.console.training(job, plan) as on_progress:
            return train(
                model,
                experiment.loss(),
                optimizer,
                experiment.stream,
                experiment.validation(model),
                plan,
                job.folder,
                on_progress,
            )

    def evaluate(self, job):
        """Scores one trained job on its test cases; returns one row a case."""
        self._check_trained(job)
        path, stamp = job.folder / "cases.csv", job.folder / "evaluated.json"
        made_of = {"weights": self._weights_digest(job), "key": job.key}
        done = read_json(stamp) if path.exists() and stamp.exists() else {}
        if {name: done.get(name) for name in made_of} != made_of:
            started = time.monotonic()
            if job.previous:
                self._write_maps(job.previous)
            model, experiment = self._trained(job)
            cases = {case.id: case for case in self.dataset}
            origin = self._origin(job)
            rows = [
                self._row(job, cases[case_id], values, origin)
                for case_id, values in experiment.evaluate(model)
            ]
            write_cases(path, pd.DataFrame(rows))
            seconds = round(time.monotonic() - started, 1)
            write_json(stamp, made_of | {"seconds": seconds})
            self.console.say(f"{job.name}: evaluated on {len(rows)} cases")
        return read_cases(path)

    def rows(self, job):
        """Returns the rows of a job that is trained and scored, or None."""
        scored = job.finished() and (job.folder / "evaluated.json").exists()
        return self.evaluate(job) if scored else None

    def predict(self, job, case_ids):
        """Returns the trained network's maps of some cases, `(case, …)`."""
        model, experiment = self._trained(job)
        return np.stack(
            [maps["map"] for _, maps in experiment.maps_of(model, case_ids)]
        )

    def prediction(self, job, case):
        """Returns the label map that the evaluation of a job kept of a case."""
        path = job.folder / "predictions" / f"{case.id}.nii.gz"
        return self.dataset.read_prediction(case, path)

    def maps(self, job):
        """Returns the cache of a job's maps, the cascade's second input."""
        settings = {"map of": job.key, "weights": self._weights_digest(job)}
        return CaseCache(self.caches, f"map-{job.method.id}", settings)

    def _write_maps(self, job):
        self._check_trained(job)
        maps, source = self.maps(job), job.key
        wanted = (*job.split.train, *job.split.validation, *job.split.test)
        todo = [case_id for case_id in wanted if not maps.holds(case_id, source)]
        if not todo:
            return
        model, experiment = self._trained(job)
        made = experiment.maps_of(model, todo)
        for case_id, arrays in self.console.track(made, "maps", len(todo)):
            maps.write(case_id, source, arrays)

    def _check_prepared(self):
        missing = [c.id for c in self.dataset if not self.cache.path(c.id).exists()]
        if missing:
            raise UserError(
                self.caches,
                "cases that one machine has prepared for all",
                f"{len(missing)} that are not, first {missing[0]}",
                f"`python -m papers prepare {self.paper.id} …` on one of them, without "
                "TF_CONFIG",
            )

    def _experiment(self, job):
        return self.paper.experiment.Experiment(
            job.method,
            job.protocol,
            self.cache,
            job.split,
            job.seed,
            maps=self.maps(job.previous) if job.previous else None,
            dataset=self.dataset,
            folder=job.folder,
        )

    def _model(self, job, experiment, towers=None):
        """Builds the network anew: the seed decides its weights, nothing else."""
        keras.backend.clear_session()  # not within a scope, which it would end
        keras.mixed_precision.set_dtype_policy(job.protocol.training.precision)
        keras.utils.set_random_seed(job.seed)
        tf.config.experimental.enable_op_determinism()
        with towers.scope() if towers else contextlib.nullcontext():
            return experiment.build()

    def _trained(self, job):
        """Returns the trained model and its experiment.

        The model of a job with parts is the dict of theirs, by method.
        """
        experiment = self._experiment(job)
        if job.weights:
            return experiment.given_models(job.weights), experiment
        if job.parts:
            models = {p.method.id: self._trained(p)[0] for p in job.parts}
            return models, experiment
        model = self._model(job, experiment)
        self._load(model, job)
        return model, experiment

    def _continue_shorter(self, job):
        """Begins with the last state of the same run with fewer epochs."""
        shorter = job.shorter()
        if shorter is None:
            return
        with atomic_path(job.folder / "best.weights.h5") as temporary:
            shutil.copyfile(shorter / "best.weights.h5", temporary)
        with atomic_folder(job.folder / "state") as folder:
            shutil.copytree(shorter / "state", folder, dirs_exist_ok=True)
        self.console.say(f"{job.name}: goes on from {shorter.name}")

    def _weights_digest(self, job):
        if job.weights:
            return sha256(job.weights_list)
        if job.parts:
            return digest([self._weights_digest(part) for part in job.parts])
        try:
            return sha256(self._weights(job))
        except OSError as error:
            raise _damaged(self._weights(job), error) from error

    def _load(self, model, job):
        path = self._weights(job)
        try:
            model.load_weights(path)
        except (OSError, ValueError, KeyError) as error:
            raise _damaged(path, error) from error

    def history(self, job):
        """Returns the history of a trained job, one row an epoch."""
        path = job.folder / "history.csv"
        try:
            return pd.read_csv(path)
        except (OSError, ValueError) as error:
            raise _damaged(path, error) from error

    def _weights(self, job):
        return job.folder / f"{job.protocol.training.checkpoint}.weights.h5"

    def _check_trained(self, job):
        if not job.finished():
            raise UserError(
                job.folder,
                "a finished training",
                self.progress_of(job)[0],
                f"make train-{self.paper.id} with the same options",
            )

    def _origin(self, job):
        """Returns what the rows say of the run: command, commit and epoch."""
        if job.weights:
            here = environment.describe()
            return {"epoch": 0, "command": here["command"], "commit": here["commit"]}
        if job.parts:
            return self._origin_of_parts(job)
        trained = read_json(job.folder / "environment.json")
        commit, now = trained["commit"], environment.commit()
        history = self.history(job)
        best = job.protocol.training.checkpoint == "best"
        epoch = history[self.paper.monitor].idxmax() if best else len(history) - 1
        return {
            "epoch": int(history["epoch"][epoch]),
            "command": trained["command"],
            "commit": commit if commit == now else f"{commit}, evaluated {now}",
        }

    def _origin_of_parts(self, job):
        origins = [self._origin(part) for part in job.parts]
        joined = {
            name: "; ".join(dict.fromkeys(origin[name] for origin in origins))
            for name in ("command", "commit")
        }
        return {"epoch": max(origin["epoch"] for origin in origins), **joined}

    def _row(self, job, case, values, origin):
        """Returns one row; a case that failed says why and has no scores."""
        failed = isinstance(values, UserError)
        return {
            "paper": self.paper.id,
            "method": job.method.id,
            "data": self.dataset.name,
            "coverage": f"{len(self.dataset)}/{self.dataset.total}",
            "fingerprint": job.fingerprint[:12],
            "profile": self.request.profile_label(),
            "budget": job.budget,
            "split": job.split_name,
            "fold": job.split.fold,
            "seed": job.seed,
            "case": case.id,
            "patient": case.patient or "",
            "group": case.group,
            "status": f"failed: {values}" if failed else "ok",
            **({} if failed else values),
            **origin,
        }

    def scores_of(self, job):
        """Returns whether a job is scored and what that cost: for `--dry-run`."""
        path = job.folder / "evaluated.json"
        if not path.exists():
            return "not scored" if job.finished() else "not trained", None
        return "scored", read_json(path).get("seconds")

    def progress_of(self, job):
        """Returns where a job stands and what it cost: for `--dry-run`."""
        done = job.finished()
        if job.weights:
            return "weights given" if done else "weights are not there", None
        if done:
            return "finished", done["seconds"]
        if job.parts:
            return "after its parts", None
        newest = StateStore(job.folder / "state", job.base_key).newest()
        if newest is None:
            return "new", None
        epochs = len(newest[1]["history"])
        seconds = sum(row["seconds"] for row in newest[1]["history"])
        return f"epoch {epochs} of {job.protocol.training.epochs}", seconds


def _damaged(path, error):
    return UserError(
        path,
        "what a finished training left",
        str(error).splitlines()[0] if str(error) else type(error).__name__,
        f"delete {path.parent} and train again",
    )
