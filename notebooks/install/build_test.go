package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCannotLink(t *testing.T) {
	for name, path := range map[string]string{
		"a package that is not there":        "github.com/ctrzoo/ctrzoo/nowhere",
		"a package of which nothing is used": "github.com/ctrzoo/ctrzoo/notebooks",
	} {
		t.Run(name, func(t *testing.T) {
			o := &overlay{kernel: t.TempDir(), scratch: t.TempDir(), Replace: map[string]string{}}
			source := "package main\n\nimport _ \"" + path + "\"\n"
			require.NoError(t, os.WriteFile(filepath.Join(o.kernel, "packages.go"), []byte(source), 0o600))
			require.ErrorContains(t, o.addBindings(".."), "cannot link "+path)
		})
	}
}
