"""On Windows `python -m infra.local` says in one sentence what to do."""

import runpy
import sys

import pytest


def test_on_windows_the_stack_names_wsl(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("infra.local.__main__", run_name="__main__")
    assert ended.value.code == 1
    assert capsys.readouterr().out.count("WSL") == 1
