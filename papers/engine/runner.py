"""Carries the methods of one paper through the stages, each resumable."""

import time
from pathlib import Path

import keras
import numpy as np

from common.errors import UserError
from common.files import lock
from common.training.cluster import on_several_machines
from common.training.loop import train
from common.training.lost_machine import report_lost_machine
from common.training.one_device import OneDevice
from common.training.placement import place
from common.training.plan import Plan
from common.training.precision import scaled, use_precision
from common.training.repeatable import make_repeatable
from data.known_digests import MEMORY
from data.prepared.case_cache import CaseCache
from data.prepared.copies import say_copies
from data.prepared.estimates import duration_text
from data.prepared.prepare import hash_cases
from papers.engine.console import count
from papers.engine.devices.at_once import cores_of_job, jobs_at_once
from papers.engine.devices.belongings import Belongings
from papers.engine.devices.fan_out import fan_out
from papers.engine.devices.slurm_array import array_text
from papers.engine.devices.tasks import tasks_of
from papers.engine.devices.towers_for import towers_on
from papers.engine.devices.workers import Workers
from papers.engine.environment import command, commit
from papers.engine.live import trained
from papers.engine.memory import Preflight, available_memory, of_model
from papers.engine.plan import plan_jobs, some, without_labels
from papers.engine.results import rows_of

SAVE_EVERY = 200  # steps between saved states within a long epoch


class Runner:
    """The stages of one request.

    Args:
        request: a `papers.engine.request.Request`.
        workspace: folder of `cache/`, `runs/` and `weights/`.
        console: a `papers.engine.console.Console`, which shows progress.
    """

    def __init__(self, request, workspace, console):
        self.paper = request.paper
        self.request = request
        self.console = console
        self._at_hand = {}  # the network that was trained last, by its job's key
        self._reported = set()  # names of jobs whose end others have shown
        self.caches = workspace / "cache"
        self.dataset = self.paper.experiment.open_dataset(request.data)
        self.dataset.digests.remember_in(self.caches / MEMORY)
        with console.live() as note:
            sources = hash_cases(self.dataset, note=note)
        name = getattr(self.dataset, "release", self.paper.dataset)
        say_copies(sources, name, self.dataset.root, console.say)
        left_out = without_labels(self.dataset)
        if left_out:
            console.say(
                f"{len(left_out)} of {len(self.dataset)} cases have no labels and are "
                f"left out of training and scores: {some(left_out)}"
            )
        if not all(case.patient for case in self.dataset):
            console.say(
                "nothing tells which cases are of one patient: folds divide cases, so "
                "that a patient may be on both sides; the check of the data warns of "
                "cases that look alike"
            )
        self.protocol = request.protocol
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
            UserError: a case cannot be prepared; or several machines train together
                and a case is not prepared yet.
        """
        if on_several_machines():
            self._check_prepared()
            return
        self.paper.experiment.prepare(
            self.dataset, self.cache, self.protocol, self.console, self.request.workers
        )

    def fan_out(self, verb):
        """Runs whole jobs at once: on a cluster, on GPUs, or on cores of their own.

        Args:
            verb: `"train"`, `"evaluate"` or `"reproduce"`.
        """
        gpus, workers = self.request.gpus or 1, None
        whole = gpus > 1 and towers_on(gpus, self.protocol) is None
        if not (self.request.cluster or whole):
            cores = cores_of_job(self.request)
            if cores is None:
                return
            workers = self._workers(cores)
        self._reported = {job.name for job in self.jobs if not job.finished()}
        fan_out(
            self.jobs,
            self.request,
            self.console,
            verb,
            workers,
            belongings=self._belongings(),
        )

    def _workers(self, cores):
        """Returns processes of this machine, as many as its memory is enough for."""
        count = jobs_at_once(self.jobs, self.predicted, cores)
        return Workers(self.request.arguments, count, cores, command())

    def _belongings(self):
        """Returns what a node needs that does not see this folder, beside the runs."""
        weights = Path("weights", self.paper.id)
        return Belongings(
            data=str(self.request.data),
            splits_file=self.request.splits_file and str(self.request.splits_file),
            others=(str(self.cache.folder), str(weights)),
            commit=commit(),
        )

    def slurm_array(self, words, options, hours=None):
        """Returns a script that submits what is left as arrays of Slurm jobs.

        Args:
            words: the request's own, after the verb.
            options: options of `sbatch` for each task.
            hours: of all trainings together, as text; None if nobody knows.
        """
        tasks = tasks_of(self.jobs, words, "reproduce")
        finish = [[verb, *words] for verb in ("table", "figure")]
        return array_text(tasks, finish, options, hours)

    def train(self, job):
        """Trains one job, from where it stopped, and returns its history.

        A job that trains nothing has no history: None.
        """
        if not job.trains:
            return None
        if job.finished():
            if job.name not in self._reported:
                self.console.say(f"{self.label(job)}: trained before")
            return self.history(job)
        # The placement first: machines must connect before TensorFlow does anything.
        training = job.protocol.training
        gpus = towers_on(self.request.gpus, job.protocol)
        with report_lost_machine(job.folder):
            placement = place(job.protocol.towers, training.batch_size, gpus)
            if not placement.is_chief:
                return self._fit(job, placement)
            with lock(job.folder, self.console.say):
                return self._train(job, placement)

    def _train(self, job, placement):
        run = job.run
        if job.finished():  # by the process that this one has waited for
            self.console.say(f"{self.label(job)}: trained before")
            return self.history(job)
        if not run.is_begun:
            shorter = job.shorter()
            run.begin(job.describe(), shorter)
            if shorter is not None:
                self.console.say(
                    f"{self.label(job)}: continues from {shorter.folder.name}"
                )
        history = self._fit(job, placement)
        seconds = round(float(history["seconds"].sum()), 1)
        run.finish(job.key, job.base_key, job.protocol.training.epochs, seconds)
        monitor = self.paper.experiment.monitor
        self.console.say(trained(self.label(job), history, monitor))
        return history

    def _fit(self, job, placement):
        if job.previous:
            self._write_maps(job.previous)
        experiment = self._experiment(job)
        if placement.is_chief:
            experiment.before_training(self.console.say_once)
        experiment.require_batch()
        # The machines wait here for the first one's weights, so that they find its
        # files when they read the state.
        model = self._model(job, experiment, placement)
        with placement.scope():
            optimizer = scaled(experiment.optimizer(), job.protocol.training.precision)
        if job.starts_from:
            job.starts_from.check_finished(self.paper.id)
            job.starts_from.run.load_weights(model, job.starts_from.checkpoint)
        self._warn_of_memory(job, experiment, model)
        training = job.protocol.training
        plan = Plan(
            epochs=training.epochs,
            steps_per_epoch=experiment.steps_per_epoch,
            key=job.base_key,
            save_every=SAVE_EVERY,
            monitor=experiment.monitor,
            schedule=experiment.schedule,
            placement=placement,
            average_decay=experiment.average_decay,
        )
        with self.console.training(self.label(job), plan) as line:
            history = train(
                model,
                experiment.loss(),
                optimizer,
                experiment.stream,
                line.watched(experiment.validation(model)),
                plan,
                job.folder,
                line.on_progress,
            )
        if isinstance(placement, OneDevice):
            self._at_hand = {job.key: model}
        return history

    def evaluate(self, job):
        """Scores one trained job and returns its rows, one per test case."""
        job.check_finished(self.paper.id)
        run = job.run
        made_of = {"weights": job.weights_digest(), "key": job.key}
        if not run.has_rows_of(made_of):
            with lock(job.folder, self.console.say):
                if not run.has_rows_of(made_of):  # now that no other process scores
                    self._evaluate(job, made_of)
        return run.rows()

    def _evaluate(self, job, made_of):
        started = time.monotonic()
        if job.previous:
            self._write_maps(job.previous)
        model, experiment = self._trained(job)
        label, scores = self.label(job), experiment.evaluate(model)
        rows = rows_of(job, scores, self.request, self.dataset)
        rows = self.console.track(rows, f"{label}: scoring", experiment.n_scored)
        rows = list(rows)
        seconds = round(time.monotonic() - started, 1)
        job.run.write_rows(rows, made_of, seconds)
        self.console.say(
            f"{label}: scored {count(len(rows), 'case')}, {duration_text(seconds)}"
        )

    def label(self, job):
        """Returns a job's short name, numbered if it is one of several."""
        numbers = [n for n, one in enumerate(self.jobs, 1) if one is job]
        if not numbers or len(self.jobs) == 1:
            return job.short_name
        return f"[{numbers[0]}/{len(self.jobs)}] {job.short_name}"

    def rows(self, job):
        """Returns the rows of a job that is trained and scored, or None."""
        return self.evaluate(job) if job.finished() and job.run.is_evaluated else None

    def history(self, job):
        """Returns the history of a trained job, one row per epoch."""
        return job.run.history()

    def predict(self, job, case_ids):
        """Returns the trained network's maps of some cases, `(case, …)`."""
        model, experiment = self._trained(job)
        return np.stack(
            [maps["map"] for _, maps in experiment.maps_of(model, case_ids)]
        )

    def prediction(self, job, case):
        """Returns the label map of a case that a job's evaluation has saved."""
        return self.dataset.read_prediction(case, job.run.prediction(case.id))

    def label_maps(self, job, case_ids):
        """Returns the labels of some of a job's test cases by id, scoring it first."""
        self.evaluate(job)
        experiment = self._experiment(job)
        model = None
        if not experiment.keeps_label_maps:
            model, experiment = self._trained(job)
        return dict(experiment.label_maps(model, case_ids))

    def case_images(self, job, case_id):
        """Returns the `papers.engine.case_images.CaseImages` of a case."""
        return self._experiment(job, with_maps=False).case_images(case_id)

    def maps(self, job):
        """Returns the cache of a job's maps, the cascade's second input."""
        settings = {"map of": job.key, "weights": job.weights_digest()}
        return CaseCache(self.caches, f"map-{job.method.id}", settings)

    def _write_maps(self, job):
        job.check_finished(self.paper.id)
        maps, source = self.maps(job), job.key
        wanted = (*job.split.train, *job.split.validation, *job.split.test)

        def missing():
            return [case_id for case_id in wanted if not maps.holds(case_id, source)]

        if not missing():
            return
        with lock(maps.folder, self.console.say):
            todo = missing()  # another process may have written them by now
            if not todo:
                return
            model, experiment = self._trained(job)
            made = experiment.maps_of(model, todo)
            label = f"{job.short_name}: maps"
            for case_id, arrays in self.console.track(made, label, len(todo)):
                maps.write(case_id, source, arrays)

    def _check_prepared(self):
        missing = [c.id for c in self.dataset if not self.cache.path(c.id).exists()]
        if missing:
            raise UserError(
                self.caches,
                "cases that one machine has prepared for all",
                f"{len(missing)} unprepared cases, the first {missing[0]}",
                f"`make prepare-{self.paper.id} …` on one of them, without TF_CONFIG",
            )

    def _warn_of_memory(self, job, experiment, model):
        prediction = of_model(experiment, model, self.request.settings)
        warning = prediction and prediction.warning(available_memory())
        if warning:
            self.console.say(f"{self.label(job)}: {warning}")

    def predicted(self, job):
        """Returns the `papers.engine.memory.prediction.Prediction` of a job, or None.

        None where nothing is trained, or where it is not this machine's memory alone
        that counts.
        """
        preflight = Preflight(self.caches / "memory", self.request.settings)
        return preflight.of_job(job, self._experiment(job, with_maps=False))

    def _experiment(self, job, with_maps=True):
        has_maps = with_maps and job.previous
        return self.paper.experiment(
            job.method,
            job.protocol,
            self.cache,
            job.split,
            job.seed,
            maps=self.maps(job.previous) if has_maps else None,
            dataset=self.dataset,
            folder=job.folder,
        )

    def _model(self, job, experiment, placement):
        """Builds a fresh network, whose weights depend on the seed alone."""
        self._at_hand.clear()
        keras.backend.clear_session()  # not within a scope, which it would end
        use_precision(job.protocol.training.precision)
        keras.utils.set_random_seed(job.seed)
        make_repeatable()
        with placement.scope():
            return experiment.build()

    def _trained(self, job):
        """Returns the trained model and its experiment.

        The model of a composed job is a dict of its parts' models by method.
        """
        experiment = self._experiment(job)
        if job.weights:
            make_repeatable()
            return experiment.released_models(job.weights), experiment
        if job.parts:
            models = {p.method.id: self._trained(p)[0] for p in job.parts}
            return models, experiment
        model = self._at_hand.get(job.key)
        if model is None:
            model = self._model(job, experiment, OneDevice())
        job.run.load_weights(model, job.checkpoint)
        return model, experiment
