"""Which environment variables the backend for Label Studio reads."""

from clients.label_studio import __main__ as command


def test_variables_without_the_prefix_are_those_of_other_programs(monkeypatch):
    for name, value in {"LOG_LEVEL": "info", "ALLOWED_HOSTS": "other.example", "ROOT_PATH": "/other"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LABEL_STUDIO_BACKEND_TRUSTED_PROXIES", "10.0.0.0/8")
    served = []
    monkeypatch.setattr(command, "serve", lambda app, settings: served.append(settings))
    command.main(["--port", "9191"])
    (settings,) = served
    assert (settings.port, settings.log_level, settings.allowed_hosts, settings.root_path) == (9191, "INFO", (), "")
    assert settings.trusted_proxies == ("10.0.0.0/8",)
