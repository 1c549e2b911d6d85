"""Real git, in repositories of a few files."""

import shutil
import subprocess

import pytest

from harness.errors import InputError
from harness.gating.revisions import Repository


def git(folder, *words):
    names = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """A repository whose branch ``feature`` left ``main`` at its first commit."""
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q")
    (root / "model.py").write_text("old")
    (root / ".gitignore").write_text("data\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    git(root, "checkout", "-qb", "feature")
    (root / "model.py").write_text("new")
    git(root, "commit", "-qam", "second")
    git(root, "checkout", "-q", "main")
    (root / "other.py").write_text("more")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "third")
    git(root, "checkout", "-q", "feature")
    return root


def test_the_baseline_is_where_the_main_branch_parted(repository):
    first = git(repository, "rev-list", "--max-parents=0", "HEAD")
    assert Repository(repository).baseline(None).commit == first


def test_a_revision_may_be_named_in_every_way_that_git_knows(repository):
    here = Repository(repository)
    first = here.baseline("HEAD~1")
    assert first.label == f"HEAD~1 ({first.commit[:8]})"
    assert here.baseline(first.commit[:10]).label == first.commit[:8]


@pytest.mark.parametrize("name", ["nothing", "--all", "", "HEAD:model.py", "HEAD..main"])
def test_what_is_no_revision_is_a_wrong_question(repository, name):
    with pytest.raises(InputError, match="git knows no revision"):
        Repository(repository).baseline(name)


def test_changes_that_are_not_committed_are_told(repository):
    assert not Repository(repository).here().changed
    (repository / "model.py").write_text("newer")
    here = Repository(repository).here()
    assert here.label == f"feature ({here.commit[:8]}) with changes"


def test_a_worktree_has_the_older_files_and_goes_away(repository, tmp_path):
    here = Repository(repository)
    with here.checked_out(here.baseline(None), tmp_path / "place") as tree:
        assert (tree / "model.py").read_text() == "old"
        assert (repository / "model.py").read_text() == "new"
    assert not tree.exists()
    assert git(repository, "worktree", "list").count("\n") == 0


def test_a_worktree_goes_away_after_an_error(repository, tmp_path):
    here = Repository(repository)
    with pytest.raises(KeyboardInterrupt), here.checked_out(here.baseline(None), tmp_path / "place"):
        raise KeyboardInterrupt
    assert git(repository, "worktree", "list").count("\n") == 0


def test_a_worktree_that_a_killed_run_left_is_forgotten_whether_its_files_are_there_or_not(repository, tmp_path):
    here = Repository(repository)
    for name in ("killed", "killed-and-removed"):
        here.checked_out(here.baseline(None), tmp_path / "cache" / name).__enter__()
    shutil.rmtree(tmp_path / "cache" / "killed-and-removed")
    git(repository, "worktree", "add", "-q", "--detach", str(tmp_path / "mine"))
    here.forget(tmp_path / "cache")
    left = git(repository, "worktree", "list").splitlines()
    assert [line.split()[0] for line in left] == [str(repository), str(tmp_path / "mine")]


def test_a_worktree_that_cannot_be_made_is_told_in_the_words_of_git_and_leaves_nothing(repository, tmp_path):
    here = Repository(repository)
    (tmp_path / "place" / "tree").mkdir(parents=True)
    (tmp_path / "place" / "tree" / "file").touch()
    with (
        pytest.raises(InputError, match=r"git made no worktree of main .*already exists"),
        here.checked_out(here.baseline(None), tmp_path / "place"),
    ):
        pytest.fail("there is none")
    assert git(repository, "worktree", "list").count("\n") == 0


def test_what_git_does_not_hold_is_told_by_its_path_in_the_repository(repository, tmp_path):
    (repository / "data").mkdir()
    for name in ("data/rows.npz", "new.py"):
        (repository / name).touch()
    files = [repository / name for name in ("model.py", "new.py", "data/rows.npz")]
    assert Repository(repository).not_held([*files, tmp_path / "elsewhere"]) == ["data/rows.npz", "new.py"]
    assert Repository(repository).not_held([]) == []


def test_data_that_git_does_not_hold_is_there_in_a_worktree_and_stays(repository, tmp_path):
    (repository / "data").mkdir()
    (repository / "data" / "rows.npz").write_text("rows")
    here = Repository(repository)
    with here.checked_out(here.baseline(None), tmp_path / "place") as tree:
        assert (tree / "data" / "rows.npz").read_text() == "rows"
    assert (repository / "data" / "rows.npz").exists()


def test_a_worktree_inside_of_a_folder_that_git_ignores_does_not_hold_itself(repository):
    here = Repository(repository)
    (repository / "data").mkdir()
    with here.checked_out(here.baseline(None), repository / "data") as tree:
        assert not (tree / "data").exists()


def test_variables_of_a_hook_do_not_lead_elsewhere(repository, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert Repository(repository).root == repository


def test_a_folder_without_git_is_told_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(InputError, match="is not in a git repository") as told:
        Repository(tmp_path)
    assert "--baseline-artifact" in str(told.value.hint)


@pytest.fixture
def failing(tmp_path, monkeypatch):
    """Plant what git says before it fails."""

    def planted(words):
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "git").write_bytes(b"#!/bin/sh\ncat >&2 <<'END'\n" + words + b"\nEND\nexit 128\n")
        (tmp_path / "bin" / "git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")

    return planted


def test_a_repository_that_git_does_not_trust_is_told_with_the_command_that_git_advises(failing, tmp_path):
    advised = "git config --global --add safe.directory /repository"
    failing(
        b"fatal: detected dubious ownership in repository at '/repository'\n"
        b"To add an exception for this directory, call:\n\n\t" + advised.encode()
    )
    with pytest.raises(InputError, match=r"detected dubious ownership in repository at '/repository'$") as told:
        Repository(tmp_path)
    assert told.value.hint == advised


def test_what_git_says_in_no_encoding_is_told_all_the_same(failing, tmp_path):
    failing(b"warning: first\nfatal: bad object \xff")
    with pytest.raises(InputError, match="git finds no repository: bad object "):
        Repository(tmp_path)


def test_a_machine_without_git_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="git is not installed"):
        Repository(tmp_path)


def test_a_shallow_clone_is_told_how_to_be_deepened(repository, tmp_path):
    git(tmp_path, "clone", "-q", "--depth", "1", repository.as_uri(), "shallow")
    with pytest.raises(InputError, match="git knows no revision 'HEAD~1'") as told:
        Repository(tmp_path / "shallow").baseline("HEAD~1")
    assert "git fetch --unshallow" in str(told.value.hint)


def test_a_repository_without_commits_or_main_branch_is_told(tmp_path):
    git(tmp_path, "init", "-q", "-b", "trunk")
    with pytest.raises(InputError, match="no commit yet"):
        Repository(tmp_path).here()
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "first")
    with pytest.raises(InputError, match="has no branch") as told:
        Repository(tmp_path).baseline(None)
    assert told.value.hint == "say which revision: --baseline REF"
    assert [path.name for path in tmp_path.iterdir()] == [".git"]
