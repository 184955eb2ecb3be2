"""Senior mode and the barrier-free toolbar: their numbers, their memory, their voice."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.processes import Server

GUIDE = "matters/food-business-license-new/"
NUMBERS = """() => {
  const root = document.documentElement;
  const texts = [...document.querySelectorAll("main *, .nav *, .tools *, .dock *")].filter((e) =>
    [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    && e.checkVisibility({ visibilityProperty: true }) && !e.closest(".visually-hidden"));
  const sizes = texts.map((e) => parseFloat(getComputedStyle(e).fontSize));
  const style = getComputedStyle(document.querySelector("main p.lede"));
  const line = parseFloat(style.lineHeight);
  return { least: Math.min(...sizes), body: parseFloat(getComputedStyle(document.body).fontSize),
    leading: line / parseFloat(style.fontSize), gap: parseFloat(style.marginBottom) / line };
}"""
VOICES = """
window.said = [];
const voice = { lang: "zh-CN", name: "中文", localService: true };
Object.defineProperty(window, "SpeechSynthesisUtterance", {
  value: class { constructor(text) { this.text = text; } } });
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [voice], cancel() {}, addEventListener() {},
  speak(utterance) { window.said.push([utterance.text, utterance.rate]); this.now = utterance; },
} });
"""
MUTE = """Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [], cancel() {}, speak() {},
  addEventListener: (_, done) => setTimeout(done, 10) } })"""


def with_voice(page: Page, script: str) -> Page:
    page.add_init_script(script)
    page.reload()
    return page


@pytest.mark.browser
def test_senior_mode_has_its_numbers(open_page: OpenPage) -> None:
    """Nothing is below 20 px, lines are airy, and the largest step reaches far beyond 30 px."""
    page = open_page(GUIDE, width=390, settings={"mode": "senior"})
    numbers = page.evaluate(NUMBERS)
    assert numbers["least"] >= 20
    assert round(numbers["leading"], 2) >= 1.6
    assert numbers["gap"] >= 1.3
    for _ in range(4):
        page.get_by_role("button", name="字大点").click()
    expect(page.locator("html")).to_have_attribute("data-size", "4")
    assert page.evaluate(NUMBERS)["body"] >= 40
    expect(page.get_by_role("link", name="打电话")).to_be_in_viewport()


@pytest.mark.browser
def test_senior_mode_is_there_before_the_first_paint(open_page: OpenPage) -> None:
    """The choice is on the page before its body exists; it needs storage, but never a cookie."""
    page = open_page(GUIDE, settings={"mode": "senior"})
    page.add_init_script("""new MutationObserver((_, watcher) => {
      if (!document.body) return;
      window.early = document.documentElement.dataset.mode;
      watcher.disconnect();
    }).observe(document, { childList: true, subtree: true })""")
    page.reload()
    assert page.evaluate("early") == "senior"
    assert page.context.cookies() == []


@pytest.mark.browser
@pytest.mark.parametrize(
    "words", ["长者模式", "长辈版", "关怀版", "老年人模式", "亲情版", "关爱版"]
)
def test_senior_mode_is_found_by_all_its_names(open_page: OpenPage, words: str) -> None:
    """Whatever other sites call it, the search leads to it first."""
    page = open_page(f"search/?q={words}")
    hit = page.locator("#search-results a").first
    expect(hit).to_have_attribute("href", re.compile(r"senior/$"))


@pytest.mark.browser
def test_without_javascript_senior_mode_holds(open_page: OpenPage) -> None:
    """The calm home and the pages it leads to are in senior mode without any script."""
    page = open_page("", width=390, java_script_enabled=False)
    page.get_by_role("link", name="长者模式").click()
    expect(page.get_by_role("link", name="打电话")).to_be_in_viewport()
    page.get_by_role("link", name="办事指南").last.click()
    expect(page.get_by_role("link", name="标准模式")).to_be_visible()
    expect(page.get_by_role("link", name="打电话")).to_be_in_viewport()


@pytest.mark.browser
def test_a_device_without_chinese_voice_says_so(open_page: OpenPage) -> None:
    """Nothing is pretended: the reader is told, in words, what is missing and what to do."""
    page = with_voice(open_page(GUIDE, settings={"mode": "senior"}), MUTE)
    page.get_by_role("button", name="听这一页").click()
    expect(page.get_by_text("这台设备没有中文语音").first).to_be_visible()
    expect(page.get_by_role("button", name="暂停")).to_be_hidden()


@pytest.mark.browser
def test_a_page_is_read_aloud_and_paused(open_page: OpenPage) -> None:
    """Reading begins at the heading, at the chosen speed; it pauses and goes on."""
    page = with_voice(open_page(GUIDE, settings={"mode": "senior", "speed": 1}), VOICES)
    page.get_by_role("button", name="听这一页").click()
    page.wait_for_function("said.length === 1")
    assert page.evaluate("said[0]") == ["食品经营许可（新办）", pytest.approx(1.2)]
    page.evaluate("speechSynthesis.now.onend()")
    page.wait_for_function("said.length === 2")
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_role("button", name="继续")).to_be_visible()
    page.evaluate("speechSynthesis.now.onend()")
    assert page.evaluate("said.length") == 2
    page.get_by_role("button", name="继续").click()
    page.wait_for_function("said.length === 3")
    assert page.evaluate("said[2][0] === said[1][0]")


@pytest.mark.browser
def test_the_toolbar_does_what_it_says_and_survives(open_page: OpenPage) -> None:
    """Caption with pinyin, ruler, pointer, text only: kept on the next page, gone after a reset."""
    page = open_page(GUIDE)
    root = page.locator("html")
    page.get_by_role("button", name="无障碍", exact=True).click()
    for name in (
        "大字幕",
        "字幕加拼音",
        "阅读标尺",
        "大光标",
        "只看文字",
        "文字大一点",
        "页面放大",
    ):
        page.get_by_role("button", name=name, exact=True).click()
    page.get_by_role("link", name="资讯").first.click()
    expect(page.get_by_role("button", name="大光标")).to_have_attribute("aria-pressed", "true")
    for name, value in {"pointer": "big", "pictures": "none", "size": "1", "zoom": "1"}.items():
        expect(root).to_have_attribute(f"data-{name}", value)
    page.get_by_role("heading", level=1).hover()
    expect(page.locator("[data-caption-text] ruby").first).to_contain_text("资")
    expect(page.locator("[data-caption-text] rt").first).to_have_text("zī")
    expect(page.locator(".ruler-across")).to_be_visible()
    page.keyboard.press("Alt+Shift+9")
    expect(root).not_to_have_attribute("data-pointer", "big")
    expect(page.locator("[data-caption]")).to_be_hidden()
    expect(page.locator(".ruler-across")).to_be_hidden()


@pytest.mark.browser
def test_an_article_tells_how_often_it_was_read(open_page: OpenPage, service: Server) -> None:
    """The number comes from the service's count; a copy without the service shows none."""
    address = "articles/2019/interview-zero-distance/"
    page = open_page(address, base=service.base.rstrip("/") + "/")
    expect(page.locator("[data-views]")).to_have_text(re.compile(r"浏览：\s*\d+ 次"))
    expect(page.locator("[data-views]")).to_be_visible()
    still = open_page(address)
    expect(still.locator("[data-views]")).to_be_hidden()
