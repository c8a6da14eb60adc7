"""The side that runs a submission: loads its statements, keeps its objects, answers requests.

The same Session serves a confined worker (over a socket), the reference in the grader and a student's own self-check (both in the
process, through the same encoding), so that a call means the same everywhere: arguments are copies, results are plain data.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import random
import sys
import traceback
import types
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from autograder.judge import asking, counting, gpu_measures, keeping, placing, settings, stand_ins, tensor_operations
from autograder.judge.forbidden import ForbiddenCall
from autograder.judge.guard import Guard, Watching
from autograder.judge.nodes import Opaque, Ref, Seeded
from autograder.judge.protocol import OBJECT_BITS, Failure, Load, Loaded, Operation, Piece, Reply, Request
from autograder.judge.values import decode, encode

MAX_MESSAGE = 2_000
MAX_WARNINGS, MAX_WARNING = 5, 300
NOTHING = nullcontext()
FUTURE_FLAGS = __future__.annotations.compiler_flag  # the only one that still changes anything


class Session:
    """One submission's namespace and the objects it has handed out.

    Args:
        namespace: where the names live; a fresh module's when None.
        watch: makes what looks out for forbidden calls.
        ask: carries what the submission asks of functions that it was given.
    """

    def __init__(
        self,
        namespace: dict[str, Any] | None = None,
        watch: Callable[[list[str], dict[str, Any]], Watching] = Guard,
        ask: asking.Ask = asking.nobody_to_ask,
    ) -> None:
        if namespace is None:
            module = types.ModuleType("submission")
            sys.modules["submission"] = module  # dataclasses and typing look a class's module up
            namespace = module.__dict__
        self.namespace = namespace
        self.objects: dict[int, object] = {}
        self._next_object = 0
        self.handed_out = 0
        self.lines: dict[str, dict[int, str]] = {}
        self.watch = watch
        self.ask = ask
        self.guard = watch([], namespace)
        self.future_flags = 0
        self.placing = placing.Placing()
        self.earlier: stand_ins.Provider | None = None

    def load(self, request: Load) -> Loaded:
        """Run the statements in order. One that raises is reported and left behind; the rest still run."""
        failures: dict[int, Failure] = {}
        self.future_flags = 0
        self.guard = self.watch(request.forbidden, self.namespace)
        from_now_on = self.guard.loaded  # looked up before any line of the submission has run
        self.earlier = (
            stand_ins.StandIns(request.earlier.sources, request.earlier.names) if request.earlier else self.earlier
        )
        with self._earlier_given:
            for index, piece in enumerate(request.pieces):
                try:
                    exec(self._compiled(piece), self.namespace)
                except BaseException as error:  # a submission may raise anything, at import too
                    failures[index] = self.failure(error)
            if request.replaced:
                self._stand_in(request.stand_ins, request.replaced)
        from_now_on()
        names = [name for name in self.namespace if isinstance(name, str) and not name.startswith("__")]
        return Loaded(request.number, names[:2_000], failures)

    def answer(self, request: Request, body: bytearray | memoryview) -> tuple[Reply, list[memoryview]]:
        """Carry one request out. Whatever the submission does, a reply comes back (if the process lives)."""
        self.guard.violation = ""
        self._next_object = request.number << OBJECT_BITS
        try:
            value, devices = self._carry_out(request, body)
            if self.guard.violation:
                return Reply(request.number, forbidden=self.guard.violation), []
            node, buffers = encode(value, self._keep)
            return Reply(request.number, node, devices=devices), buffers
        except BaseException as error:
            violation = str(error) if isinstance(error, ForbiddenCall) else self.guard.violation
            return Reply(request.number, failure=self.failure(error), forbidden=violation), []

    def forget(self) -> None:
        """Let go of every object that was handed out; their numbers mean nothing any more, and are not given again."""
        self.objects.clear()

    def failure(self, error: BaseException) -> Failure:
        """A description of `error` that holds nothing of ours: not our frames, not our files."""
        kind = type(error)
        builtin = next((c.__name__ for c in kind.__mro__ if getattr(builtins, c.__name__, None) is c), "Exception")
        try:
            message = str(error)[:MAX_MESSAGE].encode("utf-8", "backslashreplace").decode()
        except BaseException:  # a hostile __str__
            message = "(an exception without a usable message)"
        where = self._where(error)
        if isinstance(error, MemoryError):
            error.__traceback__ = None  # its frames keep the large objects alive
        return Failure(kind.__name__[:100], builtin, message, where)

    def _carry_out(self, request: Request, body: bytearray | memoryview) -> tuple[object, list[str]]:
        """The value, and where its tensors lived."""
        if request.operation is Operation.DEVICES:
            return placing.available(), []
        with placing.running_on(request.device) if request.device != "cpu" else NOTHING:
            arguments = decode(request.arguments, body, self._resolve) if request.arguments is not None else [[], {}]
            positional, named = self.placing.take(arguments, request.device)
            if request.seed is not None:
                seed_everything(request.seed)
            target = self._target(request)
            self.placing.owner(target, request.device)
            before = settings.switches()
            try:
                value = self._value(request, target, positional, named)
            finally:
                settings.put_back(before)
            return self.placing.give(value, request.device)

    def _value(self, request: Request, target: Any, positional: list[Any], named: dict[str, Any]) -> object:
        if not isinstance(target, keeping.Keeping):
            positional = [keeping.opened(value) for value in positional]
            named = {name: keeping.opened(value) for name, value in named.items()}

        def call() -> Any:
            with self._earlier_given, self.guard:
                return target(*positional, **named)

        match request.operation:
            case Operation.CALL | Operation.TIMED:
                return call()
            case Operation.GPU_TIMED:
                return list(gpu_measures.timed(call))
            case Operation.ATTRIBUTE:
                with self.guard:  # a property is code too
                    return getattr(target, positional[0])
            case Operation.COUNT:
                with self.guard.counting():
                    counts = counting.count(target, positional, named, self.lines, request.device)
                waits = counts.pop("synchronisations", [])
                return {**counts, "synchronisations": [[what, self._place(file, line)] for what, file, line in waits]}
            case Operation.CALL_AND_RETURN_INPUTS:
                value = call()
                return [value, positional, named]
            case Operation.GRADIENTS:
                owner = getattr(target, "__self__", target)
                return tensor_operations.gradients(call, owner, positional, named, request.seed or 0)
            case Operation.WATCH:
                return tensor_operations.watched(call)
            case Operation.WARNINGS:
                return warned(call)
            case Operation.STATE:
                return tensor_operations.state(target)
            case Operation.LOAD_STATE:
                return tensor_operations.load_state(target, named)
            case Operation.COPY_STATE:
                tensor_operations.copy_state(target, *positional)
                return None
            case Operation.SET_MODE:
                tensor_operations.set_mode(target, *positional)
                return None
            case Operation.KEEPING:
                return keeping.Keeping(target, positional)
            case Operation.UNDER:
                return settings.Under(target, settings.Setting(positional[0]))
        raise ValueError(f"{request.operation} is not for objects")

    @property
    def _earlier_given(self) -> AbstractContextManager[None]:
        return stand_ins.provided(self.earlier) if self.earlier is not None else NOTHING

    def _target(self, request: Request) -> Any:
        target = request.target
        if isinstance(target, int):
            owner = self.objects[target]
            if not request.method:
                return owner
            with self.guard:  # a property is code too
                return getattr(owner, request.method)
        if target not in self.namespace:
            raise NotImplementedError(f"{target} is not defined")
        return self.namespace[target]

    def _keep(self, value: object) -> Ref | Opaque:
        """Objects of the submission stay here and travel as a number; so do its functions and bound methods."""
        if len(self.objects) > 10_000:
            return Opaque(type(value).__name__, "too many objects are alive")
        number = self._next_object
        self._next_object += 1
        self.handed_out += 1
        self.objects[number] = value
        kind = type(keeping.opened(value))
        # A notebook's own classes are of `__main__`, those of a submission that is graded of `submission`.
        own = ("builtins", "submission", self.namespace.get("__name__"))
        name = kind.__qualname__ if kind.__module__ in own else f"{kind.__module__}.{kind.__qualname__}"
        return Ref(number, name[:200], callable(value))

    def _resolve(self, ref: Ref | Seeded) -> object:
        if isinstance(ref, Seeded):
            return np.random.default_rng(ref.seed)
        return self.objects[ref.number] if ref.number >= 0 else asking.question(ref, lambda: self.ask)

    def _stand_in(self, source: str, names: list[str]) -> None:
        scope = stand_ins.run(source)
        self.namespace.update({name: scope[name] for name in names if name in scope})
        if self.earlier is not None:
            self.namespace.update({name: self.earlier(name) for name in names if name not in scope})

    def _compiled(self, piece: Piece) -> types.CodeType:
        filename = f"<{piece.origin}>"
        lines = self.lines.setdefault(filename, {})
        lines.update(enumerate(piece.source.splitlines(), start=piece.line))
        flags = self.future_flags
        tree = compile(piece.source, filename, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        ast.increment_lineno(tree, piece.line - 1)
        code: types.CodeType = compile(tree, filename, "exec", flags, dont_inherit=True)
        # `from __future__` in one statement holds for those after it, as in a notebook.
        self.future_flags |= code.co_flags & FUTURE_FLAGS
        return code

    def _where(self, error: BaseException) -> str:
        """The innermost line of the submission that the exception passed through."""
        if isinstance(error, SyntaxError) and error.filename in self.lines:
            return f"{error.filename[1:-1]}, line {error.lineno}"
        for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
            if frame.f_code.co_filename in self.lines:
                return self._place(frame.f_code.co_filename, number)
        return ""

    def _place(self, file: str, number: int) -> str:
        text = self.lines.get(file, {}).get(number, "").strip()[:200]
        return f"{file[1:-1] if file in self.lines else file}, line {number}: {text}"


def warned(call: Callable[[], object]) -> list[object]:
    """The value, and what was warned of: category and text of the first few."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")  # not only the first time in the life of a process
        value = call()
    found = [[each.category.__name__[:100], str(each.message)[:MAX_WARNING]] for each in caught[:MAX_WARNINGS]]
    return [value, found]


def seed_everything(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch = sys.modules.get("torch")
    if torch is not None:
        seed_torch(torch, seed)


def seed_torch(torch: Any, seed: int) -> None:
    """`torch.manual_seed`, which asks every kind of device that PyTorch knows: 4 ms in a fresh process, for nothing without a GPU."""
    seeded = torch if torch.cuda.is_available() else torch.default_generator
    seeded.manual_seed(seed)
