"""Where a scenario came from and what was done to it; what a number stands on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaldesk.domain.lineage import Ground, RunGround, ScenarioLineage
from evaldesk.domain.wording import counted
from evaldesk.services.datasets.versions import COPIED

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


def lineage_of_scenario(project: "Project", pk: int) -> ScenarioLineage:
    """File, revisions, versions, suites, traces of a scenario (row number).

    Raises:
        NotFoundError: there is none.
    """
    scenario = project.datasets.scenario(pk)
    held = project.origins.holding(pk)
    inside = {item.version_pk for item in held}
    copied = scenario.metadata.get(COPIED)
    return ScenarioLineage(
        pk=pk,
        id=project.datasets.id_of(pk),
        key=scenario.key,
        title=scenario.title,
        file=project.origins.of_scenario(pk),
        copied_from=copied if isinstance(copied, str) else "",
        revisions=project.datasets.history(pk),
        held=held,
        suites=[suite for suite in project.datasets.suites() if suite.version_pk in inside],
        answered=project.origins.answering(pk),
    )


def ground_of_runs(project: "Project", runs: Sequence[str]) -> Ground:
    """Which dataset versions and files a number over these runs stands on; for two runs, how
    their versions differ.

    Raises:
        NotFoundError: no such run.
    """
    found = []
    for run in runs:
        project.runs.require(run)
        version_pk = project.origins.version_of_run(run)
        version = project.datasets.version(version_pk) if version_pk else None
        found.append(RunGround(run, version, project.origins.files_of_run(run)))
    ids = {None if item.version is None else item.version.id for item in found}
    same = len(ids) == 1 and None not in ids
    if same or len(found) != 2 or None in ids:
        return Ground(found, same)
    first, second = found[0].version, found[1].version
    assert first is not None
    assert second is not None
    one, other = project.datasets.members(first.pk), project.datasets.members(second.pk)
    differing = [pk for pk in one if pk in other and one[pk] != other[pk]]
    said = {row.pk: row.description for row in project.datasets.rows(first.pk, differing)}
    otherwise = sum(
        1 for row in project.datasets.rows(second.pk, differing) if row.description != said[row.pk]
    )
    only_one = [pk for pk in one if pk not in other]
    only_other = [pk for pk in other if pk not in one]
    keys = {key for _, key, _ in project.datasets.inputs(only_one)}
    renamed = sum(1 for _, key, _ in project.datasets.inputs(only_other) if key in keys)
    return Ground(found, False, (len(only_one), len(only_other), otherwise), renamed)


def ground_in_words(ground: Ground) -> str:
    """One sentence for two runs, such as stands beside a comparison; empty where it is unknown."""
    if len(ground.runs) != 2 or any(item.version is None for item in ground.runs):
        return ""
    first, second = ground.runs[0].version, ground.runs[1].version
    assert first is not None
    assert second is not None
    if ground.same:
        return f"Both runs stand on the same version of {first.dataset}: {first.short}, " + counted(
            first.scenarios, "%1 scenario.", "%1 scenarios."
        )
    only_a, only_b, otherwise = ground.only
    parts = [
        f"{number:,} {what}"
        for number, what in (
            (only_a, f"only in {first.short}"),
            (only_b, f"only in {second.short}"),
            (otherwise, "described otherwise"),
        )
        if number
    ]
    if ground.changed_input:
        parts.append(
            counted(ground.changed_input, "%1 key with", "%1 keys with") + " another input"
        )
    return (
        f"The runs stand on different versions: {ground.runs[0].run} on {first.dataset} "
        f"{first.short}, {ground.runs[1].run} on {second.dataset} {second.short}"
        f"{': ' + ', '.join(parts) if parts else ''}."
    )
