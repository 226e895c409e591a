"""A clerk's afternoon at the console: an issue goes in and stands in the ledger, in both languages, on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bugle.stack import Stack, System
from tests.browser.visiting import SIZES, Visit
from tests.support.office import Office, new_agency, until

pytestmark = pytest.mark.timeout(150)
WORDS = {
    "zh": ("用令牌登录", "上报问题", "上报", "交办", "在统计页查看办理经过", "登记走访", "增加一个问题", "继续填写"),
    "en": (
        *("Sign in with the token", "Report an issue", "Report", "Assign", "Its story in the figures"),
        *("Record a visit", "Add an issue", "Take it up again"),
    ),
}
EVERY = [(language, size) for language in WORDS for size in SIZES]
every_visit = pytest.mark.parametrize("visit", EVERY, indirect=True, ids=["-".join(one) for one in EVERY])


@pytest.fixture
def office(servers: Stack, system: System) -> Iterator[Office]:
    with Office(servers, system, new_agency("console")) as office:
        needs = {"id": "needs", "zh": "宣传问需求", "en": "Ask for needs"}
        office.open(purposes=[needs, *({"id": f"other-{n}", "zh": f"其他{n}", "en": f"Other {n}"} for n in range(12))])
        yield office


def sign_in(visit: Visit, office: Office, language: str) -> str:
    """Sign in at the form of a visit; the console's address."""
    address = office.system.url("console")
    visit.page.goto(f"{address}/visit?lang={language}")
    visit.page.locator("#token").fill(office.stack.keys.token(["office"], agency=office.agency))
    visit.page.get_by_role("button", name=WORDS[language][0]).click()
    return address


@every_visit
def test_reported_issue_stands_in_the_ledger(visit: Visit, office: Office) -> None:
    page, name = visit.page, f"console-{visit.name}"
    visit.name, language = name, visit.name[:2]
    _, report, send, assign, story, *_ = WORDS[language]
    page.goto(f"{office.system.url('console')}/?lang={language}")
    visit.look("sign-in")
    page.locator("#token").fill(office.stack.keys.token(["office"], agency=office.agency))
    page.get_by_role("button", name=WORDS[language][0]).click()
    visit.look("work")
    page.get_by_role("link", name=report, exact=True).first.click()
    page.locator("#enterprise").press_sequentially("企业")
    page.locator("#enterprises option").first.wait_for(state="attached")
    page.locator("#enterprise").fill("没有这家企业")
    page.locator("#title").fill("电压不稳")
    page.get_by_role("button", name=send, exact=True).click()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    visit.faults = [fault for fault in visit.faults if "422" not in fault]
    visit.look("refused")
    page.locator("section.problem a").first.click()
    assert page.evaluate("document.activeElement.id") == "enterprise"
    page.locator("#enterprise").fill("企业001")
    page.get_by_role("button", name=send, exact=True).click()
    page.get_by_role("link", name=assign, exact=True).wait_for()  # the page looks again until the case is open
    visit.look("case")
    case = page.url.rpartition("/")[2].partition("?")[0]
    page.get_by_role("link", name=assign, exact=True).click()
    visit.look("assign")
    page.locator("#lead").select_option("power")
    page.get_by_role("button", name=assign, exact=True).click()
    page.locator("[data-sent]").wait_for()
    visit.look("assigned")
    until(lambda: "case_assigned" in office.happened(case), what="the case in reporting")
    page.goto(f"{office.system.url('console')}/")
    title = page.locator(f'.work a[href$="{case}"]')
    assert title.is_visible() and title.evaluate("link => link.getBoundingClientRect().right <= innerWidth")
    visit.look("listed")
    title.click()
    page.get_by_role("link", name=story).first.click()
    assert page.url.startswith(office.system.url("reporting")) and "电压不稳" in page.locator("h1").inner_text()
    page.goto(f"{office.system.url('reporting')}/ledger?lang={language}")
    page.locator(f'a[href*="{case}"]').wait_for()
    visit.look("ledger")


@every_visit
def test_visit_is_kept_while_it_is_typed(visit: Visit, office: Office) -> None:
    page, language = visit.page, visit.name[:2]
    _, _, _, _, _, record, more, take = WORDS[language]
    visit.name = f"console-{visit.name}"
    address = sign_in(visit, office, language)
    page.locator("#enterprise").fill("企业001")
    page.locator("#issues-0-title").fill("缺电焊工")
    page.get_by_role("button", name=more, exact=True).click()
    page.locator("#issues-1-title").fill("停车难")
    visit.look("visit")
    page.goto(f"{address}/visit")
    page.get_by_role("button", name=take, exact=True).click()
    page.locator("#issues-1-title").wait_for()
    assert page.locator("#issues-1-title").input_value() == "停车难"
    page.locator("button.main").click()
    page.locator("[data-sent]").wait_for()
    visit.look("visited")
    page.goto(f"{address}/visit")
    assert page.get_by_role("button", name=take, exact=True).count() == 0
    assert record in page.title()


@pytest.mark.parametrize("visit", [("zh", "desk")], indirect=True)
def test_long_list_is_narrowed_by_typing(visit: Visit, office: Office) -> None:
    page = visit.page
    sign_in(visit, office, "zh")
    page.get_by_label("其他3").check()
    page.get_by_label("显示名称").fill("需求")
    shown = page.locator(".options label:visible")
    assert [text.strip() for text in shown.all_inner_texts()] == ["宣传问需求", "其他3"]
    page.get_by_label("显示名称").fill("")
    assert shown.count() == 13


@pytest.mark.parametrize("visit", [("zh", "desk")], indirect=True)
def test_correction_is_kept_while_it_is_typed(visit: Visit, office: Office) -> None:
    """Its form is filled in from the beginning: what is offered is what differs from that."""
    page, take = visit.page, WORDS["zh"][7]
    case = office.report("电压不稳")
    until(lambda: office.happened(case), what="the case in reporting")
    form = f"{sign_in(visit, office, 'zh')}/cases/{case}/amend_issue"
    page.goto(form)
    assert page.locator("#title").input_value() == "电压不稳"
    page.locator("#title").fill("电压偏低")
    page.goto(form)
    page.get_by_role("button", name=take, exact=True).click()
    page.wait_for_load_state("networkidle")
    assert page.locator("#title").input_value() == "电压偏低"
    assert page.get_by_role("button", name=take, exact=True).count() == 0
    page.goto(form)
    page.locator("[data-drop]").click()
    page.goto(form)
    assert page.get_by_role("button", name=take, exact=True).count() == 0


@pytest.mark.parametrize("visit", [("zh", "desk")], indirect=True)
def test_refused_form_outlives_the_page_of_another(visit: Visit, office: Office) -> None:
    page, take = visit.page, WORDS["zh"][7]
    address = sign_in(visit, office, "zh")
    page.goto(f"{address}/report")
    page.locator("#enterprise").fill("企业001")
    page.locator("#title").fill("电压不稳")
    page.locator("button.main").last.click()
    page.locator("[data-sent]").wait_for()
    told, form = page.url, f"{page.url.partition('?')[0]}/amend_issue"
    page.goto(form)
    page.locator("#title").fill(" ")
    page.locator("#text").fill("每晚七点以后")
    page.locator("button.main").last.click()
    page.locator("section.problem").wait_for()
    page.goto(told)
    page.goto(form)
    page.get_by_role("button", name=take, exact=True).click()
    page.wait_for_load_state("networkidle")
    assert page.locator("#text").input_value() == "每晚七点以后"
    page.locator("#title").fill("电压偏低")
    page.locator("button.main").last.click()
    page.locator("[data-sent]").wait_for()
    page.goto(form)
    assert page.get_by_role("button", name=take, exact=True).count() == 0
    page.goto(f"{address}/report")
    assert page.get_by_role("button", name=take, exact=True).count() == 0


@pytest.mark.parametrize("visit", [("zh", "desk")], indirect=True)
def test_form_is_filled_in_by_keyboard(visit: Visit, office: Office) -> None:
    page = visit.page
    sign_in(visit, office, "zh")
    page.goto(f"{office.system.url('console')}/report")
    page.locator("#enterprise").focus()
    page.keyboard.type("企业001")
    page.keyboard.press("Tab")
    page.keyboard.type("电压不稳")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    assert "电压不稳" in page.locator("h1").inner_text()
