"""Chromium without a window, for tests of the report's pages."""

import json
import shutil

import pytest

PROGRAMS = ("chromium", "chromedriver")
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # tests may run as root, where Chromium has none
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    # WebGL by software, so that the viewer runs on any machine.
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
PATIENCE = 600  # seconds: without a graphics processor shaders take their time


class Browser:
    """A browser whose console and requests are read after each page.

    Skips the test where Chromium, its driver or selenium is not installed.
    """

    def __init__(self):
        webdriver = pytest.importorskip(
            "selenium.webdriver", reason="no selenium; make test-browser installs it"
        )
        paths = [shutil.which(name) for name in PROGRAMS]
        if not all(paths):
            pytest.skip(f"no {' or no '.join(PROGRAMS)}; make test-browser installs it")
        options = webdriver.ChromeOptions()
        options.binary_location = paths[0]
        for argument in _ARGUMENTS:
            options.add_argument(argument)
        logs = {"browser": "ALL", "performance": "ALL"}
        options.set_capability("goog:loggingPrefs", logs)
        service = webdriver.ChromeService(paths[1])
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.set_page_load_timeout(PATIENCE)
        self.driver.set_script_timeout(PATIENCE)
        self.driver.command_executor.client_config.timeout = PATIENCE
        self.look()

    def look(self, width=1280, dark=False):
        """Makes the window this wide, and the system's colors light or dark."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1}
        size["mobile"] = width < 500
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [scheme]}
        )

    def open(self, page, fragment=""):
        """Opens a page anew and checks its console and its requests."""
        self.driver.get("about:blank")
        self.driver.get(page.as_uri() + (f"#{fragment}" if fragment else ""))
        self.check()

    def check(self):
        """Asserts that nothing was complained about, and nothing asked of a network."""
        said = [entry["message"] for entry in self.driver.get_log("browser")]
        assert said == []
        asked = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        known = ("file://", "data:", "about:", "blob:")
        assert [url for url in asked if not url.startswith(known)] == []

    def all(self, selector):
        """Returns the elements of a CSS selector."""
        return self.driver.find_elements("css selector", selector)

    def one(self, selector):
        """Returns the only element of a CSS selector."""
        (found,) = self.all(selector)
        return found

    def run(self, code, *arguments):
        """Runs JavaScript in the page and returns its value."""
        return self.driver.execute_script(code, *arguments)

    def choose(self, selector, value):
        """Chooses a value of a select, a slider or a text field, as a reader does."""
        self.run(
            "const e = document.querySelector(arguments[0]); e.value = arguments[1];"
            "e.dispatchEvent(new Event('input', {bubbles: true}));"
            "e.dispatchEvent(new Event('change', {bubbles: true}));",
            selector,
            value,
        )

    def wait(self, code):
        """Waits until JavaScript gives something true, and returns it."""
        from selenium.webdriver.support.wait import WebDriverWait

        return WebDriverWait(self.driver, PATIENCE).until(lambda _: self.run(code))
