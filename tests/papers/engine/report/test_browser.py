"""The report as a reader has it: in Chromium, from the file system, without a network.

`make test-browser` installs what it needs and runs these.
"""

import io
import shutil

import numpy as np
import pytest
from PIL import Image

from common.files import write_text
from papers.engine.case_images import CaseImages
from papers.engine.report.case_pages import images_script
from papers.engine.report.pictures import Layer, folder_of, write_pictures
from tests.papers.engine.report.browser import Browser
from tests.papers.engine.report.conftest import HOSTILE, N_CASES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = ("index.html", "linkdsl.html", "cunet.html", "linkdsl-cases.html")


@pytest.fixture(scope="module")
def browser():
    browser = Browser()
    yield browser
    browser.driver.quit()


@pytest.fixture(autouse=True)
def as_usual(browser):
    browser.look()


@pytest.fixture(scope="module")
def folder(report, tmp_path_factory):
    """A copy of the report, with the images of a slice and of a volume."""
    folder = tmp_path_factory.mktemp("browser") / "a report"
    shutil.copytree(report.folder, folder)
    mask = np.zeros((64, 64), np.uint8)
    mask[10:30, 20:50] = 1
    image = np.random.default_rng(0).normal(9, 1, mask.shape)
    shown = CaseImages({"T1": image}, mask, {1: ("tumor", "yellow")}, HOSTILE)
    layers = [Layer("truth", mask), Layer("LinkNet", mask[:, ::-1], "cpu")]
    target = folder / "images" / "linkdsl" / folder_of(HOSTILE)
    write_pictures(target, HOSTILE, shown, layers)

    truth = np.zeros((24, 32, 28), np.uint8)
    truth[8:16, 10:22, 8:20] = 2
    truth[10:14, 12:18, 10:15] = 4
    images = {name: 50 + 10 * truth + i for i, name in enumerate(("flair", "t1ce"))}
    names = {2: ("edema", "tab:green"), 4: ("enhancing", "tab:red")}
    shown = CaseImages(images, truth, names, "A phantom.", np.diag([2.0, 2, 2, 1]))
    target = folder / "images" / "cunet" / folder_of("head")
    write_pictures(target, "head", shown, [Layer("truth", truth), Layer("CUN", truth)])
    for paper in ("linkdsl", "cunet"):
        write_text(folder / f"{paper}-images.js", images_script(folder, paper))
    return folder


def fragment(**values):
    """Returns what stands behind the # for some names and values."""
    from urllib.parse import urlencode

    return urlencode(values)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [1280, 375])
def test_pages_open_and_fit(browser, folder, page, width):
    browser.look(width)
    browser.open(folder / page)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    browser.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    wide = browser.run(
        "return [...document.querySelectorAll('.plot, .cards')].filter("
        "t => t.scrollWidth > t.closest('.scroll').clientWidth).map(t => t.innerText)"
    )
    assert wide == [], "nobody scrolls sideways to read a row"
    assert browser.run("return document.title") != "bad"
    assert browser.all("img") == []


def test_light_and_dark(browser, folder):
    background = "return getComputedStyle(document.body).backgroundColor"
    browser.open(folder / "index.html")
    light = browser.run(background)
    browser.one("#theme").click()
    dark = browser.run(background)
    browser.one("#theme").click()
    assert browser.run(background) == light == "rgb(255, 255, 255)" != dark
    browser.run("localStorage.clear()")
    browser.look(dark=True)
    browser.open(folder / "index.html")
    assert browser.run(background) == dark


def test_a_number_leads_to_its_cases_and_a_case_to_its_page(browser, folder):
    browser.open(folder / "linkdsl.html")
    (link, *_) = [
        a
        for a in browser.all("section a[href*='-cases.html#run=']")
        if a.text.startswith("0.4995")
    ]
    browser.run("arguments[0].click()", link)
    rows = browser.all("#cases tbody tr")
    assert len(rows) == N_CASES and browser.one("#shown").text.startswith("1000 of")
    first = rows[0].find_elements("css selector", "th, td")
    assert first[0].text == HOSTILE, "sorted by the score that was followed"
    browser.run("document.querySelector('#cases tbody a').click()")
    assert browser.one("#title").text == HOSTILE
    assert browser.run("return document.title") == f"linkdsl: {HOSTILE}"
    assert len(browser.all("#scores tbody tr")) == 1
    browser.check()


def test_cases_are_sorted_and_found(browser, folder):
    browser.open(folder / "linkdsl-cases.html", fragment(run=run_of(browser, folder)))
    heading = browser.one("#cases button[data-key='dice']")
    heading.click()
    first = "return document.querySelector('#cases tbody th').textContent"
    assert browser.run(first) == HOSTILE
    browser.one("#cases button[data-key='dice']").click()
    assert browser.run(first) == f"case {N_CASES - 1}"
    down = browser.one("#cases th[aria-sort='descending']")
    assert down.text == "Dice"
    after = "getComputedStyle(arguments[0].firstChild, '::after').content"
    assert "↓" in browser.run(f"return {after}", down), "seen, too"
    assert browser.run("return document.activeElement.dataset.key") == "dice"
    browser.choose("#find", "case 99")
    assert len(browser.all("#cases tbody tr")) == 11  # 99 and 990 to 999
    browser.choose("#find", "<IMG")
    assert browser.run(first) == HOSTILE
    browser.check()


def run_of(browser, folder):
    """Returns the number of the user's own run."""
    browser.open(folder / "linkdsl-cases.html")
    return browser.run(
        "return REPORT_DATA.runs.find(r => r.rows.case.length === arguments[0]).number",
        N_CASES,
    )


def test_distributions_by_region(browser, folder):
    browser.open(folder / "cunet.html")
    caption = "return document.querySelector('#boxes caption').textContent"
    assert browser.run(caption) == "Dice (whole tumor)"
    drawn = "return document.querySelector('#boxes td svg').innerHTML"
    before = browser.run(drawn)
    browser.one("#regions input[value='tumor core']").click()
    assert browser.run(caption) == "Dice (tumor core)"
    assert before != browser.run(drawn)
    circles = browser.run(
        "return [...document.querySelectorAll('#boxes tbody tr')].map("
        "r => [r.querySelectorAll('circle').length, r.lastChild.textContent])"
    )
    assert len(circles) > 3 and all(str(n) == said for n, said in circles)
    browser.choose("#metric", "Sensitivity")
    assert browser.run(caption) == "Sensitivity (tumor core)", "the region stays"
    browser.check()


def test_the_protocol_is_searched_and_the_audit_sorted(browser, folder):
    browser.open(folder / "linkdsl.html")
    browser.choose("input.search", "learning rate stated")
    shown = browser.run(
        "return [...document.querySelectorAll('#values tbody tr')]"
        ".filter(r => !r.hidden).map(r => r.textContent.toLowerCase())"
    )
    assert all("rate" in row and "stated" in row for row in shown)
    total = len(browser.all("#values tbody tr"))
    assert browser.one("#values-count").text == f"{len(shown)} of {total} values"
    browser.run("document.querySelector('#values th button').click()")
    keys = browser.run(
        "return [...document.querySelectorAll('#values td:first-child')]"
        ".map(c => c.textContent)"
    )
    assert keys == sorted(keys, key=str.lower)
    browser.check()


def test_the_keyboard_reaches_the_content(browser, folder):
    from selenium.webdriver.common.keys import Keys

    browser.open(folder / "index.html")
    browser.one("body").send_keys(Keys.TAB)
    assert browser.run("return document.activeElement.className") == "skip"
    unnamed = browser.run(
        "return [...document.querySelectorAll('button, input, select, [role=region]')]"
        ".filter(e => !(e.textContent.trim() || e.labels?.length"
        " || e.ariaLabel || e.getAttribute('aria-labelledby'))).map(e => e.outerHTML)"
    )
    assert unnamed == []


def loaded(browser):
    """Returns the width of each picture of the view, 0 of one that is missing."""
    return browser.run(
        "return Promise.all([...document.querySelectorAll('#view img')].map("
        "i => i.decode().then(() => i.naturalWidth, () => 0)))"
    )


def test_slices_with_contours_and_areas(browser, folder):
    browser.open(folder / "linkdsl-case.html", fragment(case=HOSTILE))
    assert loaded(browser) == [64, 64, 64]
    names = (
        "return [...document.querySelectorAll('#view img')]"
        ".map(i => i.src.split('/').at(-1))"
    )
    assert browser.run(names) == ["image0-0.png", "contour0-0.png", "fill1-0.png"]
    browser.choose("#opacity", 80)
    assert (
        browser.run("return document.querySelectorAll('.over')[1].style.opacity")
        == "0.8"
    )
    browser.one("#layers fieldset:first-child input[value='off']").click()
    assert browser.run(names) == ["image0-0.png", "fill1-0.png"]
    assert "truth: off, LinkNet: fill" in browser.one("#view").get_attribute(
        "aria-label"
    )
    assert browser.one("#license").text == HOSTILE
    assert not browser.one("#viewer-part").is_displayed()
    browser.check()


def test_a_case_without_images_says_how_to_have_them(browser, folder):
    browser.open(folder / "linkdsl-case.html", fragment(case="case 1"))
    assert "CASES=" in browser.one("#no-images").text
    assert not browser.one("#pictures").is_displayed()
    browser.open(folder / "linkdsl-case.html", fragment(case="toString"))
    assert browser.one("#about").text == "No run has scored this case."


def test_slices_of_a_volume(browser, folder):
    browser.open(folder / "cunet-case.html", fragment(case="head"))
    where = "return document.querySelector('#slice-at').textContent"
    before = browser.run(where)
    browser.choose("#slice", 0)
    assert browser.run(where) == "8" != before
    browser.choose("#image", 1)
    assert loaded(browser) == [28, 28, 28]
    volumes = browser.one("#volumes").text.splitlines()
    assert volumes[1] == "whole tumor 9.22 9.22"  # 1152 voxels of 8 mm³


def test_the_viewer_shows_the_volumes(browser, folder):
    browser.open(folder / "cunet-case.html", fragment(case="head"))
    browser.one("#open-viewer").click()
    browser.wait("return document.body.dataset.viewer === 'ready'")
    browser.check()

    def seen():
        content = browser.one("#canvases canvas").screenshot_as_png
        return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)

    first = seen()
    assert first.max() > 50 and len(np.unique(first.reshape(-1, 3), axis=0)) > 3
    browser.one("#maps label:last-child input").click()
    without = seen()
    assert (first != without).any(axis=2).mean() > 0.001, "the label map is gone"
    gray = without.reshape(-1, 3)
    assert (np.ptp(gray, axis=1) == 0).mean() > 0.9
    browser.choose("#plane", "0")
    browser.choose("#modality", "1")
    assert browser.one("canvas").get_attribute("aria-label") == "t1ce: volume"
    assert browser.one("#place").text.count(",") == 2
    browser.check()


def test_without_webgl2_the_slices_are_left(browser, folder):
    added = browser.driver.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument",
        {"source": "HTMLCanvasElement.prototype.getContext = () => null;"},
    )
    try:
        browser.open(folder / "cunet-case.html", fragment(case="head"))
        assert "no WebGL2" in browser.one("#viewer-says").text
        assert not browser.one("#open-viewer").is_displayed()
        assert loaded(browser) == [28, 28, 28]
    finally:
        browser.driver.execute_cdp_cmd(
            "Page.removeScriptToEvaluateOnNewDocument", added
        )
