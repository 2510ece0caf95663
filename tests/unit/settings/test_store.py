"""Preferences: kept at once, harmless when damaged, never beside a project."""

from pathlib import Path

from evaldesk.settings import Settings, config_folder, resource


def test_values_outlive_the_object(tmp_path):
    path = tmp_path / "new folder" / "settings.json"
    Settings(path).put("theme", "dark")
    assert Settings(path).theme == "dark"


def test_a_damaged_file_counts_as_empty(tmp_path):
    path = tmp_path / "settings.json"
    for content in ("{", "[1, 2]", "\x00"):
        path.write_text(content)
        settings = Settings(path)
        assert settings.theme == "system"
        settings.put("user", "Ada")
        assert Settings(path).user == "Ada"


def test_a_folder_that_cannot_be_written_loses_only_preferences(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    settings = Settings(blocker / "settings.json")
    settings.put("user", "Ada")
    assert settings.user == "Ada"


def test_a_name_is_chosen_or_the_systems(tmp_path):
    settings = Settings(tmp_path / "settings.json")
    assert settings.user
    assert not settings.user_was_chosen
    settings.put("user", "Ada")
    assert settings.user_was_chosen


def test_recent_projects_are_newest_first_and_exist(tmp_path):
    settings = Settings(tmp_path / "settings.json")
    paths = [tmp_path / f"{number}.evaldesk" for number in range(12)]
    for path in paths:
        path.write_text("")
        settings.remember_project(path)
    settings.remember_project(paths[3])
    paths[11].unlink()
    recents = [Path(text).name for text in settings.recents]
    assert recents[:2] == ["3.evaldesk", "10.evaldesk"]
    assert "11.evaldesk" not in recents
    assert len(recents) == len(set(recents))
    settings.forget_projects()
    assert settings.recents == ()


def test_folders_follow_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("EVALDESK_CONFIG_DIR", str(tmp_path))
    assert config_folder() == tmp_path


def test_what_the_program_ships_is_there():
    assert resource("icons", "review.svg").is_file()
    assert resource("fonts", "Inter-Regular.otf").is_file()
    assert "SIL" in resource("fonts", "Inter-LICENSE.txt").read_text("utf-8").upper()
