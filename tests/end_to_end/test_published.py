"""Tables that others published, imported by the real command line."""

from __future__ import annotations

from tests.end_to_end.conftest import Project

ACCURACY = 'model,img_size,top1,param_count\nmid.a1_in1k,224,80,25.56\nmid.a2_in1k,224,78,25.56\nbig.in1k,448,90,"1,014.45"\n'
BENCHMARK = "model,infer_img_size,infer_samples_per_sec,infer_step_time,infer_batch_size\nmid,224,100,80,8\nbig,448,x,80,8\n"


def test_tables_are_imported_once_and_it_is_told_what_joins(project: Project) -> None:
    (project.folder / "results-imagenet.csv").write_text(ACCURACY)
    (project.folder / "benchmark-infer-fp32-cpu-mine.csv").write_text(BENCHMARK)
    first = project.harness("import", "timm", "results-imagenet.csv", "--json")
    assert first.status == 0, first.err
    (table,) = first.json["tables"]
    assert (table["kind"], table["rows"], table["facts"]) == ("accuracy", 3, {"new": 6, "known": 0})
    assert first.json["joins"] == []
    shown = project.harness("import", "timm", "results-imagenet.csv", "benchmark-infer-fp32-cpu-mine.csv")
    assert shown.status == 0
    assert "1 row left out" in shown.out
    assert "line 3: infer_samples_per_sec is 'x', not a number" in shown.out
    assert "× benchmark-infer-fp32-cpu-mine.csv" in shown.out
    before = project.keys()
    again = project.harness("import", "timm", "results-imagenet.csv", "benchmark-infer-fp32-cpu-mine.csv")
    assert "nothing new" in again.out
    assert project.keys() == before
    assert len(before["facts"]) == 8


def test_a_table_that_is_none_is_told_in_a_line_and_nothing_is_kept(project: Project) -> None:
    (project.folder / "good.csv").write_text(ACCURACY)
    (project.folder / "odd.csv").write_text("name,size\na,1\n")
    told = project.harness("import", "timm", "good.csv", "odd.csv")
    assert told.status == 2
    assert told.err.count("\n") == 1
    assert "odd.csv, line 1: no column model" in told.err
    assert not (project.folder / "results").exists()
    assert project.harness("import", "torchvision", "good.csv").status == 2
