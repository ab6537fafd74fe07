package cmd

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// snippet is a block of Go in a page of docs, after a comment that names the file it is from.
var snippet = regexp.MustCompile("(?s)(?:<!-- from (\\S+) -->\n\n)?```go\n(.*?)```")

// The code in docs/extending.md is part of files that are compiled and tested.
func TestSnippetsOfExtendingAreInTheirFiles(t *testing.T) {
	text := read(t, "../docs/extending.md")
	found := snippet.FindAllStringSubmatch(text, -1)
	require.Equal(t, strings.Count(text, "```go"), len(found))
	require.Greater(t, len(found), 8)
	for _, s := range found {
		require.NotEmpty(t, s[1], "no file is named before\n%s", s[2])
		require.Contains(t, read(t, filepath.Join("..", s[1])), s[2], s[1])
	}
}

// Every link between pages of docs, and from the README into the module, leads somewhere.
func TestLinksInDocsLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	pages, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	for _, page := range append(pages, "../README.md", "../CONTRIBUTING.md", "../notebooks/README.md") {
		for _, l := range link.FindAllStringSubmatch(read(t, page), -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(page), l[1]))
			require.NoError(t, err, "%s: %s", page, l[1])
		}
	}
}
