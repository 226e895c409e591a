"""The commands intake takes, with their paths and the roles that may give them."""

from __future__ import annotations

from eventkit.commands import CommandBook
from intake.application.counsel import Counsel
from intake.application.families import Families
from intake.application.fieldwork import Fieldwork
from intake.application.library import Library
from intake.application.ports import Contacts, Lookups, Streams
from intake.application.publishing import Publishing

AGENCY = {"frontend", "office"}
ANSWERING = {*AGENCY, "department"}
PUBLISHERS = {"office", "operator"}
ERASERS = {"erase"}
WRITES_TABLES = {"record_contact", "erase_contact"}
VERSIONS = {"publish_directory": 2, "form_team": 2, "record_visit": 2, "record_service": 2, "report_issue": 3}
PRIVATE = {"record_contact": {"name", "phone"}}
"""Fields that not even a digest may keep: a phone number is guessed from its hash in seconds."""


def commands(streams: Streams, contacts: Contacts, lookups: Lookups) -> CommandBook:
    """All of them, bound to these streams, keeper of contacts and look-ups; each is named as its handler."""
    book = CommandBook("intake")
    p, lib, counsel = Publishing(streams), Library(streams, contacts), Counsel(streams)
    field, issues = Fieldwork(streams, lookups), Families(streams, lookups)
    table = (
        ("PUT", "/programmes/{programme}", PUBLISHERS, p.publish_programme, p.programme_streams),
        ("PUT", "/directories/{agency}", PUBLISHERS, p.publish_directory, p.directory_streams),
        ("POST", "/enterprises", AGENCY, lib.register_enterprise, lib.named_enterprise),
        ("POST", "/enterprises/{enterprise}/contacts", AGENCY, lib.record_contact, lib.enterprise_by_id),
        (
            "POST",
            "/enterprises/{enterprise}/contacts/{contact_ref}/erasure",
            ERASERS,
            lib.erase_contact,
            lib.enterprise_by_id,
        ),
        ("POST", "/teams", AGENCY, field.form_team, field.team_streams),
        ("POST", "/teams/{team}/disband", AGENCY, field.disband_team, field.disband_streams),
        ("POST", "/visits", AGENCY, field.record_visit, field.visit_streams),
        ("POST", "/services", AGENCY, field.record_service, field.service_streams),
        ("POST", "/issues", AGENCY, issues.report_issue, issues.report_streams),
        ("POST", "/issues/{issue}/amendments", AGENCY, issues.amend_issue, issues.amend_streams),
        ("POST", "/visits/{visit}/issues", AGENCY, issues.report_bundle, issues.bundle_streams),
        ("POST", "/issues/{issue}/parts", AGENCY, issues.divide_issue, issues.issue_streams),
        ("POST", "/issues/{issue}/links", AGENCY, issues.link_issue, issues.issue_streams),
        ("POST", "/issues/{issue}/unlinking", AGENCY, issues.unlink_issue, issues.issue_streams),
        ("POST", "/issues/{issue}/merger", AGENCY, issues.merge_issue, issues.issue_streams),
        ("POST", "/issues/{issue}/merger-undone", AGENCY, issues.undo_merge, issues.issue_streams),
        ("POST", "/issues/{issue}/withdrawal", AGENCY, issues.withdraw_issue, issues.issue_streams),
        ("POST", "/suggestions", AGENCY, counsel.record_suggestion, counsel.suggestion_streams),
        ("POST", "/suggestions/{suggestion}/answer", ANSWERING, counsel.answer_suggestion, counsel.answer_streams),
        ("POST", "/policies", {"office"}, counsel.publish_policy, counsel.policy_streams),
    )
    for method, path, roles, handler, loads in table:
        name = handler.__name__
        version = VERSIONS.get(name, 1)
        book.command(
            name,
            method=method,
            path=path,
            roles=roles,
            loads=loads,
            version=version,
            accepts=range(1, version),
            savepoint=name in WRITES_TABLES,
            private=PRIVATE.get(name, ()),
        )(handler)
    return book
