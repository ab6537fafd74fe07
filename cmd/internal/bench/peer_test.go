package bench

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every model of the zoo is compared with a module of PyTorch.
func TestEveryModelHasAPeer(t *testing.T) {
	left := models()
	for _, c := range peerCases {
		delete(left, c.model)
	}
	require.Empty(t, left, "models that are not compared")
	files, err := fs.Glob(torchScripts, "testdata/peer/*.py")
	require.NoError(t, err)
	modules := map[string]bool{}
	for _, f := range files {
		text, err := fs.ReadFile(torchScripts, f)
		require.NoError(t, err)
		for _, class := range regexp.MustCompile(`(?m)^class (\w+)`).FindAllStringSubmatch(string(text), -1) {
			modules[strings.ToLower(class[1])] = true
		}
	}
	for model := range models() {
		require.True(t, modules[model], "no module %s", model)
	}
}
