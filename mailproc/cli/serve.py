"""`run.py serve`: the daemon."""

from __future__ import annotations

from pathlib import Path

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError

from mailproc.cli.logs import set_up_logs
from mailproc.cli.output import config_option
from mailproc.cli.stopping import Stopping
from mailproc.config import Config, load
from mailproc.machine import overdue
from mailproc.machine.notify import Notifier
from mailproc.service import Service

log = structlog.get_logger()


@click.command()
@config_option
@click.option("--log-level", default="info", type=click.Choice(["debug", "info", "warning"]))
def serve(config_file: Path, log_level: str) -> None:
    """Runs until it is told to stop (Ctrl-C or SIGTERM)."""
    set_up_logs(log_level)
    stopping = Stopping()
    config = load(config_file)
    service = Service(config)
    service.start()
    log.info("serving", public=config.web.public_listen, internal=config.web.internal_listen)
    systemd = Notifier()
    systemd.ready()
    try:
        while not stopping.wait(systemd.pause):
            if _turns(service):
                systemd.alive()
            _look_at_backups(config, service)
    finally:
        log.info("stopping")
        systemd.stopping()
        service.stop()


def _look_at_backups(config: Config, service: Service) -> None:
    """An alarm where the newest is too old; a database that can't be written has its own."""
    try:
        overdue.look(config, service.database, service.now())
    except SQLAlchemyError as error:
        log.warning("backups_not_looked_at", error=type(error).__name__)


def _turns(service: Service) -> bool:
    """Whether every loop turns; systemd starts a daemon again that stops saying so."""
    try:
        return service.health().alive
    except Exception as error:
        log.error("health_unknown", error=type(error).__name__)
        return False
