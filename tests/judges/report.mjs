// Opens the report of a drill in Debian's chromium and says what a reader would meet. $1: a folder with drill.html
// and drill.json; pictures and a PDF are left beside them.
//
// What must hold is asserted here; what differs from report to report is printed.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const require = createRequire(join(process.env.NODE_MODULES, "here.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const drill = JSON.parse(readFileSync(join(folder, "drill.json"), "utf8"));
const address = pathToFileURL(join(folder, "drill.html")).href;
const programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = programs.find((path) => existsSync(path));
assert(executablePath, "no chromium; scripts/test installs it");

// Chromium's sandbox wants a user that is not root; what is opened is our own page, with no network.
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
    await look();
} finally {
    await browser.close();
}

async function look() {
    const asked = [];
    const said = [];
    async function open(options) {
        const context = await browser.newContext({ offline: true, bypassCSP: false, ...options });
        const page = await context.newPage();
        await page.route("**/*", (route) => {
            const url = route.request().url();
            if (url === address) return route.continue();
            asked.push(url);
            return route.abort();
        });
        page.on("console", (message) => said.push(message.text()));
        page.on("pageerror", (error) => said.push(String(error)));
        page.on("dialog", (dialog) => {
            said.push(`dialog ${dialog.message()}`);
            return dialog.dismiss();
        });
        await page.goto(address);
        return page;
    }

    // Widths, and both schemes.
    for (const [width, height] of [[360, 740], [800, 1000], [1400, 900]]) {
        for (const colorScheme of ["light", "dark"]) {
            const page = await open({ viewport: { width, height }, colorScheme, isMobile: false });
            const where = `${width} px, ${colorScheme}`;
            assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, `${where}: scrolls sideways`);
            assert.deepEqual(await page.evaluate(textsInPictures), [], `${where}: texts in pictures`);
            if (process.env.REPORT_PICTURES || where === "800 px, light")
                await page.screenshot({ path: join(folder, `${width}-${colorScheme}.png`), fullPage: true });
            await page.context().close();
        }
    }

    // axe-core, which the page's own policy would not let in.
    for (const colorScheme of ["light", "dark"]) {
        for (const width of [360, 1400]) {
            const page = await open({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
            // What is folded away is alike in all of them; it takes axe-core long.
            if (width === 1400 && colorScheme === "light")
                await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
            await page.evaluate(axe);
            const found = await page.evaluate(() => globalThis.axe.run(document, {
                resultTypes: ["violations"],
                runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
            }));
            const violations = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).slice(0, 3).join(" ¦ ")}`);
            assert.deepEqual(violations, [], `${width} px, ${colorScheme}: axe-core`);
            assert(found.passes.length > 15, "axe-core looked at next to nothing");
            await page.context().close();
        }
    }

    const page = await open({ viewport: { width: 1400, height: 900 } });
    const timing = await page.evaluate(() => performance.getEntriesByType("navigation")[0].domInteractive);
    // A second on a quiet machine; tests run several at once.
    assert(timing < 3000, `interactive after ${timing} ms`);
    if (process.env.REPORT_TIMES) console.error(`interactive after ${timing.toFixed(0)} ms`);

    await figures(page);
    await structure(page);
    await keyboard(page);
    assert(await page.evaluate(() => document.querySelectorAll("script, img, iframe, link, object, embed, form, input, [onerror], [onload]").length) === 0, "more than text and pictures");
    assert(await page.evaluate(() => document.querySelectorAll("a:not(.skip)").length) === 0, "a link that nobody made");

    const pdf = await page.pdf({ path: join(folder, "drill.pdf"), preferCSSPageSize: true, printBackground: false });
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
    const most = 8 + Math.ceil((Math.min(drill.timeline.length, 200) + 120 + drill.checkers.length + drill.lanes.length * 5) / 20);
    assert(pages >= 2 && pages <= most, `${pages} pages in print`);
    await printed(page);
    await page.context().close();

    assert.deepEqual(asked, [], "the page asked somebody");
    assert.deepEqual(said, [], "the page complained, or did something");
}

// Texts in the pictures that are shown: none on another, none outside, each with contrast.
function textsInPictures() {
    const wrong = [];
    const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
    const light = (colour) => {
        const [r, g, b] = numbers(colour).slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one, other) => {
        const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
        return (bright + 0.05) / (dark + 0.05);
    };
    const behind = getComputedStyle(document.body).backgroundColor;
    let pictures = 0;
    for (const svg of document.querySelectorAll("svg.chart")) {
        if (!svg.getClientRects().length) continue;
        pictures += 1;
        const box = svg.viewBox.baseVal;
        const texts = [...svg.querySelectorAll("text")].map((text) => [text, text.getBBox()]);
        for (const [text, { x, y, width, height }] of texts) {
            if (x < -0.5 || y < -0.5 || x + width > box.width + 0.5 || y + height > box.height + 0.5)
                wrong.push(`"${text.textContent}" leaves the picture`);
            const badge = text.classList.contains("t-badge");
            const paper = badge ? getComputedStyle(svg.querySelector(".badge")).fill : behind;
            if (contrast(getComputedStyle(text).fill, paper) < 4.5) wrong.push(`"${text.textContent}" can hardly be read`);
        }
        texts.forEach(([one, a], index) => {
            for (const [other, b] of texts.slice(index + 1)) {
                // A line of text is higher than its signs.
                const gap = 3;
                if (a.x < b.x + b.width && b.x < a.x + a.width && a.y + gap < b.y + b.height && b.y + gap < a.y + a.height)
                    wrong.push(`"${one.textContent}" stands on "${other.textContent}"`);
            }
        });
    }
    if (!pictures) wrong.push("no picture is shown");
    return wrong;
}

// What the page says is what the document holds.
async function figures(page) {
    const text = async (selector) => (await page.locator(selector).first().innerText()).trim();
    const value = async (selector) => {
        const found = page.locator(`${selector} data`);
        return (await found.count()) ? Number(await found.first().getAttribute("value")) : null;
    };
    assert.equal(await value("#recovery"), drill.recovery_seconds);
    assert.equal(await value("#failback"), drill.failback_seconds);
    assert.equal(await value("#failed"), drill.requests.failed);
    assert.equal(await value("#loss"), drill.data_loss.not_measured === undefined ? drill.data_loss.seconds : null);
    assert.equal((await text("#restored")).includes("yes"), drill.restored);
    for (const [title, phases, total] of [["Failover", drill.phases, drill.recovery_seconds], ["Failback", drill.failback_phases, drill.failback_seconds]]) {
        for (const name of ["detect", "publish", "cache", "client"])
            assert.equal(await value(`table[data-leg=${title}] td[data-phase=${name}]`), phases[name] ?? null, `${title}, ${name}`);
        assert.equal(await value(`table[data-leg=${title}] tfoot td:nth-child(2)`), total);
    }
    if (drill.recovery_seconds !== null) assert.equal(await text("#recovery data"), `${drill.recovery_seconds.toFixed(1)} s`);
    const rows = (label) => page.locator(`[role=region][aria-label="${label}"] tbody tr`).count();
    assert.equal(await rows("Events"), Math.min(drill.timeline.length, 200));
    assert.equal(await rows("Vantage points"), drill.lanes.length);
    assert.equal(await rows("Clients"), drill.clients.length);
    assert.equal(await rows("Checkers"), drill.checkers.length);
    assert.equal(await rows("Actions"), drill.actions.length);
    const sums = await page.evaluate(() => [...document.querySelectorAll("[aria-label=Requests] tbody tr")]
        .map((row) => [...row.querySelectorAll("td")].slice(1).map((cell) => Number(cell.textContent)))
        .reduce((sum, row) => sum.map((one, index) => one + row[index]), [0, 0, 0]));
    const counted = drill.traffic.reduce((sum, one) => [sum[0] + one.primary, sum[1] + one.secondary, sum[2] + one.failed], [0, 0, 0]);
    assert.deepEqual(sums, counted, "requests of the table and of the document");
    const keys = await page.locator("h3:text('Missing on the secondary') + ul li").count();
    assert.equal(keys, drill.data_loss.not_measured === undefined ? drill.data_loss.missing_keys.length : 0);
    console.log(await text("main h2"));
    console.log(await text(".sentence"));
    console.log((await page.locator(".figures > div").evaluateAll((all) => all.map((one) => [...one.children].map((part) => part.textContent.trim()).join(" ¦ ")))).join("\n"));
    const broken = await page.locator("tr.no").evaluateAll((all) => all.map((one) => [...one.cells].map((cell) => cell.textContent).join(" ¦ ")));
    for (const one of broken) console.log(one);
}

// Headings in order, every table with a caption and every header with a scope, every picture with a name.
async function structure(page) {
    const found = await page.evaluate(() => ({
        levels: [...document.querySelectorAll("h1, h2, h3, h4")].map((one) => Number(one.tagName[1])),
        uncaptioned: [...document.querySelectorAll("table")].filter((one) => !one.caption?.textContent).length,
        unscoped: [...document.querySelectorAll("th")].filter((one) => !one.scope).length,
        unnamed: [...document.querySelectorAll("svg[role=img]")].filter((one) => !one.querySelector("title")?.textContent || !one.querySelector("desc")?.textContent).length,
        twice: [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, index, all) => all.indexOf(id) !== index),
        language: document.documentElement.lang,
    }));
    assert.equal(found.levels[0], 1);
    assert.equal(found.levels.filter((level) => level === 1).length, 1);
    assert(found.levels.every((level, index) => index === 0 || level <= found.levels[index - 1] + 1), `${found.levels}`);
    const { uncaptioned, unscoped, unnamed, twice, language } = found;
    assert.deepEqual({ uncaptioned, unscoped, unnamed, twice, language }, { uncaptioned: 0, unscoped: 0, unnamed: 0, twice: [], language: "en" });
}

// The first stop skips to the verdict; the others come in the order in which they stand, each with a ring around it.
async function keyboard(page) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the verdict");
    let reached = -1;
    for (let stop = 0; stop < 12; stop += 1) {
        await page.keyboard.press("Tab");
        const place = await page.evaluate(() => {
            const one = document.activeElement;
            if (one === document.body) return null;
            const ring = getComputedStyle(one);
            return { top: one.getBoundingClientRect().top + scrollY, ring: ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) > 1, what: one.tagName };
        });
        if (!place) break;
        assert(place.ring, `no ring around ${place.what}`);
        assert(place.top >= reached, "tab goes up the page");
        reached = place.top;
    }
    assert(reached > 0, "nothing can be reached by keyboard");
    await page.evaluate(() => document.activeElement.blur());
    // A folded table opens by keyboard.
    await page.locator("summary").first().focus();
    await page.keyboard.press("Enter");
    assert(await page.evaluate(() => document.querySelector("details").open));
}

// In print no picture is higher than its page, and what was folded is there.
async function printed(page) {
    await page.setViewportSize({ width: 690, height: 1010 });
    await page.emulateMedia({ media: "print" });
    const found = await page.evaluate(() => ({
        wide: [...document.querySelectorAll("svg.chart")].filter((one) => one.getBoundingClientRect().height > 0).map((one) => one.getBoundingClientRect().height),
        sideways: document.documentElement.scrollWidth - innerWidth,
        folded: [...document.querySelectorAll("details table")].filter((one) => one.getBoundingClientRect().height === 0).length,
    }));
    assert(found.wide.length >= 2 && found.wide.every((height) => height < 1010), `${found.wide}`);
    assert(found.sideways <= 0, `${found.sideways} px beyond the paper`);
    assert.equal(found.folded, 0, "folded in print");
}
