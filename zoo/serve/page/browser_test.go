package page

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/stretchr/testify/require"
)

// hostile is a name that would do harm if it went into a page as HTML.
const hostile = `<img src=x onerror="document.title='harm'">&amp;`

// The names of the checkpoints of a run.
const (
	third  = "epoch-0003-batch-00000000"
	fourth = "epoch-0004-batch-00000000"
)

// start serves a model by two names.
func start(t *testing.T, tokens *serve.Tokens) (*serve.Server, *httptest.Server) {
	t.Helper()
	p := New()
	s := serve.New(serve.Options{Observers: []serve.Observer{p}})
	t.Cleanup(s.Close)
	dir := testrun.TrainMixed(t, nil)
	require.NoError(t, s.Add("ads", dir))
	require.NoError(t, s.Add(hostile, dir))
	web := httptest.NewServer(p.Handler(s, tokens))
	t.Cleanup(web.Close)
	return s, web
}

// By keyboard alone: a prediction, an unknown value, a swap, and the other model.
func TestThePageInABrowser(t *testing.T) {
	b := newBrowser(t)
	s, web := start(t, nil)
	b.size(1280)
	b.open(web.URL + "/#ads")
	b.wait(`document.getElementById("cell-0")`)
	require.Equal(t, "", b.text("#reason"))
	require.Contains(t, b.text("#facts"), fourth)
	require.Contains(t, b.text("#fields"), "weekday of a time written as 2006-01-02")

	predict := func(cells ...string) string {
		for i, cell := range cells {
			b.tabTo(fmt.Sprintf("cell-%d", i))
			b.keys(cell)
		}
		b.run(`document.getElementById("result").replaceChildren()`, nil)
		b.keys(enterKey)
		b.wait(`document.querySelector("#result .note")`)
		return b.text("#result")
	}
	order := []string{"a", "x", "b/values", "past", "t"}
	require.Equal(t, strings.Join(order, " "), b.labels())
	answer := predict("p", "1", "v1", "p q ü", "2026-01-02")
	want := testrun.MixedPredictions(t, modelPath(t, s))[0]
	require.Contains(t, answer, fmt.Sprintf("%.1f %%", 100*want))
	require.Contains(t, answer, "All values are known.")
	require.Contains(t, b.text("#cell-4-read"), "day: 5")

	b.run(`document.getElementById("cell-0").value = ""; document.getElementById("name").focus(); document.activeElement.blur()`, nil)
	answer = predict("unseen")
	require.Contains(t, answer, "Unknown: a")
	require.Equal(t, "a: unseen unknown", b.text("#cell-0-read"))
	b.wait(`document.getElementById("tiles").innerText.includes("Samples\n2")`)
	require.Contains(t, b.text("#unknown"), "50.0 %")
	b.noHarm()
	b.look("page")

	require.NoError(t, s.Load("ads", third))
	b.wait(`document.getElementById("facts").innerText.includes("` + third + `")`)
	require.Contains(t, b.text("#versions-note"), third+" is served now")
	require.Contains(t, b.text("#changes"), third+" was loaded")
	require.Contains(t, predict(), "version "+third) // with the cells as they were
	require.Equal(t, "a: unseen unknown", b.text("#cell-0-read"))

	b.run(`document.querySelector("#versions button").focus()`, nil)
	b.keys(enterKey)
	b.wait(`document.getElementById("facts").innerText.includes("` + fourth + `")`)
	b.wait(`document.activeElement.id === "versions-title"`)

	b.run(`document.querySelectorAll("#models a")[0].focus()`, nil) // by its name the first
	b.keys(enterKey)
	b.wait(fmt.Sprintf(`document.getElementById("name").textContent === %q`, hostile))
	b.wait(`document.getElementById("cell-0")?.value === ""`)
	require.NoError(t, s.Unload(hostile))
	b.wait(`document.getElementById("reason").textContent === "unloaded" && document.getElementById("predict").disabled`)
	b.noHarm()
	require.Empty(t, b.console())
}

func modelPath(t *testing.T, s *serve.Server) (path string) {
	t.Helper()
	require.NoError(t, s.Describe("ads", "", func(l serve.Loaded) { path = l.Path }))
	return path
}

// labels are those of the cells.
func (b *browser) labels() (text string) {
	b.run(`return [...document.querySelectorAll("#cells input")].map((i) => i.labels[0].textContent).join(" ")`, &text)
	return text
}

// noHarm asserts that no text became HTML.
func (b *browser) noHarm() {
	b.t.Helper()
	var images int
	b.run(`return document.querySelectorAll("img").length`, &images)
	require.Zero(b.t, images)
	var title string
	b.run("return document.title", &title)
	require.NotEqual(b.t, "harm", title)
}

// look asserts that the page fits screens of a desk and of a telephone, and that its text can be read, light and dark.
func (b *browser) look(name string) {
	b.t.Helper()
	for _, width := range []int{1280, 390} {
		b.size(width)
		var beyond []string
		b.run(overflowing, &beyond)
		require.Empty(b.t, beyond, "wider than the screen of %d", width)
		for _, scheme := range []string{"light", "dark"} {
			b.scheme(scheme)
			b.picture(fmt.Sprintf("%s-%d-%s", name, width, scheme))
			var faint []string
			b.run(faintTexts, &faint)
			require.Empty(b.t, faint, "contrast below 4.5, %s", scheme)
		}
	}
	b.scheme("light")
	b.size(1280)
}

// overflowing lists the elements that are beyond the right edge, but for those inside a part that scrolls.
const overflowing = `
	const width = document.documentElement.clientWidth;
	return [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > width + 0.5 && !e.closest(".scroll"))
		.map((e) => e.outerHTML.slice(0, 100));`

// faintTexts lists the elements with a text whose contrast, as WCAG defines it, is below 4.5.
const faintTexts = `
	const rgb = (c) => c.match(/[\d.]+/g).map(Number);
	const light = (c) => {
		const [r, g, b] = rgb(c).map((x) => x / 255).map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const back = (e) => {
		for (; e; e = e.parentElement) {
			const c = getComputedStyle(e).backgroundColor;
			if (rgb(c)[3] !== 0) return c;
		}
		return "rgb(255, 255, 255)";
	};
	const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && e.checkVisibility();
	return [...document.querySelectorAll("body *")].filter(hasText).filter((e) => !e.disabled && !e.matches("title")).filter((e) => {
		const style = getComputedStyle(e);
		const [a, b] = [light(e instanceof SVGElement ? style.fill : style.color), light(back(e))];
		return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
	}).map((e) => e.outerHTML.slice(0, 100));`

// Without a token the page shows nothing of the models. It keeps the token nowhere.
func TestThePageAsksForAToken(t *testing.T) {
	b := newBrowser(t)
	_, web := start(t, serve.NewTokens("secret"))
	b.open(web.URL)
	b.wait(`document.activeElement.id === "token-text"`)
	require.NotContains(t, b.text("body"), "ads")
	b.look("token")
	b.keys("wrong" + enterKey)
	b.wait(`document.getElementById("token-error").textContent`)
	require.NotContains(t, b.text("body"), "ads")
	b.run(`document.getElementById("token-text").value = ""`, nil)
	b.keys("secret" + enterKey)
	b.wait(`document.getElementById("cell-0")`)
	var kept string
	b.run(`return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, document.getElementById("token-text").value])`, &kept)
	require.NotContains(t, kept, "secret")
	b.open(web.URL)
	b.wait(`document.activeElement.id === "token-text"`)
	for _, message := range b.console() {
		require.Contains(t, message, "status of "+fmt.Sprint(http.StatusUnauthorized))
	}
}
