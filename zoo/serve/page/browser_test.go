package page

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/internal/browser"
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
	b := browser.New(t)
	s, web := start(t, nil)
	b.Size(1280)
	b.Open(web.URL + "/#ads")
	b.Wait(`document.getElementById("cell-0")`)
	require.Equal(t, "", b.Text("#reason"))
	require.Contains(t, b.Text("#facts"), fourth)
	require.Contains(t, b.Text("#fields"), "weekday of a time written as 2006-01-02")

	predict := func(cells ...string) string {
		for i, cell := range cells {
			b.TabTo(fmt.Sprintf("cell-%d", i))
			b.Keys(cell)
		}
		b.Run(`document.getElementById("result").replaceChildren()`, nil)
		b.Keys(browser.EnterKey)
		b.Wait(`document.querySelector("#result .note")`)
		return b.Text("#result")
	}
	order := []string{"a", "x", "b/values", "past", "t"}
	require.Equal(t, strings.Join(order, " "), labels(b))
	answer := predict("p", "1", "v1", "p q ü", "2026-01-02")
	want := testrun.MixedPredictions(t, modelPath(t, s))[0]
	require.Contains(t, answer, fmt.Sprintf("%.1f %%", 100*want))
	require.Contains(t, answer, "All values are known.")
	require.Contains(t, b.Text("#cell-4-read"), "day: 5")

	b.Run(`document.getElementById("cell-0").value = ""; document.getElementById("name").focus(); document.activeElement.blur()`, nil)
	answer = predict("unseen")
	require.Contains(t, answer, "Unknown: a")
	require.Equal(t, "a: unseen unknown", b.Text("#cell-0-read"))
	b.Wait(`document.getElementById("tiles").innerText.includes("Samples\n2")`)
	require.Contains(t, b.Text("#unknown"), "50.0 %")
	noHarm(t, b)
	b.Look("page")

	require.NoError(t, s.Load("ads", third))
	b.Wait(`document.getElementById("facts").innerText.includes("` + third + `")`)
	require.Contains(t, b.Text("#versions-note"), third+" is served now")
	require.Contains(t, b.Text("#changes"), third+" was loaded")
	require.Contains(t, predict(), "version "+third) // with the cells as they were
	require.Equal(t, "a: unseen unknown", b.Text("#cell-0-read"))

	b.Run(`document.querySelector("#versions button").focus()`, nil)
	b.Keys(browser.EnterKey)
	b.Wait(`document.getElementById("facts").innerText.includes("` + fourth + `")`)
	b.Wait(`document.activeElement.id === "versions-title"`)

	b.Run(`document.querySelectorAll("#models a")[0].focus()`, nil) // by its name the first
	b.Keys(browser.EnterKey)
	b.Wait(fmt.Sprintf(`document.getElementById("name").textContent === %q`, hostile))
	b.Wait(`document.getElementById("cell-0")?.value === ""`)
	require.NoError(t, s.Unload(hostile))
	b.Wait(`document.getElementById("reason").textContent === "unloaded" && document.getElementById("predict").disabled`)
	noHarm(t, b)
	require.Empty(t, b.Console())
}

func modelPath(t *testing.T, s *serve.Server) (path string) {
	t.Helper()
	require.NoError(t, s.Describe("ads", "", func(l serve.Loaded) { path = l.Path }))
	return path
}

// labels are those of the cells.
func labels(b *browser.Browser) (text string) {
	b.Run(`return [...document.querySelectorAll("#cells input")].map((i) => i.labels[0].textContent).join(" ")`, &text)
	return text
}

// noHarm asserts that no text became HTML.
func noHarm(t *testing.T, b *browser.Browser) {
	t.Helper()
	var images int
	b.Run(`return document.querySelectorAll("img").length`, &images)
	require.Zero(t, images)
	var title string
	b.Run("return document.title", &title)
	require.NotEqual(t, "harm", title)
}

// Without a token the page shows nothing of the models. It keeps the token nowhere.
func TestThePageAsksForAToken(t *testing.T) {
	b := browser.New(t)
	_, web := start(t, serve.NewTokens("secret"))
	b.Open(web.URL)
	b.Wait(`document.activeElement.id === "token-text"`)
	require.NotContains(t, b.Text("body"), "ads")
	b.Look("token")
	b.Keys("wrong" + browser.EnterKey)
	b.Wait(`document.getElementById("token-error").textContent`)
	require.NotContains(t, b.Text("body"), "ads")
	b.Run(`document.getElementById("token-text").value = ""`, nil)
	b.Keys("secret" + browser.EnterKey)
	b.Wait(`document.getElementById("cell-0")`)
	var kept string
	b.Run(`return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, document.getElementById("token-text").value])`, &kept)
	require.NotContains(t, kept, "secret")
	b.Open(web.URL)
	b.Wait(`document.activeElement.id === "token-text"`)
	for _, message := range b.Console() {
		require.Contains(t, message, "status of "+fmt.Sprint(http.StatusUnauthorized))
	}
}
