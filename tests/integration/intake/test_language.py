"""Intake refuses in the language of Accept-Language; in English when nothing is said."""

from __future__ import annotations

import copy

from tests.integration.intake.agency import Agency, ago, fault

ZH = {"Accept-Language": "zh-CN"}


def test_refusal_in_both_languages(agency: Agency) -> None:
    body = {"programme": agency.name, "enterprise": "荣鑫实业", "title": "变压器", "kind": "sea"}
    english = agency.send("POST", "/issues", body, role="frontend")
    assert fault(english, 422, "/kind") == {
        "field": "/kind",
        "problem": f"The programme {agency.name} has no kind sea.",
        "mend": "use a kind of the programme, or leave the kind out",
    }
    chinese = agency.send("POST", "/issues", body, role="frontend", headers=ZH)
    assert fault(chinese, 422, "/kind") == {
        "field": "/kind",
        "problem": f"专项行动“{agency.name}”没有类别“sea”。",
        "mend": "请选用专项行动中的类别，或不填类别",
    }
    assert (chinese.json()["title"], english.json()["title"]) == ("没有这个类别", "Unknown kind")
    assert (chinese.headers["Content-Language"], english.headers["Content-Language"]) == ("zh", "en")


def test_fault_of_the_form_in_both_languages(agency: Agency) -> None:
    english, chinese = (agency.send("POST", "/issues", {"title": ""}, role="frontend", headers=h) for h in ({}, ZH))
    shown = [{one["field"]: one["problem"] for one in answer.json()["errors"]} for answer in (english, chinese)]
    assert (shown[0]["/title"], shown[1]["/title"]) == ("the value is shorter than 1 character", "少于1个字符")
    assert (shown[0]["/programme"], shown[1]["/programme"]) == ("this field is required", "必须填写")


def test_fact_is_called_by_its_chinese_name(agency: Agency) -> None:
    row = agency.row(1, history=[{"fact": "fed_back", "at": ago(days=3)}, {"fact": "fed_back", "at": ago(days=3)}])
    answer = agency.send("POST", "/issues", {**row, "occurred_at": ago(days=4)}, headers=ZH)
    assert fault(answer, 422, "/history/1/fact")["problem"] == "“反馈企业”重复。"


def test_fault_of_a_document_in_both_languages(agency: Agency) -> None:
    document = copy.deepcopy(agency.document(version=2))
    document["zone"] = 7
    document["kinds"] = []
    told = []
    for headers in ({}, ZH):
        body = {"version": 2, "document": document}
        told.append(agency.send("PUT", f"/programmes/{agency.name}", body, headers=headers).json()["detail"])
    assert told[0].endswith(" more).")
    assert told[1].endswith("处）。")
