package report

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/ctrzoo/ctrzoo/zoo/internal/browser"
	"github.com/stretchr/testify/require"
)

// The page of some of the committed records: of them it has all kinds of tables and figures, and most claims.
func TestThePageInABrowser(t *testing.T) {
	b := browser.New(t)
	tables := Summarize(results(t, "adam-table", "kept-values", "learning-curve")...)
	dir := t.TempDir()
	require.NoError(t, Write(dir, tables))
	page := "file://" + filepath.Join(dir, "report.html")
	b.Open(page)
	b.Look("report")
	for _, width := range []int{1280, 390} {
		b.Size(width)
		hasPictures(t, b)
		scrollsWideTables(t, b, width)
		hasContents(t, b)
	}
	hasClaims(t, b, tables)
	saysHowToRepeat(t, b, tables)
	require.Empty(t, b.Console())
	require.Subset(t, []string{page, "data:,"}, b.Requests()) // the data is its icon
}

// results reads some of the committed files of records, packed or not.
func results(t *testing.T, names ...string) (stores []*experiment.Store) {
	t.Helper()
	for _, name := range names {
		files, err := filepath.Glob("../results/" + name + ".jsonl*")
		require.NoError(t, err)
		require.Len(t, files, 1, name)
		s, err := experiment.ReadStore(files[0])
		require.NoError(t, err)
		stores = append(stores, s)
	}
	return stores
}

// hasPictures asserts that every picture can be seen, and has a text for those who do not see it.
func hasPictures(t *testing.T, b *browser.Browser) {
	t.Helper()
	var pictures int
	b.Run(`return document.querySelectorAll("figure svg").length`, &pictures)
	require.Greater(t, pictures, 50)
	var bad []string
	b.Run(`return [...document.querySelectorAll("svg")].filter((s) => {
		const {width, height} = s.getBoundingClientRect();
		return width < 250 || height < 150 || s.getAttribute("role") !== "img" || !s.getAttribute("aria-label") ||
			!s.closest("figure").querySelector("figcaption").innerText.trim();
	}).map((s) => s.outerHTML.slice(0, 200))`, &bad)
	require.Empty(t, bad)
}

// scrollsWideTables asserts that every table is in a box on the screen, in which a wider one can be moved.
func scrollsWideTables(t *testing.T, b *browser.Browser, width int) {
	t.Helper()
	var boxes []struct{ Width, Table, Moved int }
	b.Run(`return [...document.querySelectorAll("table")].map((table) => {
		const box = table.closest(".scroll");
		box.scrollLeft = 1e6;
		const moved = box.scrollLeft;
		box.scrollLeft = 0;
		return {width: box.clientWidth, table: table.offsetWidth, moved: Math.ceil(moved)};
	})`, &boxes)
	wide := 0
	for _, box := range boxes {
		require.LessOrEqual(t, box.Width, width)
		require.GreaterOrEqual(t, box.Width+box.Moved, box.Table, "the right edge of a table is out of reach")
		if box.Table > box.Width {
			wide++
		}
	}
	if width < 500 {
		require.Positive(t, wide)
	}
}

// hasContents moves to the heading of every link of the contents. All headings are there. It does not click: a click moves the
// page with the next picture, and a busy machine may draw none.
func hasContents(t *testing.T, b *browser.Browser) {
	t.Helper()
	var links []struct {
		Text, Heading string
		There         bool // the heading is at the top, or the page is at its end
	}
	b.Run(`return [...document.querySelectorAll("nav a")].map((a) => {
		const heading = document.querySelector(a.getAttribute("href"));
		heading.scrollIntoView();
		const top = heading.getBoundingClientRect().top;
		const atEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
		return {text: a.innerText, heading: heading.innerText, there: Math.abs(top) < 2 || atEnd && top > 0 && top < innerHeight};
	})`, &links)
	require.Greater(t, len(links), 10)
	for _, link := range links {
		require.True(t, link.There, "%+v", link)
		require.Contains(t, strings.ToLower(link.Heading), strings.ToLower(link.Text))
	}
	var missing []string
	b.Run(`return [...document.querySelectorAll("section h2, section h3")].filter((h) => !document.querySelector('nav a[href="#' + h.id + '"]'))
		.map((h) => h.innerText)`, &missing)
	require.Empty(t, missing)
}

// hasClaims asserts that each claim has a row, which names the records that it rests on.
func hasClaims(t *testing.T, b *browser.Browser, tables []*Table) {
	t.Helper()
	var rows [][]string
	b.Run(`return [...document.getElementById("claims").parentElement.querySelectorAll("table")[0].tBodies[0].rows]
		.map((row) => [...row.cells].map((cell) => cell.innerText))`, &rows)
	claims := Claims(tables)
	require.Len(t, rows, len(questions()))
	measured := 0
	for i, c := range claims {
		require.Equal(t, []string{c.Text, c.Ours, c.Holds, c.Records}, rows[i])
		if c.Holds != notMeasured {
			measured++
			require.Regexp(t, `^\S+\.jsonl.* \(\d+ runs\)$`, c.Records)
		}
	}
	require.Greater(t, measured, 10)
}

// saysHowToRepeat asserts that each section has the command that makes one of its runs again.
func saysHowToRepeat(t *testing.T, b *browser.Browser, tables []*Table) {
	t.Helper()
	var commands []string
	b.Run(`return [...document.querySelectorAll("section pre")].map((e) => e.innerText)`, &commands)
	require.Len(t, commands, len(sections(tables)))
	for i, table := range sections(tables) {
		require.Equal(t, table.Repeat(), commands[i])
		require.Regexp(t, `^zoo verify \S+\.jsonl(\.gz)? [0-9a-f]{16} --data \S+=DIR$`, commands[i])
	}
}
