package cmd

import (
	"flag"
	"fmt"
	"html"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/terminal.svg anew")

// shown is the command whose output the README shows.
const shown = "zoo train --solver adam,adamar"

// The picture in the README is what the command prints, but for the numbers, which depend on the processor. So fewer rows are
// enough to compare it. To bring it up to date:
//
//	go test ./cmd -run Terminal -update
func TestThePictureOfTheTerminalIsWhatTheCommandPrints(t *testing.T) {
	const path = "../docs/terminal.svg"
	args := strings.Fields(shown)[1:]
	if !*update {
		args = append(args, "--rows", "5000")
	}
	code, out, stderr := zooCommand(t, args...)
	require.Zero(t, code, stderr)
	picture := terminalPicture(append([]string{"$ " + shown}, strings.Split(strings.TrimSpace(out), "\n")...))
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(picture), 0o644))
	}
	require.Contains(t, read(t, "../README.md"), "    "+shown+"\n")
	require.Equal(t, withoutNumbers(picture), withoutNumbers(read(t, path)))
}

// withoutNumbers makes pictures of the same text with other figures equal.
func withoutNumbers(picture string) string {
	_, text, _ := strings.Cut(picture, "<text")
	text = strings.ReplaceAll(text, space, " ")
	return regexp.MustCompile(` *[\d.]+`).ReplaceAllString(text, "0")
}

// space is one that a browser keeps, also beside others.
const space = "&#160;"

// terminalPicture draws lines of text as a terminal shows them.
func terminalPicture(lines []string) string {
	const letter, line, margin = 7.8, 18, 16
	longest := 0
	for _, l := range lines {
		longest = max(longest, len([]rune(l)))
	}
	width, height := int(letter*float64(longest))+2*margin, line*len(lines)+2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="What %s prints" width="%d" height="%d" viewBox="0 0 %[2]d %[3]d">`+"\n", html.EscapeString(shown), width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="8" fill="#1b1f24"/>`+"\n", width, height)
	b.WriteString(`<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="13" fill="#d7dce2">` + "\n")
	for i, l := range lines {
		fmt.Fprintf(&b, `<text x="%d" y="%d" textLength="%.1f">%s</text>`+"\n", margin, margin+line*i+13, letter*float64(len([]rune(l))), strings.ReplaceAll(html.EscapeString(l), " ", space))
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}
