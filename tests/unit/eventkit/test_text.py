"""A text is English by itself and remembers of what it was made; a voice says it in another language."""

from __future__ import annotations

import pytest

from eventkit.text import Text
from eventkit.voice import ENGLISH, Voice, speakers

CHINESE = Voice("zh")
SPOKEN = Voice("zh", ("tests.unit.eventkit.spoken", "eventkit"))


@pytest.mark.parametrize(
    ("text", "english"),
    [
        (Text("leave it out"), "leave it out"),
        (Text("send an object: {...}"), "send an object: {...}"),
        (Text("at least {n}", n=3), "at least 3"),
        (Text("{name!r} is no filter here", name="x"), "'x' is no filter here"),
        (Text("one of {choices}", choices=["a", "b", 3]), "one of a, b, 3"),
        (Text("one of {choices}", choices=[]), "one of "),
        (Text("write {wanted}", wanted=Text("at least {n}", n=3)), "write at least 3"),
        (Text("at least {n}").filled(n=3), "at least 3"),
        (Text("is {media}", media="{n}"), "is {n}"),
    ],
)
def test_text_is_english(text: Text, english: str) -> None:
    assert text == english
    assert ENGLISH.say(text) == english
    assert type(ENGLISH.say(text)) is str


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        (Text("leave it out"), "请删去该项"),
        ("leave it out", "请删去该项"),
        (Text("send an object: {...}"), "请提交对象：{...}"),
        (Text("{name!r} is no parameter here", name="x"), "此处没有参数“x”"),
        (Text("one of {choices}", choices=["a", Text("null")]), "下列值之一：a、空值（null）"),
        (Text("write {wanted}", wanted=Text("at least {n}", n=3)), "请填写不小于3"),
        (Text("is {media}", media="{n}"), "内容类型为 {n}"),
        (Text("nobody says {this}", this="x"), "nobody says x"),
        ("", ""),
    ],
)
def test_voice_says_it_in_chinese(text: str, chinese: str) -> None:
    assert CHINESE.say(text) == chinese


def test_first_package_that_knows_speaks() -> None:
    assert SPOKEN.say(Text("Closed out")) == "销号"
    assert SPOKEN.say(Text("leave it out")) == "请删去该项"
    assert CHINESE.say(Text("Closed out")) == "Closed out"


def test_title_in_both_languages() -> None:
    assert (CHINESE.title("key-reused"), ENGLISH.title("key-reused")) == ("幂等键重复使用", "Key reused")
    assert CHINESE.title("never-heard_of") == "Never heard of"


def test_service_speaks_by_its_own_catalogue() -> None:
    assert speakers("routing") == ("routing", "eventkit")
    assert speakers("no_such_package") == ("eventkit",)
